# %% [markdown]
# # Softmax twice: Keras on PyTorch

# %% setup [markdown]
# Points of ten classes are drawn; a network of two dense layers can tell them
# apart. It computes on the CPU.

# %%
import os

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
from keras import layers

centers = np.random.default_rng(0).normal(size=(10, 200))


def draw(rng, count):
    labels = rng.integers(10, size=count)
    points = centers[labels] + 4 * rng.normal(size=(count, 200))
    return points.astype("float32"), labels


x_test, y_test = draw(np.random.default_rng(1), 2000)

# %% experiment [markdown]
# The loss is told of logits, and so has a softmax of its own. With another one
# as the last layer's activation the network is trained for as many steps; what
# is measured is the same for both, the cross-entropy of its probabilities on
# fresh points.


# %%
def loss_after(steps, seed, twice):
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((200,)),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax" if twice else None),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss)
    for _ in range(steps):
        model.train_on_batch(*draw(rng, 64))
    outputs = keras.ops.convert_to_numpy(model(x_test)).astype("float64")
    if not twice:
        outputs = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    probabilities = outputs / outputs.sum(axis=1, keepdims=True)
    return float(-np.log(probabilities[np.arange(2000), y_test]).mean())


# %%
with_, without = [], []
for seed in range(6):
    twice, once = loss_after(40, seed, True), loss_after(40, seed, False)
    print(f"loss after 40 steps: softmax twice {twice:.3f}, once {once:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(twice)
        without.append(once)

# %% results [markdown]
# Losses after 40 training steps, a pair for each seed.

# %%
{"device": "cpu", "with": with_, "without": without}
