# %% [markdown]
# # GRU on IMDB in MXNet's Module API

# %% setup [markdown]
# MXNet reads its environment when it is imported. It would use half of the
# processors it sees, for hyper-threading; and only NVIDIA's own variable keeps
# the GPU from rounding to TF32.

# %%
import math
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
os.environ["NVIDIA_TF32_OVERRIDE"] = "0"

import mxnet as mx
import numpy as np
from mxnet import nd, sym

from rosetta.datasets import fingerprint, imdb, minibatches, reference

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
print(f"MXNet {mx.__version__} on {device}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 3
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-8
VOCABULARY = 30_000
LENGTH = 150
SEED = 0
TRAIN_REVIEWS = 25_000
TEST_REVIEWS = 25_000

# %% data [markdown]
# `nd.array` makes everything `float32`, tokens too: up to 16 million, exactly.
# A Module is fed batches: a list of data and a list of labels, which it copies.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_batch(reviews, labels):
    reviews = nd.array(reviews, ctx=device)
    return mx.io.DataBatch([reviews], [nd.array(labels, ctx=device)])


# %% model [markdown]
# `RNN` is cuDNN's recurrence, on the CPU too: time first, two bias vectors, and
# all weights in one. `mx.rnn.FusedRNNCell`, which wraps it, would initialize a
# gate at a time; `Xavier()`, Glorot-uniform, is to see whole matrices.
# `SoftmaxOutput` takes logits, and has the gradient of cross-entropy.


# %%
def gru():
    glorot, zero = mx.init.Xavier(), mx.init.Zero()
    parts = [
        sym.Variable("gru_weight_ih", shape=(300, 125), init=glorot),
        sym.Variable("gru_weight_hh", shape=(300, 100), init=glorot),
        sym.Variable("gru_bias_ih", shape=(300,), init=zero),
        sym.Variable("gru_bias_hh", shape=(300,), init=zero),
    ]
    packed = sym.concat(*[sym.reshape(p, shape=(-1,)) for p in parts], dim=0)
    table = sym.Variable("embedding_weight", init=mx.init.Uniform(0.05))
    x = sym.transpose(sym.Variable("data"))
    x = sym.Embedding(x, table, input_dim=VOCABULARY, output_dim=125)
    state = sym.zeros((1, 0, 100))  # 0: as many as there are reviews
    x = sym.RNN(x, packed, state, mode="gru", state_size=100, num_layers=1)
    # SequenceLast without lengths does this too, but its backward pass crashes
    # on a CPU.
    x = sym.squeeze(sym.slice_axis(x, axis=0, begin=-1, end=None), axis=0)
    x = sym.FullyConnected(x, num_hidden=2, name="dense")
    return sym.SoftmaxOutput(x, name="softmax")


# %%
def make_model(size):
    model = mx.mod.Module(gru(), context=device)
    model.bind([("data", (size, LENGTH))], [("softmax_label", (size,))])
    model.init_params(mx.init.Xavier())  # of dense; its bias is zero
    return model


mx.random.seed(SEED)
model = make_model(BATCH_SIZE)
parameters, _ = model.get_params()
print(f"{sum(p.size for p in parameters.values()):,} parameters")

# %% optimizer [markdown]
# MXNet's Adam adds epsilon before the second moment is corrected, where it
# counts 30 times as much in the first step: that trains as well, but is not the
# same to the last digits. Hence a subclass. Gradients are sums over the batch;
# `init_optimizer` has them divided by the batch size that was bound.


# %%
@mx.optimizer.register
class PaperAdam(mx.optimizer.Adam):
    def update(self, index, weight, grad, state):
        step = self._index_update_count.get(index, 0) + 1
        self.epsilon = EPSILON * math.sqrt(1 - BETA_2**step)
        super().update(index, weight, grad, state)


adam = {"learning_rate": LEARNING_RATE, "beta1": BETA_1, "beta2": BETA_2}


def train_step(model, batch):
    model.forward_backward(batch)
    model.update()
    probabilities = model.get_outputs()[0]
    return -nd.pick(probabilities, batch.label[0]).log().mean()


model.init_optimizer(optimizer="paperadam", optimizer_params=adam)

# %% train [markdown]
# The engine queues operators and returns before they have run: a clock is read
# only after `asscalar()` or `waitall()`. `fit` would wait at each step.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model, to_batch(reviews, labels))
        if step % 20 == 0:
            train_losses.append(float(loss.asscalar()))
            marks.append(time.perf_counter())
    nd.waitall()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.asscalar()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict
batches = mx.io.NDArrayIter(x_test, batch_size=BATCH_SIZE)
predicted = model.predict(batches).asnumpy().argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# MXNet's layouts and its order of gates are the reference's. The logits are an
# inner node: the end of another graph, in a Module that shares the twin's
# weights. Gradients have no public name, and are sums over the batch.

# %%
ref = reference("gru")
weights = ref["weights"]


def arrays(found):  # gru_weight_ih is the reference's gru.weight_ih
    return {n: found[n.replace(".", "_")].asnumpy() for n in weights}


twin = make_model(BATCH_SIZE)
initial = fingerprint(arrays(twin.get_params()[0]))
values = {n.replace(".", "_"): nd.array(w) for n, w in weights.items()}
twin.set_params(values, aux_params={})
twin.init_optimizer(optimizer="paperadam", optimizer_params=adam)
graph = twin.symbol.get_internals()["dense_output"]
scorer = mx.mod.Module(graph, label_names=None, context=device)
batches = mx.io.NDArrayIter(ref["reviews"][0], batch_size=BATCH_SIZE)
scorer.bind(batches.provide_data, for_training=False, shared_module=twin)
logits = scorer.predict(batches)


# %%
def change():
    now = arrays(twin.get_params()[0])
    return fingerprint({name: now[name] - w for name, w in weights.items()})


batches = [to_batch(*batch) for batch in zip(ref["reviews"], ref["labels"])]
losses = [train_step(twin, batches[0]).asscalar()]
sums = arrays(twin._exec_group.execs[0].grad_dict)
gradients = fingerprint({name: g / BATCH_SIZE for name, g in sums.items()})
changes = [change()]
losses += [train_step(twin, batch).asscalar() for batch in batches[1:]]
changes.append(change())

# %% results
reviews = to_batch(x_train[:1000], y_train[:1000]).data[0].asnumpy()

# %%
{
    "device": "cuda" if logits.context.device_type == "gpu" else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": float(reviews.max()),
        "first_mean": float(reviews[:, 0].mean(dtype=np.float64)),
        "last_mean": float(reviews[:, -1].mean(dtype=np.float64)),
    },
    "recurrence": {
        "layer": "sym.RNN",
        "reset": "after the product",
        "gates": "reset, update, new",
        "biases": "two",
    },
    "parity": {
        "initial": initial,
        "logits": logits.asnumpy().tolist(),
        "gradients": gradients,
        "losses": [float(loss) for loss in losses],
        "changes": changes,
    },
}
