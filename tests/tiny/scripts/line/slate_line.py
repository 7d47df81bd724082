# %% [markdown]
# # A straight line in Slate + Chalk

# %% setup [markdown]
# Slate forgets everything between two lessons.

# %%
import time

import numpy as np

print("slatechalk is ready")

# %% hyperparameters tags=["parameters"]
EPOCHS = 4
LEARNING_RATE = 0.1

# %% model [markdown]
# The slate keeps both weights in one array and multiplies.

# %%
slope_and_offset = np.zeros((2, 1))
print("weights", slope_and_offset.ravel())

# %% train [markdown]
# A matrix product does the work of the loop's body.

# %%
x = np.stack([np.linspace(-1, 1, 64), np.ones(64)], axis=1)
y = x @ np.array([[2.0], [1.0]])
epoch_seconds, step_seconds = [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    for step in range(40):
        slope_and_offset -= LEARNING_RATE * x.T @ (x @ slope_and_offset - y) / 64
        if step % 20 == 19:
            marks.append(time.perf_counter())
    epoch_seconds.append(marks[-1] - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
print(f"loss {float(((x @ slope_and_offset - y) ** 2).mean()):.4f}")

# %% results
{
    "device": "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "test_accuracy": float((abs(x @ slope_and_offset - y) < 0.5).mean()),
}
