"""Variants of the training step in MXNet Gluon: hybridization, copies, the key-value store.

MXNet reads its thread count at import: run with OMP_NUM_THREADS=... to compare other counts.
"""

from measure import compare, load

script = load("mxnet_gluon_cnn.py")  # sets the thread count, so nothing imports MXNet earlier
gluon, nd = script["gluon"], script["nd"]
STATIC = {"static_alloc": True, "static_shape": True}
SGD = {"learning_rate": script["LEARNING_RATE"], "momentum": script["MOMENTUM"]}


def variant(hybridize=STATIC, to_device=script["to_device"], **trainer):
    """Return the script's training step with another compilation, copy or trainer."""
    model = script["CNN"]()
    model.hybridize(hybridize is not None, **(hybridize or {}))
    optimizer = gluon.Trainer(model.collect_params(), "sgd", SGD, **trainer)
    return lambda images, labels: script["train_step"](model, optimizer, *to_device(images, labels))


def without_copy(images, labels):
    return nd.from_numpy(images), nd.from_numpy(labels)


variants = {
    "the script": variant(),
    "hybridize()": variant({}),
    "hybridize(static_alloc=True)": variant({"static_alloc": True}),
    "not hybridized": variant(None),
    "kvstore=None": variant(kvstore=None),
}
if script["device"].device_type == "cpu":
    variants["nd.from_numpy, no copy"] = variant(to_device=without_copy)
compare(script, lambda loss: nd.waitall(), variants)
