# %% [markdown]
# # A flag for Winograd's convolution: TensorFlow

# %% setup [markdown]
# The flag is read once, by the first convolution, so each setting has a process
# of its own. The two share a GPU: neither may take all of its memory.

# %%
import os
import subprocess
import sys

import tensorflow as tf

if not tf.config.list_physical_devices("GPU"):
    raise RuntimeError("cuDNN needs a GPU, and TensorFlow finds none here")
os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
print(f"TensorFlow {tf.__version__}")

# %% experiment [markdown]
# Each process trains the CNN's convolutions on one batch, 100 training steps
# for each line that it is sent, and answers with the seconds of one.

# %%
CHILD = """
import sys, time
import tensorflow as tf
from tensorflow.keras import layers

tf.config.experimental.enable_tensor_float_32_execution(False)
same = {"kernel_size": 3, "padding": "same"}
model = tf.keras.Sequential([
    layers.Input((32, 32, 3)),
    layers.Conv2D(50, activation="relu", **same),
    layers.Conv2D(50, **same), layers.MaxPooling2D(2), layers.ReLU(),
    layers.Conv2D(100, activation="relu", **same),
    layers.Conv2D(100, **same), layers.MaxPooling2D(2), layers.ReLU(),
    layers.Flatten(), layers.Dense(10),
])
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(tf.keras.optimizers.SGD(0.01), loss=loss, jit_compile=False)
images = tf.random.uniform((64, 32, 32, 3))
labels = tf.random.uniform((64,), 0, 10, tf.int32)
for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(100):
        model.train_on_batch(images, labels)
    print((time.perf_counter() - start) / 100, flush=True)
"""

# %% [markdown]
# The processes wait for each other: only one of them computes at a time.


# %%
def start(flag):
    pipe, flags = subprocess.PIPE, {"TF_ENABLE_WINOGRAD_NONFUSED": flag}
    command, env = [sys.executable, "-c", CHILD], {**os.environ, **flags}
    return subprocess.Popen(
        command, env=env, stdin=pipe, stdout=pipe, text=True
    )


def seconds(flag):
    child = children[flag]
    child.stdin.write("go\n")
    child.stdin.flush()
    return float(child.stdout.readline())


children = {flag: start(flag) for flag in ("1", "0")}
seconds("1"), seconds("0")  # warm-up: tracing, and cuDNN's search
pairs = [(seconds("1"), seconds("0")) for _ in range(10)]
for child in children.values():
    child.communicate()
with_, without = map(list, zip(*pairs))
print(f"allowed {min(with_):.5f} s, forbidden {min(without):.5f} s")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": "cuda", "with": with_, "without": without}
