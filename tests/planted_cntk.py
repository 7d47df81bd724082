"""Known mistakes to plant in the scripts of CNTK and of Keras on it, for test_planted_faults."""

CNTK, KERAS_CNTK = "cntk", "keras_cntk"
PERMUTED = "w.reshape(512, 100, 8, 8).transpose(0, 2, 3, 1).reshape(512, -1)"

FAULTS = {
    "momentum off": {
        CNTK: [("momentum_schedule(MOMENTUM)", "momentum_schedule(0)")],
        KERAS_CNTK: [("momentum=MOMENTUM", "momentum=0")],
    },
    "Nesterov": {
        KERAS_CNTK: [("nesterov=False", "nesterov=True")],
    },
    "dropout left on": {
        CNTK: [("CNN(dropout=(0, 0, 0))", "CNN()")],
        KERAS_CNTK: [("CNN(dropout=(0, 0, 0))", "CNN()")],
    },
    "flatten in the wrong order": {
        KERAS_CNTK: [
            (PERMUTED, "w"),
            ("w.reshape(512, 8, 8, 100).transpose(0, 3, 1, 2).reshape(512, -1)", "w"),
        ],
    },
    "flatten channels first for channels last": {
        CNTK: [
            (
                'w = w.T if name.startswith("dense") else w',
                f'w = {PERMUTED} if name == "dense1.weight" else w; '
                'w = w.T if name.startswith("dense") else w',
            )
        ],
    },
    "gradients of the sum": {
        CNTK: [(" / len(fed[x])", "")],
    },
}
