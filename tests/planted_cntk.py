"""Known mistakes to plant in the scripts of CNTK and of Keras 2, for test_planted_faults."""

CNTK, KERAS_CNTK, KERAS_THEANO = "cntk", "keras_cntk", "keras_theano"
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

# The GRU. Theano compiles each variant anew, so it gets few.
AT_THE_END = "np.stack([np.roll(r, -(r == 0).sum()) for r in reviews])"
DATA_AT_THE_END = [
    (
        "= imdb(VOCABULARY, LENGTH)",
        f"= imdb(VOCABULARY, LENGTH); reviews = x_train; x_train = {AT_THE_END}",
    )
]
BATCH_AT_THE_END = [
    (
        'ref = reference("gru")',
        f"ref = reference('gru'); reviews = ref['reviews'][0]; ref['reviews'][0] = {AT_THE_END}",
    )
]
KERAS_BEFORE = [
    ("reset_after=True", "reset_after=False"),
    ("np.stack([b_ih, b_hh])", "b_ih + b_hh"),
    ("w_hh.T, b[0], b[1]", "w_hh.T, b, b"),
]
KERAS_EXCHANGED = [
    ("return np.concatenate([w[100:200], w[:100], w[200:]])", "return w"),
]
KERAS_WITHOUT_BIAS = [("np.stack([b_ih, b_hh])", "np.stack([b_ih, 0 * b_hh])")]
KERAS_EPSILON_BEFORE = [("EPSILON * K.sqrt(1 - K.pow(adam.beta_2, steps))", "EPSILON")]

GRU_FAULTS = {
    "gates exchanged": {
        CNTK: [("r_in, z_in, n_in = ", "z_in, r_in, n_in = "), ("r_hid, z_hid", "z_hid, r_hid")],
        KERAS_CNTK: KERAS_EXCHANGED,
        KERAS_THEANO: KERAS_EXCHANGED,
    },
    "reset gate before the product": {
        CNTK: [("r * n_hid", "C.times(r * h, gates(W_hh)[2]) + gates(b_hh)[2]")],
        KERAS_CNTK: KERAS_BEFORE,
        KERAS_THEANO: KERAS_BEFORE,
    },
    "hard sigmoid": {
        KERAS_CNTK: [('recurrent_activation="sigmoid"', 'recurrent_activation="hard_sigmoid"')],
        KERAS_THEANO: [('recurrent_activation="sigmoid"', 'recurrent_activation="hard_sigmoid"')],
    },
    "one bias vector dropped": {
        CNTK: [
            (
                "].value = transposed(name, w)",
                '].value = transposed(name, w * (name[-3:] != "_hh" or w.ndim > 1))',
            )
        ],
        KERAS_CNTK: KERAS_WITHOUT_BIAS,
        KERAS_THEANO: KERAS_WITHOUT_BIAS,
    },
    "padding at the end, in the data": {
        CNTK: DATA_AT_THE_END,
        KERAS_CNTK: DATA_AT_THE_END,
    },
    "padding at the end, in the model": {
        CNTK: BATCH_AT_THE_END,
        KERAS_CNTK: BATCH_AT_THE_END,
    },
    "padding skipped": {
        KERAS_CNTK: [("VOCABULARY, 125,", "VOCABULARY, 125, mask_zero=True,")],
    },
    "the first output": {
        CNTK: [
            (
                "Fold(cell)(C.gather(E, x))",
                "C.sequence.first(C.layers.Recurrence(cell)(C.gather(E, x)))",
            )
        ],
    },
    "read backwards": {
        CNTK: [("Fold(cell)", "Fold(cell, go_backwards=True)")],
        KERAS_CNTK: [("reset_after=True", "reset_after=True, go_backwards=True")],
    },
    "epsilon 1e-7": {
        CNTK: [("+ EPSILON", "+ 1e-7")],
        KERAS_CNTK: [("= EPSILON *", "= 1e-7 *")],
        KERAS_THEANO: [("= EPSILON *", "= 1e-7 *")],
    },
    "epsilon before the correction": {
        CNTK: [("C.sqrt(v / correction) + EPSILON", "(C.sqrt(v) + EPSILON) / C.sqrt(correction)")],
        KERAS_CNTK: KERAS_EPSILON_BEFORE,
        KERAS_THEANO: KERAS_EPSILON_BEFORE,
    },
    "beta 2": {
        CNTK: [("BETA_2 = 0.999", "BETA_2 = 0.99")],
        KERAS_CNTK: [("beta_2=BETA_2", "beta_2=0.99")],
    },
    "learning rate": {
        CNTK: [("rate = LEARNING_RATE", "rate = 2 * LEARNING_RATE")],
        KERAS_CNTK: [("lr=LEARNING_RATE", "lr=2 * LEARNING_RATE")],
    },
    "default initializer": {
        CNTK: [("init=C.uniform(0.05)", "init=C.glorot_uniform()")],
        KERAS_CNTK: [("=RandomUniform(-0.05, 0.05)", '="glorot_uniform"')],
    },
    "softmax twice, in the loss": {
        CNTK: [("with_softmax(model, y)", "with_softmax(C.softmax(model), y)")],
        KERAS_CNTK: [("(labels, logits, from", "(labels, K.softmax(logits), from")],
    },
}
