"""Variants of the training step in Caffe2: processor types of MKL, executors, MKL-DNN's operators.

MKL reads its variable when it is loaded: run with MKL_DEBUG_CPU_TYPE=0 for what it does by itself.
On the device IDEEP, MKL-DNN computes; there, dropout crashes behind a blocked layout and takes its
seed from the clock's seconds, so it can only be compared with a script that has no dropout either.
"""

from measure import compare, load

script = load("caffe2_cnn.py")  # sets MKL's variable, so nothing imports Caffe2 earlier

from caffe2.proto import caffe2_pb2  # noqa: E402
from caffe2.python import brew, core, workspace  # noqa: E402


def add_unfused_loss(model):
    """Add the loss in operators that IDEEP has; SoftmaxWithLoss is not among them."""
    softmax = brew.softmax(model, "dense2", "softmax")
    losses = model.net.LabelCrossEntropy([softmax, "labels"], "losses")
    model.AddGradientOperators([model.net.AveragedLoss(losses, "loss")])


def variant(executor="simple", device=caffe2_pb2.CPU, dropout=True, add_loss=script["add_loss"]):
    """Return the script's training step with another executor or device, in its own workspace."""
    name = "{} {} {}".format(executor, device, dropout)
    device = core.DeviceOption(device)
    workspace.SwitchWorkspace(name, True)
    with core.DeviceScope(device):
        model = script["build_cnn"](name, not dropout, arg_scope={"training_mode": 1})
        add_loss(model)
        model.net.Proto().type = executor
        script["create"](model)

    def step(images, labels):
        workspace.SwitchWorkspace(name)
        with core.DeviceScope(device):
            return script["train_step"](model.net, images, labels)

    return step


compare(
    script,
    float,
    {
        "the script": variant(),
        "async_scheduling": variant("async_scheduling"),
        "without dropout": variant(dropout=False),
        "IDEEP, without dropout": variant("simple", caffe2_pb2.IDEEP, False, add_unfused_loss),
    },
)
