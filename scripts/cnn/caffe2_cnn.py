# %% [markdown]
# # CNN on CIFAR-10 in Caffe2

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
from caffe2.python import brew, model_helper, optimizer, workspace
from caffe2.python.modeling.initializers import Initializer

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

workspace.GlobalInit(["caffe2", "--caffe2_log_level=3"])
print("Caffe2 of PyTorch", version("torch"), "on cpu")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# A net reads blobs, the named arrays of a workspace. `FeedBlob` copies NumPy's
# as they are: `float32` images, channels first, and `int32` class indices.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# `brew` adds operators to a model's net, and what fills their parameters to a
# second net, which runs once. `XavierFill`, the default, is uniform, but knows
# a layer's inputs alone: scaled, it is Glorot's. Biases start at zero.


# %%
class GlorotUniform(Initializer):
    def create_param(self, param_name, init_net, shape):
        info = super().create_param(param_name, init_net, shape)
        scale = (2 * shape[1] / (shape[0] + shape[1])) ** 0.5
        init_net.Scale(info.blob, info.blob, scale=scale)
        return info


def build_cnn(name, is_test, **options):
    m = model_helper.ModelHelper(name, **options)
    same = {"kernel": 3, "pad": 1}
    with brew.arg_scope([brew.conv, brew.fc], WeightInitializer=GlorotUniform):
        first = {**same, "no_gradient_to_input": 1}  # nothing learns below it
        x = brew.conv(m, "images", "conv1", 3, 50, **first)
        x = brew.conv(m, brew.relu(m, x, x), "conv2", 50, 50, **same)
        x = brew.max_pool(m, x, "pool1", kernel=2, stride=2)
        x = brew.relu(m, x, "relu2")  # 50 x 16 x 16
        x = brew.dropout(m, x, "dropout1", ratio=0.25, is_test=is_test)
        x = brew.conv(m, x, "conv3", 50, 100, **same)
        x = brew.conv(m, brew.relu(m, x, x), "conv4", 100, 100, **same)
        x = brew.max_pool(m, x, "pool2", kernel=2, stride=2)
        x = brew.relu(m, x, "relu4")  # 100 x 8 x 8
        x = brew.dropout(m, x, "dropout2", ratio=0.25, is_test=is_test)
        x = brew.relu(m, brew.fc(m, x, "dense1", 100 * 8 * 8, 512), "relu5")
        x = brew.dropout(m, x, "dropout3", ratio=0.5, is_test=is_test)
        brew.fc(m, x, "dense2", 512, 10)  # logits: the loss applies the softmax
    return m


model = build_cnn("train", is_test=False)

# %% optimizer [markdown]
# Gradients and update become operators of the same net. Momentum is Nesterov's
# unless told otherwise. Each operator draws random numbers of its own, seeded
# by the clock where it has no `random_seed`. `RunNet` runs them all.


# %%
def add_loss(model):
    _, loss = model.SoftmaxWithLoss(["dense2", "labels"], ["softmax", "loss"])
    model.AddGradientOperators([loss])


def create(model):
    optimizer.build_sgd(model, LEARNING_RATE, momentum=MOMENTUM, nesterov=False)
    operators = [*model.param_init_net.Proto().op, *model.net.Proto().op]
    for seed, operator in enumerate(operators, start=SEED):
        operator.device_option.random_seed = seed
    workspace.RunNetOnce(model.param_init_net)
    workspace.CreateNet(model.net, input_blobs=["images", "labels"])


def train_step(net, images, labels):
    workspace.FeedBlob("images", images)
    workspace.FeedBlob("labels", labels)
    workspace.RunNet(net)
    return float(workspace.FetchBlob("loss"))


# %%
add_loss(model)
create(model)
sizes = [workspace.FetchBlob(blob).size for blob in model.params]
print(f"{sum(sizes):,} parameters")

# %% train [markdown]
# `RunNet` returns when all has been computed: a clock can be read at once.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model.net, images, labels)
        if step % 20 == 0:
            train_losses.append(loss)
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# A net without dropout finds the parameters in the workspace, by their names.

# %%
predictor = build_cnn("predict", is_test=True, init_params=False)
workspace.CreateNet(predictor.net, input_blobs=["images"])


def predict(images):
    workspace.FeedBlob("images", images)
    workspace.RunNet(predictor.net)
    return workspace.FetchBlob("dense2")


batches = x_test.reshape(-1, 100, 3, 32, 32)
predicted = np.concatenate([predict(x) for x in batches]).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# The twin's blobs have the same names, so it gets a workspace of its own.
# Weights lie as in the reference. An update overwrites its gradient; a clone of
# the net, made before there are updates, leaves the gradients as they are.

# %%
ref = reference("cnn")
weights = ref["weights"]
# What the reference calls conv1.weight is the blob conv1_w here.
blobs = {n: n.replace(".weight", "_w").replace(".bias", "_b") for n in weights}


workspace.SwitchWorkspace("twin", True)
twin = build_cnn("twin", is_test=True)
add_loss(twin)
backward = twin.net.Clone("backward")
create(twin)
workspace.CreateNet(backward)
workspace.CreateNet(predictor.net, overwrite=True)
initial = fingerprint({n: workspace.FetchBlob(b) for n, b in blobs.items()})


# %%
def load_reference():
    workspace.RunNetOnce(twin.param_init_net)  # the velocity is zero again
    for name, w in weights.items():
        workspace.FeedBlob(blobs[name], w)


load_reference()
batch = ref["images"], ref["labels"]
logits = predict(batch[0])
losses = [train_step(twin.net, *batch) for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(twin.net, *batch)
    now = {n: workspace.FetchBlob(b) for n, b in blobs.items()}
    return fingerprint({name: now[name] - w for name, w in weights.items()})


load_reference()
batch = ref["margin_images"], ref["margin_labels"]
train_step(backward, *batch)  # without the update
grads = {n: workspace.FetchBlob(b + "_grad") for n, b in blobs.items()}
gradients = fingerprint(grads)
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = x_train[:1000]
means = images.mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": float(images.max()), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
