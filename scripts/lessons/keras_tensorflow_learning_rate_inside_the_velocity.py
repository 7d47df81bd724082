# %% [markdown]
# # The learning rate inside the velocity: Keras on TensorFlow

# %% setup [markdown]
# The arithmetic is small: it is done on the CPU.

# %%
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np

LEARNING_RATE, MOMENTUM = 0.01, 0.9

# %% experiment [markdown]
# The same drawn gradients go to Keras's SGD and to the formula that multiplies
# the velocity by the learning rate. After 30 steps the learning rate is cut to
# a tenth; measured is how far the next step moves the weights.


# %%
def keras_moves(gradients):
    weights = keras.Variable(np.zeros(gradients.shape[1]), dtype="float32")
    sgd = keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM)
    moves = []
    for step, gradient in enumerate(gradients):
        if step == 30:
            sgd.learning_rate = LEARNING_RATE / 10
        before = weights.numpy()
        sgd.apply([keras.ops.convert_to_tensor(gradient)], [weights])
        moves.append(np.linalg.norm(weights.numpy() - before))
    return moves


def formula_moves(gradients):
    velocity, moves = 0.0, []
    for step, gradient in enumerate(gradients):
        rate = LEARNING_RATE / 10 if step == 30 else LEARNING_RATE
        velocity = MOMENTUM * velocity + gradient
        moves.append(np.linalg.norm(rate * velocity))
    return moves


# %%
with_, without, before_the_cut = [], [], []
for seed in range(6):
    rng = np.random.default_rng(seed)
    gradients = rng.normal(size=1000) + rng.normal(size=(31, 1000))
    gradients = gradients.astype("float32")
    inside, outside = keras_moves(gradients), formula_moves(gradients)
    print(f"moved by: Keras {inside[30]:.4f}, outside {outside[30]:.4f}")
    if seed:  # the first pair is the warm-up
        with_.append(float(inside[30]))
        without.append(float(outside[30]))
        before_the_cut.append(float(inside[29] / outside[29]))

# %% results [markdown]
# The norm of the step after the cut, a pair for each seed. Before it, the two
# formulas are the same.

# %%
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"ratio before the cut": before_the_cut[-1]},
}
