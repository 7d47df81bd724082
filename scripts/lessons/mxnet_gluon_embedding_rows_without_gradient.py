# %% [markdown]
# # Rows of an embedding without a gradient: MXNet Gluon

# %% setup

# %%
import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
VOCABULARY, STEPS = 30_000, 6
print(f"MXNet {mx.__version__} on {device}")

# %% experiment [markdown]
# The same batches of words, the frequent ones far more often than the rare,
# are fed to an embedding with a dense gradient and to one with a sparse
# gradient, both with `Adam`, whose `lazy_update` is on by default. Measured is
# how many rows each training step after the first moves.


# %%
def rows_moved(trainer, embedding, words):
    before = embedding.weight.data().copy()
    with autograd.record():
        loss = embedding(words).square().mean()
    loss.backward()
    trainer.step(1)
    changed = (embedding.weight.data() != before).max(axis=1)
    return float(changed.sum().asscalar())


def make(sparse_grad):
    embedding = nn.Embedding(VOCABULARY, 125, sparse_grad=sparse_grad)
    embedding.initialize(mx.init.Uniform(0.05), ctx=device)
    adam = mx.optimizer.Adam(learning_rate=1e-3)
    return gluon.Trainer(embedding.collect_params(), adam), embedding


# %%
mx.random.seed(0)
dense, sparse = make(sparse_grad=False), make(sparse_grad=True)
with_, without = [], []
for _ in range(STEPS):
    words = VOCABULARY ** nd.random.uniform(shape=(64, 150), ctx=device)
    words = nd.floor(words).clip(0, VOCABULARY - 1)
    with_.append(rows_moved(*dense, words))
    without.append(rows_moved(*sparse, words))
    print(f"rows moved: {with_[-1]:.0f}, sparse {without[-1]:.0f}")
with_, without = with_[1:], without[1:]  # the first moves the same rows

# %% results
cuda = device.device_type == "gpu"
{"device": "cuda" if cuda else "cpu", "with": with_, "without": without}
