# %% [markdown]
# # GRU on IMDB in Caffe2

# %% setup [markdown]
# Caffe2's last home is inside PyTorch, built for GPUs of its day: this script
# asks for none. That build's MKL takes its slowest path on processors other
# than Intel's; type 5 is AVX2 on any. `GlobalInit` takes Caffe2's own flags.

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
# A net reads blobs, the named arrays of a workspace; class indices are `int32`.
# A recurrent net wants time first, and the dense gradient of an embedding wants
# its tokens in one row.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def feed_reviews(reviews):
    workspace.FeedBlob("reviews", reviews.T.ravel())


# %% model [markdown]
# `gru_cell.GRU` is cuDNN's recurrence under `linear_before_reset`, and each of
# its recurrent gates has a matrix of its own. Training fails unless output 1,
# the last state, is said to have a gradient. `XavierFill` is uniform, but knows
# a layer's inputs alone: scaled, it is Glorot's. Biases start at zero.


# %%
class GlorotUniform(Initializer):
    def create_param(self, param_name, init_net, shape):
        info = super().create_param(param_name, init_net, shape)
        # Each recurrent gate is a third of one stacked matrix.
        rows = 3 * shape[0] if "gate" in str(param_name) else shape[0]
        scale = (2 * shape[1] / (rows + shape[1])) ** 0.5
        init_net.Scale(info.blob, info.blob, scale=scale)
        return info


def build_gru(name, forward_only=False, **options):
    m = model_helper.ModelHelper(name, **options)
    fill = Initializer("UniformFill", min=-0.05, max=0.05)
    table = m.create_param("embedding", (VOCABULARY, 125), fill)
    x = m.net.Gather([table, "reviews"], "words", dense_gradient=True)
    x, _ = m.net.Reshape(x, ["inputs", "_"], shape=[LENGTH, -1, 125])
    start = m.net.ConstantFill([], "start", shape=[100], value=0.0)
    with brew.arg_scope([brew.fc], WeightInitializer=GlorotUniform):
        _, last = gru_cell.GRU(
            m,
            x,
            seq_lengths=None,
            initial_states=[start],
            dim_in=125,
            dim_out=100,
            scope="gru",
            outputs_with_grads=[1],
            linear_before_reset=True,
            forward_only=forward_only,
        )
        x = m.net.Squeeze(last, "last", dims=[0])
        brew.fc(m, x, "dense", 100, 2)  # logits: the loss applies the softmax
    return m


model = build_gru("train")

# %% optimizer [markdown]
# Gradients and update become operators of the same net. The `Adam` operator,
# which `build_adam` adds, has epsilon before the second moment is corrected:
# it trains as well, but is not the same to the last digits. So the rule stands
# here in operators, with epsilon after it. `RunNet` runs them all.


# %%
def add_loss(model):
    _, loss = model.SoftmaxWithLoss(["dense", "labels"], ["softmax", "loss"])
    model.AddGradientOperators([loss])


def add_adam(model):
    init, net = model.param_init_net, model.net
    fixed = {"one": 1, "b1": BETA_1, "b2": BETA_2}
    fixed |= {"rest1": 1 - BETA_1, "rest2": 1 - BETA_2, "power1": 1, "power2": 1}
    for name, value in fixed.items():
        init.ConstantFill([], name, shape=[1], value=float(value))
    net.Mul(["power1", "b1"], "power1")  # beta to the number of the step
    net.Mul(["power2", "b2"], "power2")
    net.Sqrt(net.Sub(["one", "power2"], "root"), "root")
    net.Scale("root", "epsilon", scale=EPSILON)
    net.Div(["root", net.Sub(["one", "power1"], "rest")], "root")
    net.Scale("root", "rate", scale=-LEARNING_RATE)
    for w, g in model.param_to_grad.items():
        m = init.ConstantFill(w, w + "_m", value=0.0)
        v = init.ConstantFill(w, w + "_v", value=0.0)
        net.WeightedSum([m, "b1", g, "rest1"], m)
        net.WeightedSum([v, "b2", net.Sqr(g, "work"), "rest2"], v)
        net.Add([net.Sqrt(v, "work"), "epsilon"], "work", broadcast=1)
        net.WeightedSum([w, "one", net.Div([m, "work"], "move"), "rate"], w)


# %%
def create(model):
    for seed, operator in enumerate(model.param_init_net.Proto().op, start=SEED):
        operator.device_option.random_seed = seed
    workspace.RunNetOnce(model.param_init_net)
    workspace.CreateNet(model.net, input_blobs=["reviews", "labels"])


def train_step(net, reviews, labels):
    feed_reviews(reviews)
    workspace.FeedBlob("labels", labels)
    workspace.RunNet(net)
    return float(workspace.FetchBlob("loss"))


add_loss(model)
add_adam(model)
create(model)
sizes = [workspace.FetchBlob(blob).size for blob in model.params]
print(f"{sum(sizes):,} parameters")

# %% train [markdown]
# `RunNet` returns when all has been computed: a clock can be read at once. The
# gradient of `Gather` is sparse unless told otherwise, and its Adam would leave
# alone the rows that a batch lacks.

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
predictor = build_gru("predict", forward_only=True, init_params=False)
workspace.CreateNet(predictor.net, input_blobs=["reviews"])


def predict(reviews):
    feed_reviews(reviews)
    workspace.RunNet(predictor.net)
    return workspace.FetchBlob("dense")


batches = x_test.reshape(-1, 100, LENGTH)
predicted = np.concatenate([predict(x) for x in batches]).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# The twin's blobs have the same names, so it gets a workspace of its own.
# Matrices lie as in the reference; only the recurrent gates are stacked there.
# The written rule leaves the gradients as they are.

# %%
ref = reference("gru")
weights = ref["weights"]
gates = ["gru/reset_gate_t", "gru/update_gate_t", "gru/output_gate_t"]
blobs = {
    "embedding.weight": ["embedding"],
    "gru.weight_ih": ["gru/i2h_w"],
    "gru.weight_hh": [gate + "_w" for gate in gates],
    "gru.bias_ih": ["gru/i2h_b"],
    "gru.bias_hh": [gate + "_b" for gate in gates],
    "dense.weight": ["dense_w"],
    "dense.bias": ["dense_b"],
}


def fetch(suffix=""):
    fetched = {}
    for name, parts in blobs.items():
        parts = [workspace.FetchBlob(blob + suffix) for blob in parts]
        fetched[name] = np.concatenate(parts)
    return fetched


def change():
    now = fetch()
    return fingerprint({name: now[name] - w for name, w in weights.items()})


# %%
workspace.SwitchWorkspace("twin", True)
twin = build_gru("twin")
add_loss(twin)
add_adam(twin)
create(twin)
workspace.CreateNet(predictor.net, overwrite=True)
initial = fingerprint(fetch())

for name, parts in blobs.items():
    for blob, w in zip(parts, np.split(weights[name], len(parts))):
        workspace.FeedBlob(blob, w)
batches = list(zip(ref["reviews"], ref["labels"]))
logits = predict(batches[0][0])
losses = [train_step(twin.net, *batches[0])]
gradients = fingerprint(fetch("_grad"))
changes = [change()]
losses += [train_step(twin.net, *batch) for batch in batches[1:]]
changes.append(change())

# %% results
reviews = x_train[:1000]
{
    "device": "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": int(reviews.max()),
        "first_mean": float(reviews[:, 0].mean()),
        "last_mean": float(reviews[:, -1].mean()),
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
