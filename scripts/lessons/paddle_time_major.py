# %% [markdown]
# # Time first, or the batch: PaddlePaddle

# %% setup

# %%
import time

import paddle
from paddle import nn

on_gpu = paddle.get_device().startswith("gpu")
BATCH_SIZE, LENGTH, VOCABULARY, REPEATS = 64, 150, 30_000, 15
print(f"PaddlePaddle {paddle.__version__} on {paddle.get_device()}")

# %% experiment [markdown]
# The workload's embedding, GRU and last output, once with time first, from
# transposed tokens, once with the batch first. Measured are the seconds of one
# forward and one backward pass.


# %%
class Recurrent(nn.Layer):
    def __init__(self, time_major):
        super().__init__()
        self.time_major = time_major
        self.embedding = nn.Embedding(VOCABULARY, 125)
        self.gru = nn.GRU(125, 100, time_major=time_major)

    def forward(self, reviews):
        if self.time_major:
            return self.gru(self.embedding(reviews.T))[0][-1]
        return self.gru(self.embedding(reviews))[0][:, -1]


paddle.seed(0)
time_first, batch_first = Recurrent(True), Recurrent(False)
reviews = paddle.randint(0, VOCABULARY, (BATCH_SIZE, LENGTH))


def seconds(model):
    start = time.perf_counter()
    model.clear_gradients()
    model(reviews).sum().backward()
    if on_gpu:
        paddle.device.synchronize()
    return time.perf_counter() - start


# %%
with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(time_first))
    without.append(seconds(batch_first))
with_, without = with_[1:], without[1:]
print(f"time first {min(with_):.4f} s, batch first {min(without):.4f} s")

# %% results
device = "cuda" if on_gpu else "cpu"
{"device": device, "with": with_, "without": without}
