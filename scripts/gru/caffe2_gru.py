# %% [markdown]
# # GRU on IMDB in Caffe2

# %% setup [markdown]
# Caffe2's last home is inside PyTorch, built for GPUs of its day: this script
# asks for none. That build's MKL takes its slowest path on processors other
# than Intel's; type 5 is AVX2 on any.

# %%
import os
import time
from importlib.metadata import version

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")

import numpy as np
from caffe2.python import brew, gru_cell, model_helper, workspace
from caffe2.python.modeling.initializers import Initializer

from rosetta.datasets import fingerprint, imdb, minibatches, reference

workspace.GlobalInit(["caffe2", "--caffe2_log_level=3"])
print("Caffe2 of PyTorch", version("torch"), "on cpu")

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
# A net reads blobs, the named arrays of a workspace, class indices as `int32`.
# A recurrent net wants time first; dense gradients of `Gather` want one row.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# `gru_cell.GRU` is cuDNN's recurrence under `linear_before_reset`; each of its
# recurrent gates has its own blobs, a third of Glorot's one stacked matrix.
# Training fails unless output 1, the last state, is said to have a gradient.


# %%
class GlorotUniform(Initializer):
    def create_param(self, param_name, init_net, shape):
        rows = 3 * shape[0] if "gate" in str(param_name) else shape[0]
        bound = (6 / (rows + shape[1])) ** 0.5
        fill = Initializer("UniformFill", min=-bound, max=bound)
        return fill.create_param(param_name, init_net, shape)


def build_gru(name, **options):
    m = model_helper.ModelHelper(name, **options)
    fill = Initializer("UniformFill", min=-0.05, max=0.05)
    table = m.create_param("table", (VOCABULARY, 125), fill)
    x = m.net.Gather([table, "reviews"], "words", dense_gradient=True)
    x, _ = m.net.Reshape(x, ["inputs", "_"], shape=[LENGTH, -1, 125])
    start = m.net.ConstantFill([], "start", shape=[100], value=0.0)
    flags = {"linear_before_reset": True, "outputs_with_grads": [1]}
    with brew.arg_scope([brew.fc], WeightInitializer=GlorotUniform):
        _, last = gru_cell.GRU(m, x, None, [start], 125, 100, "gru", **flags)
        x = m.net.Squeeze(last, "last", dims=[0])
        brew.fc(m, x, "dense", 100, 2)  # logits: the loss applies the softmax
    return m


# %% optimizer [markdown]
# Gradients and update become operators of the same net. The `Adam` operator
# adds epsilon before the second moment is corrected: it trains as well, but is
# not the same to the last digits. So the workload's rule is written out.


# %%
def create_training(model):
    init, net = model.param_init_net, model.net
    _, loss = net.SoftmaxWithLoss(["dense", "labels"], ["softmax", "loss"])
    model.AddGradientOperators([loss])
    scalars = {"one": 1.0, "sum1": 0.0, "sum2": 0.0}
    scalars.update(b1=BETA_1, b2=BETA_2, rest1=1 - BETA_1, rest2=1 - BETA_2)
    for name, value in scalars.items():
        init.ConstantFill([], name, shape=[1], value=value)
    net.WeightedSum(["sum1", "b1", "one", "rest1"], "sum1")  # 1 - beta ** step
    net.WeightedSum(["sum2", "b2", "one", "rest2"], "sum2")
    net.Scale(net.Sqrt("sum2", "root"), "epsilon", scale=EPSILON)
    net.Scale(net.Div(["root", "sum1"], "rate"), "rate", scale=-LEARNING_RATE)
    for w, g in model.param_to_grad.items():
        m = init.ConstantFill(w, w + "_m", value=0.0)
        # Next to epsilon no change; but roots of denormal numbers are slow.
        v = init.ConstantFill(w, w + "_v", value=1e-30)
        net.WeightedSum([m, "b1", g, "rest1"], m)
        net.WeightedSum([v, "b2", net.Sqr(g, "work"), "rest2"], v)
        net.Add([net.Sqrt(v, "work"), "epsilon"], "work", broadcast=1)
        net.WeightedSum([w, "one", net.Div([m, "work"], "move"), "rate"], w)
    for seed, fill in enumerate(init.Proto().op, start=SEED):
        fill.device_option.random_seed = seed
    workspace.RunNetOnce(init)
    workspace.CreateNet(net, input_blobs=["reviews", "labels"])


# %%
def train_step(net, reviews, labels):
    workspace.FeedBlob("reviews", reviews.T.ravel())
    workspace.FeedBlob("labels", labels)
    workspace.RunNet(net)
    return float(workspace.FetchBlob("loss"))


model = build_gru("train")
create_training(model)
sizes = [w.size for w in workspace.FetchBlobs(model.params)]
print(f"{sum(sizes):,} parameters")

# %% train [markdown]
# `RunNet` waits for its results. Sparse gradients would make Adam skip rows.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model.net, reviews, labels)
        if step % 20 == 0:
            train_losses.append(loss)
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# Another net finds the parameters in the workspace, by their names.

# %%
predictor = build_gru("predict", init_params=False)
workspace.CreateNet(predictor.net, input_blobs=["reviews"])


def predict(reviews):
    workspace.FeedBlob("reviews", reviews.T.ravel())
    workspace.RunNet(predictor.net)
    return workspace.FetchBlob("dense")


batches = x_test.reshape(-1, 100, LENGTH)
predicted = np.concatenate([predict(x) for x in batches]).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# The twin's blobs have the same names, so it gets a workspace of its own.
# Matrices lie as in the reference, but the recurrent gates are stacked there.

# %%
ref = reference("gru")
weights = ref["weights"]
gates = [f"gru/{gate}_gate_t" for gate in ("reset", "update", "output")]
w, b = [gate + "_w" for gate in gates], [gate + "_b" for gate in gates]
own = [["table"], ["gru/i2h_w"], w, ["gru/i2h_b"], b, ["dense_w"], ["dense_b"]]


def fetch(suffix=""):
    parts = [workspace.FetchBlobs([b + suffix for b in blobs]) for blobs in own]
    return dict(zip(weights, map(np.concatenate, parts)))


def change():
    now = fetch()
    return fingerprint({name: now[name] - w for name, w in weights.items()})


# %%
workspace.SwitchWorkspace("twin", True)
twin = build_gru("twin")
create_training(twin)
workspace.CreateNet(predictor.net, overwrite=True)
initial = fingerprint(fetch())

for blobs, w in zip(own, weights.values()):
    for blob, part in zip(blobs, np.split(w, len(blobs))):
        workspace.FeedBlob(blob, part)
batches = list(zip(ref["reviews"], ref["labels"]))
logits = predict(batches[0][0])
losses = [train_step(twin.net, *batches[0])]
gradients = fingerprint(fetch("_grad"))
changes = [change()]
losses += [train_step(twin.net, *batch) for batch in batches[1:]]
changes.append(change())

# %% results
{
    "device": "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": int(x_train[:1000].max()),
        "first_mean": float(x_train[:1000, 0].mean()),
        "last_mean": float(x_train[:1000, -1].mean()),
    },
    "recurrence": {
        "layer": "gru_cell.GRU",
        "reset": "before the product, or after",
        "gates": "reset, update, new",
        "biases": "two",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
