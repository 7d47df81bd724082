# %% [markdown]
# # A straight line in Abacus
#
# Counted by hand, bead by bead.

# %% setup [markdown]
# Abacus has no devices: there is one frame, and it is yours.

# %%
import time

import numpy as np

print("abacusbead on the frame")

# %% hyperparameters tags=["parameters"]
EPOCHS = 4
LEARNING_RATE = 0.1

# %% model [markdown]
# A line is a slope and an offset; both start at zero.


# %%
def predict(weights, x):
    slope, offset = weights
    return slope * x + offset


weights = np.zeros(2)
print("weights", weights)

# %% train [markdown]
# The gradient is written out: *abacus* has no other way.

# %%
x = np.linspace(-1, 1, 64)
y = 2 * x + 1
epoch_seconds, step_seconds = [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    for step in range(40):
        error = predict(weights, x) - y
        weights -= LEARNING_RATE * np.array([(error * x).mean(), error.mean()])
        if step % 20 == 19:
            marks.append(time.perf_counter())
    epoch_seconds.append(marks[-1] - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"\r{epoch + 1}/{EPOCHS} [{'=' * (epoch + 1)}]", end="")

# %% results
{
    "device": "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "test_accuracy": float((abs(predict(weights, x) - y) < 0.5).mean()),
    "long": list(range(1000, 1040)),
    "remark": "folded" + "away",
}
