"""Variants of the training step in Keras 2 on Theano: threads, order of the axes, memory.

Compiles each variant: minutes, when Theano has not compiled it before.
"""

from measure import compare, load

NAME = "keras_theano_cnn.py"
ORDER = """K.set_image_data_format("channels_{}")
(x_train, y_train), (x_test, y_test) = cifar10(channels_first={})"""
script = load(NAME)
channels_last = load(NAME, (ORDER.format("first", True), ORDER.format("last", False)))
theano, K = script["theano"], script["K"]


def variant(names=script, **flags):
    """Return a script's training step, compiled under other flags of Theano's."""
    first = names is not channels_last
    K.set_image_data_format("channels_first" if first else "channels_last")
    model = names["CNN"]()
    names["compile_model"](model)

    def step(images, labels):
        images = images if first else images.transpose(0, 2, 3, 1).copy()
        return names["train_step"](model, images, labels)

    with theano.change_flags(**flags):
        step(script["x_train"][:64], script["y_train"][:64])
    return step


compare(
    script,
    float,
    {
        "the script": variant(),
        "openmp=False": variant(openmp=False),
        "allow_gc=False": variant(allow_gc=False),
        "channels last": variant(channels_last),
    },
)
