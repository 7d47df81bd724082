# %% [markdown]
# # Where an embedding starts: MXNet Gluon

# %% setup [markdown]
# Sequences of words are drawn: three of thirty words tell the class, the others
# are noise.

# %%
import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn, rnn

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
VOCABULARY, LENGTH, FEATURES, STEPS = 2_000, 30, 32, 40
rng = np.random.RandomState(0)
print(f"MXNet {mx.__version__} on {device}")


def draw(count):
    words = rng.randint(40, VOCABULARY, size=(count, LENGTH))
    labels = rng.randint(2, size=count)
    places = np.argsort(rng.uniform(size=(count, LENGTH)), axis=1)[:, :3]
    telling = rng.randint(20, size=(count, 3)) + 20 * labels[:, None]
    np.put_along_axis(words, places, telling, axis=1)
    return nd.array(words, ctx=device), nd.array(labels, ctx=device)


x_test, y_test = draw(1000)

# %% experiment [markdown]
# A GRU over an embedding that starts as Gluon draws it by itself, or uniform in
# ±0.05; all else is the same.


# %%
class Model(gluon.HybridBlock):
    def __init__(self, **start):
        super().__init__()
        with self.name_scope():
            self.embedding = nn.Embedding(VOCABULARY, FEATURES, **start)
            self.gru = rnn.GRU(32, layout="NTC", input_size=FEATURES)
            self.dense = nn.Dense(2, in_units=32)

    def hybrid_forward(self, F, words):
        outputs = self.gru(self.embedding(words))
        last = F.slice_axis(outputs, axis=1, begin=-1, end=None)
        return self.dense(F.squeeze(last, axis=1))


NARROW = {"weight_initializer": mx.init.Uniform(0.05)}
losses = gluon.loss.SoftmaxCrossEntropyLoss()


def loss_after(steps, seed, **start):
    mx.random.seed(seed)
    model = Model(**start)
    model.initialize(ctx=device)
    adam = mx.optimizer.Adam(learning_rate=1e-2)
    trainer = gluon.Trainer(model.collect_params(), adam)
    for _ in range(steps):
        words, labels = draw(64)
        with autograd.record():
            loss = losses(model(words), labels).mean()
        loss.backward()
        trainer.step(1)
    return float(losses(model(x_test), y_test).mean().asscalar())


# %%
with_, without = [], []
for seed in range(7):
    own = loss_after(STEPS, seed)
    narrow = loss_after(STEPS, seed, **NARROW)
    print(f"loss after {STEPS} steps: own start {own:.3f}, ±0.05 {narrow:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(own)
        without.append(narrow)

# %% results [markdown]
# Losses after the last training step, a pair for each seed.

# %%
untouched = nn.Embedding(VOCABULARY, FEATURES)
untouched.initialize(ctx=device)
spread = untouched.weight.data().asnumpy().std()
{
    "device": "cuda" if device.device_type == "gpu" else "cpu",
    "with": with_,
    "without": without,
    "notes": {"standard deviation of its own start": float(spread)},
}
