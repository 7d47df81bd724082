# %% [markdown]
# # Sparse labels: TensorFlow

# %% setup
import time

import tensorflow as tf

tf.random.set_seed(0)
CLASSES = 30_000
logits = tf.random.normal((64, CLASSES))
labels = tf.random.uniform((64,), 0, CLASSES, tf.int32)
device = "cuda" if "GPU" in logits.device else "cpu"
print(f"TensorFlow {tf.__version__} on {device}")

# %% experiment [markdown]
# Cross-entropy and its gradient for a batch of integer labels, in a graph: as
# they are, and made into one-hot vectors.


# %%
def sparse_loss(logits, labels):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def one_hot_loss(logits, labels):
    vectors = tf.one_hot(labels, CLASSES)
    return tf.nn.softmax_cross_entropy_with_logits(vectors, logits)


def compiled(losses):
    @tf.function
    def gradient(logits, labels):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = tf.reduce_mean(losses(logits, labels))
        return tape.gradient(loss, logits)

    return gradient


sparse, one_hot = compiled(sparse_loss), compiled(one_hot_loss)
difference = sparse(logits, labels) - one_hot(logits, labels)
assert tf.reduce_max(tf.abs(difference)) < 1e-6


# %%
def seconds(gradient):
    start = time.perf_counter()
    for _ in range(10):
        result = gradient(logits, labels)
    result.numpy()
    return (time.perf_counter() - start) / 10


seconds(sparse), seconds(one_hot)  # warm-up
pairs = [(seconds(sparse), seconds(one_hot)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"integers {min(with_):.5f} s, one-hot {min(without):.5f} s")

# %% results [markdown]
# Seconds for the loss of a batch and its gradient.

# %%
{"device": device, "with": with_, "without": without}
