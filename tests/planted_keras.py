"""Known mistakes to plant in the scripts of TensorFlow and Keras, for test_planted_faults."""

TENSORFLOW = "tensorflow"
KERAS = ("keras_tensorflow", "keras_jax", "keras_torch")


def each(*replacements):
    """Return the same replacements for every back end: the model's text is one."""
    return {framework: list(replacements) for framework in KERAS}


FAULTS = {
    "momentum off": {
        TENSORFLOW: [(", momentum=MOMENTUM", "")],
        **each((", momentum=MOMENTUM", "")),
    },
    "dropout left on": {
        TENSORFLOW: [("tf.nn.dropout if training else lambda x, rate: x", "tf.nn.dropout")],
        **each(("make_model(dropout=(0, 0, 0))", "make_model()")),
    },
    "flatten in the wrong order": {
        framework: [
            ("w.reshape(512, 100, 8, 8).transpose(0, 2, 3, 1).reshape(512, -1)", "w"),
            ("w.reshape(512, 8, 8, 100).transpose(0, 3, 1, 2).reshape(512, -1)", "w"),
        ]
        for framework in (TENSORFLOW, *KERAS)
    },
}
