# %% [markdown]
# # CNN on CIFAR-10 in MXNet's Module API

# %% setup [markdown]
# MXNet reads its environment when it is imported. It would use half of the
# processors it sees, for hyper-threading; and only NVIDIA's own variable keeps
# the GPU from rounding to TF32. cuDNN's autotuner is on by default.

# %%
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
os.environ["NVIDIA_TF32_OVERRIDE"] = "0"

import mxnet as mx
import numpy as np
from mxnet import nd, sym

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
print(f"MXNet {mx.__version__} on {device}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want channels first. `nd.array` makes everything `float32`; the
# loss takes class indices so. A Module is fed batches, not arrays: a list of
# data and a list of labels, which it copies into memory of its own.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_batch(images, labels):
    images, labels = nd.array(images, ctx=device), nd.array(labels, ctx=device)
    return mx.io.DataBatch([images], [labels])


# %% model [markdown]
# A symbol is a graph without shapes; a Module gives it memory once it is bound
# to those of its inputs. `SoftmaxOutput` takes logits, returns probabilities,
# and has the gradient of cross-entropy. `Xavier()` is Glorot-uniform, not the
# default (uniform in ±0.01); whatever is called `bias` starts at zero.


# %%
def cnn(dropout=(0.25, 0.25, 0.5)):
    conv = {"kernel": (3, 3), "pad": (1, 1)}
    pool = {"pool_type": "max", "kernel": (2, 2), "stride": (2, 2)}
    x = sym.Variable("data")
    x = sym.relu(sym.Convolution(x, num_filter=50, name="conv1", **conv))
    x = sym.Convolution(x, num_filter=50, name="conv2", **conv)
    x = sym.relu(sym.Pooling(x, **pool))  # 50 x 16 x 16
    x = sym.Dropout(x, p=dropout[0])
    x = sym.relu(sym.Convolution(x, num_filter=100, name="conv3", **conv))
    x = sym.Convolution(x, num_filter=100, name="conv4", **conv)
    x = sym.relu(sym.Pooling(x, **pool))  # 100 x 8 x 8
    x = sym.Dropout(x, p=dropout[1])
    x = sym.FullyConnected(x, num_hidden=512, name="dense1")  # flattens
    x = sym.Dropout(sym.relu(x), p=dropout[2])
    logits = sym.FullyConnected(x, num_hidden=10, name="dense2")
    return sym.SoftmaxOutput(logits, name="softmax")


# %%
def make_model(batch_size, **options):
    model = mx.mod.Module(cnn(**options), context=device)
    images, labels = (batch_size, 3, 32, 32), (batch_size,)
    model.bind([("data", images)], [("softmax_label", labels)])
    model.init_params(mx.init.Xavier())
    return model


mx.random.seed(SEED)
model = make_model(BATCH_SIZE)
parameters, _ = model.get_params()
print(f"{sum(p.size for p in parameters.values()):,} parameters")

# %% optimizer [markdown]
# Gradients are sums over the batch. `init_optimizer` sets `rescale_grad` to one
# over the batch size that was bound, and a batch of another size changes it no
# more. The loss is not in the graph: it is computed from the probabilities.

# %%
sgd = {"learning_rate": LEARNING_RATE, "momentum": MOMENTUM}


def train_step(model, batch):
    model.forward_backward(batch)
    model.update()
    probabilities = model.get_outputs()[0]
    return -nd.pick(probabilities, batch.label[0]).log().mean()


model.init_optimizer(optimizer="sgd", optimizer_params=sgd)

# %% train [markdown]
# The engine queues operators and returns before they have run, on the CPU too:
# a clock is read only after `asscalar()` or `waitall()`, which wait.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model, to_batch(images, labels))
        if step % 20 == 0:
            train_losses.append(float(loss.asscalar()))
            marks.append(time.perf_counter())
    nd.waitall()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.asscalar()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% [markdown]
# `fit` does all of this, from `bind` on, with an iterator of MXNet's. It waits
# for each training step to update its metric (these lines are not run here):
#
# ```python
# batches = mx.io.NDArrayIter(x_train, y_train, BATCH_SIZE, shuffle=True,
#                             last_batch_handle="discard")
# model = mx.mod.Module(cnn(), context=device)
# model.fit(batches, num_epoch=EPOCHS, initializer=mx.init.Xavier(),
#           optimizer="sgd", optimizer_params=sgd, eval_metric="ce")
# ```

# %% predict [markdown]
# `predict` sets `is_train=False` for each batch of an iterator, and what fills
# up the last one is cut off again. Given an array, it leaves dropout on.

# %%
batches = mx.io.NDArrayIter(x_test, batch_size=BATCH_SIZE)
predicted = model.predict(batches).asnumpy().argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# MXNet's layouts are the reference's. The twin is built without dropout: with
# `is_train=False` max-pooling on a CPU forgets where the maxima were, and the
# gradients are wrong. The logits are an inner node: the end of another graph,
# in a Module that shares the twin's weights.

# %%
ref = reference("cnn")
weights = ref["weights"]


def arrays(found):  # conv1_weight is the reference's conv1.weight
    return {n: found[n.replace(".", "_")].asnumpy() for n in weights}


def load_reference(images, labels):
    twin = make_model(len(images), dropout=(0, 0, 0))
    values = {n.replace(".", "_"): nd.array(w) for n, w in weights.items()}
    twin.set_params(values, aux_params={})
    twin.init_optimizer(optimizer="sgd", optimizer_params=sgd)
    return twin, to_batch(images, labels)


initial = fingerprint(arrays(make_model(BATCH_SIZE).get_params()[0]))
twin, batch = load_reference(ref["images"], ref["labels"])
graph = twin.symbol.get_internals()["dense2_output"]
scorer = mx.mod.Module(graph, label_names=None, context=device)
batches = mx.io.NDArrayIter(ref["images"], batch_size=len(ref["images"]))
scorer.bind(batches.provide_data, for_training=False, shared_module=twin)
logits = scorer.predict(batches)
losses = [train_step(twin, batch).asscalar() for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(twin, batch)
    now = arrays(twin.get_params()[0])
    return fingerprint({name: now[name] - w for name, w in weights.items()})


twin, batch = load_reference(ref["margin_images"], ref["margin_labels"])
changes = [change_after(1)]
# A Module has no public name for its gradients, which are sums over the batch.
sums = arrays(twin._exec_group.execs[0].grad_dict)
means = {name: g / len(ref["margin_images"]) for name, g in sums.items()}
gradients = fingerprint(means)
changes.append(change_after(2))  # two more

# %% results
images = to_batch(x_train[:1000], y_train[:1000]).data[0].asnumpy()
means = images.mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": "cuda" if logits.context.device_type == "gpu" else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": float(images.max()), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.asnumpy().tolist(),
        "gradients": gradients,
        "losses": [float(loss) for loss in losses],
        "changes": changes,
    },
}
