"""Variants of the training step in MXNet's Module API: the loss, the metric, copies, activations.

MXNet reads its thread count at import: run with OMP_NUM_THREADS=... to compare other counts.
"""

from measure import compare, load

NAME = "mxnet_module_cnn.py"
script = load(NAME)  # sets the thread count, so nothing imports MXNet earlier
mx, nd, sym = script["mx"], script["nd"], script["sym"]
activation = load(NAME, ("sym.relu(", 'sym.Activation(act_type="relu", data='))
explicit = load(
    NAME,
    (
        'sym.SoftmaxOutput(logits, name="softmax")',
        'sym.MakeLoss(-sym.pick(sym.log_softmax(logits), sym.Variable("softmax_label")))',
    ),
)


def new(names=script, **options):
    model = names["make_model"](names["BATCH_SIZE"])
    model.init_optimizer(optimizer="sgd", optimizer_params=names["sgd"], **options)
    return model


def variant(to_batch=script["to_batch"], **options):
    """Return the script's training step with another copy or key-value store."""
    model = new(**options)
    return lambda images, labels: script["train_step"](model, to_batch(images, labels))


def step_of(names):
    """Return a training step that only computes the outputs, and leaves the loss to the graph."""
    model = new(names)

    def step(images, labels):
        model.forward_backward(names["to_batch"](images, labels))
        model.update()
        return model.get_outputs()[0].mean()

    return step


def with_metric():
    """Return the training step of `fit`, which reads a metric every time and so waits."""
    model, metric = new(), mx.metric.create("ce")

    def step(images, labels):
        batch = script["to_batch"](images, labels)
        model.forward_backward(batch)
        model.update()
        model.update_metric(metric, batch.label)

    return step


def without_copy(images, labels):
    """Leave the only copy to the Module, which has memory of its own for each input."""
    return mx.io.DataBatch([nd.from_numpy(images)], [nd.from_numpy(labels)])


compare(
    script,
    lambda loss: nd.waitall(),
    {
        "the script": variant(),
        "a metric every step, as in fit": with_metric(),
        "the loss in the graph, MakeLoss": step_of(explicit),
        "Activation instead of relu": step_of(activation),
        'kvstore="device"': variant(kvstore="device"),
        "nd.from_numpy, no copy": variant(without_copy),
    },
)
