"""Known mistakes to plant in the scripts of the GRU, for test_planted_faults.

Fault: what the finding must say, and per script what is replaced by what.
"""

PYTORCH = "pytorch"
MXNET_GLUON, MXNET_MODULE, CHAINER = "mxnet_gluon", "mxnet_module", "chainer"

# In NumPy, for scripts that import it.
EXCHANGED = "np.concatenate([w[100:200], w[:100], w[200:]])"
AT_THE_END = "np.stack([np.roll(r, -(r == 0).sum()) for r in reviews])"
AT_THE_END_IN_THE_DATA = [
    (
        "= imdb(VOCABULARY, LENGTH)",
        f"= imdb(VOCABULARY, LENGTH); reviews = x_train; x_train = {AT_THE_END}",
    )
]
AT_THE_END_IN_THE_BATCH = [
    ("weights = ref[", f"reviews = ref['reviews'][0]; reviews[:] = {AT_THE_END}; weights = ref[")
]

FAULTS = {
    "gates exchanged": (
        r"logits are off .*reset and update gates are exchanged",
        {
            PYTORCH: [
                (
                    "own_name(n): w for n, w in weights.items()})",
                    "own_name(n): torch.cat([w[100:200], w[:100], w[200:]]) "
                    "if n.startswith('gru') else w for n, w in weights.items()})",
                )
            ],
            MXNET_GLUON: [
                (
                    "    parameter.set_data(weights[name])",
                    "    w = weights[name]\n"
                    f"    parameter.set_data({EXCHANGED} if 'gru' in name else w)",
                )
            ],
            MXNET_MODULE: [
                (
                    "nd.array(w) for n, w in",
                    f"nd.array({EXCHANGED} if 'gru' in n else w) for n, w in",
                )
            ],
            CHAINER: [
                (
                    "np.split(w, len(gates))",
                    f"np.split({EXCHANGED} if 'gru' in name else w, len(gates))",
                )
            ],
        },
    ),
    "one bias vector dropped": (
        r"logits are off .*GRU without the second bias vector",
        {
            PYTORCH: [
                (
                    "own_name(n): w for n, w in weights.items()})",
                    "own_name(n): w * (n != 'gru.bias_hh') for n, w in weights.items()})",
                )
            ],
            MXNET_GLUON: [
                ("set_data(weights[name])", "set_data(weights[name] * (name != 'gru.bias_hh'))")
            ],
            MXNET_MODULE: [
                ("nd.array(w) for n, w in", "nd.array(w * (n != 'gru.bias_hh')) for n, w in")
            ],
            CHAINER: [
                ("np.split(w, len(gates))", "np.split(w * (name != 'gru.bias_hh'), len(gates))")
            ],
        },
    ),
    "padding at the end, in the data": (
        r"reviews are not those of the others: .*zeros in front",
        {
            PYTORCH: [
                (
                    "= imdb(VOCABULARY, LENGTH)",
                    "= imdb(VOCABULARY, LENGTH); import numpy; "
                    "x_train = numpy.stack([numpy.roll(r, -(r == 0).sum()) for r in x_train])",
                )
            ],
            MXNET_GLUON: AT_THE_END_IN_THE_DATA,
            MXNET_MODULE: AT_THE_END_IN_THE_DATA,
            CHAINER: AT_THE_END_IN_THE_DATA,
        },
    ),
    "padding at the end, in the model": (
        r"logits are off .*reviews padded at the end",
        {
            PYTORCH: [
                (
                    "self.gru(self.embedding(reviews))",
                    "self.gru(self.embedding("
                    "torch.stack([r.roll(-int((r == 0).sum())) for r in reviews])))",
                )
            ],
            MXNET_GLUON: AT_THE_END_IN_THE_BATCH,
            MXNET_MODULE: AT_THE_END_IN_THE_BATCH,
            CHAINER: [("self.embedding(reviews)", f"self.embedding({AT_THE_END})")],
        },
    ),
    "the row of the padding kept": (
        r"gradient of embedding\.weight",
        {PYTORCH: [("nn.Embedding(VOCABULARY, 125)", "nn.Embedding(VOCABULARY, 125, 0)")]},
    ),
    "the first output": (
        r"logits are off .*first output instead of the last",
        {
            PYTORCH: [("outputs[:, -1]", "outputs[:, 0]")],
            MXNET_GLUON: [("begin=-1, end=None", "begin=0, end=1")],
            MXNET_MODULE: [("begin=-1, end=None", "begin=0, end=1")],
            CHAINER: [
                ("states, _ = self", "_, outputs = self"),
                ("self.dense(states[0])", "self.dense(F.stack([y[0] for y in outputs]))"),
            ],
        },
    ),
    "read backwards": (
        r"logits are off .*read from the end",
        {
            PYTORCH: [("self.embedding(reviews)", "self.embedding(reviews.flip(1))")],
            MXNET_GLUON: [("F.transpose(reviews)", "F.reverse(F.transpose(reviews), axis=0)")],
            MXNET_MODULE: [
                (
                    'sym.transpose(sym.Variable("data"))',
                    'sym.reverse(sym.transpose(sym.Variable("data")), axis=0)',
                )
            ],
            CHAINER: [("self.embedding(reviews)", "self.embedding(reviews[:, ::-1])")],
        },
    ),
    "epsilon 1e-7": (
        r"weight changes are off .*gradients agree\. That is Adam with an epsilon of 1e-7\. ",
        {
            PYTORCH: [("eps=EPSILON", "eps=1e-7")],
            MXNET_GLUON: [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
            MXNET_MODULE: [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
            CHAINER: [("optimizer.eps = EPSILON", "optimizer.eps = 1e-7")],
        },
    ),
    "epsilon before the correction": (
        r"weight changes are off .*gradients agree\. .*added before the bias is corrected",
        {
            MXNET_GLUON: [(" * math.sqrt(1 - BETA_2**step)", "")],
            MXNET_MODULE: [(" * math.sqrt(1 - BETA_2**step)", "")],
            CHAINER: [("    adam.add_hook(correct_epsilon)\n", "")],
        },
    ),
    "beta 2": (
        r"losses\[2\] is off .*losses\[0:2\] agree\. Look at the optimizer",
        {
            PYTORCH: [("betas=(BETA_1, BETA_2)", "betas=(BETA_1, 0.99)")],
            MXNET_GLUON: [("BETA_2 = 0.999", "BETA_2 = 0.99")],
            MXNET_MODULE: [("BETA_2 = 0.999", "BETA_2 = 0.99")],
            CHAINER: [("BETA_2 = 0.999", "BETA_2 = 0.99")],
        },
    ),
    "weight decay, decoupled": (
        r"gradients agree: .*weight decay of 0\.01",
        {
            PYTORCH: [("torch.optim.Adam(", "torch.optim.AdamW(")],
            CHAINER: [("beta2=BETA_2", "beta2=BETA_2, weight_decay_rate=0.01 * LEARNING_RATE")],
        },
    ),
    "learning rate": (
        r"learning rate of 0\.002 instead of 0\.001",
        {
            PYTORCH: [("lr=LEARNING_RATE", "lr=2 * LEARNING_RATE")],
            MXNET_GLUON: [("learning_rate=LEARNING_RATE", "learning_rate=2 * LEARNING_RATE")],
            MXNET_MODULE: [
                ('"learning_rate": LEARNING_RATE', '"learning_rate": 2 * LEARNING_RATE')
            ],
            CHAINER: [("Adam(LEARNING_RATE", "Adam(2 * LEARNING_RATE")],
        },
    ),
    "default initializer": (
        r"initializer is not uniform in ±0\.05: embedding\.weight",
        {
            PYTORCH: [("nn.init.uniform_(w, -0.05, 0.05)", "pass")],
            MXNET_GLUON: [(", **init", "")],
            MXNET_MODULE: [(", init=mx.init.Uniform(0.05)", "")],
            CHAINER: [(", initialW=uniform", "")],
        },
    ),
    "softmax twice, in the loss": (
        r"losses\[0\] is off .*logits agree.* softmax applied twice",
        {
            PYTORCH: [
                ("F.cross_entropy(model(reviews),", "F.cross_entropy(model(reviews).softmax(1),")
            ],
            MXNET_GLUON: [
                ("cross_entropy(model(reviews),", "cross_entropy(model(reviews).softmax(),")
            ],
            MXNET_MODULE: [("SoftmaxOutput(x,", "SoftmaxOutput(sym.softmax(x),")],
            CHAINER: [
                ("cross_entropy(model(reviews),", "cross_entropy(F.softmax(model(reviews)),")
            ],
        },
    ),
    "loss summed": (
        r"losses\[0\] is off .* 64 times too large: summed",
        {
            PYTORCH: [("model(reviews), labels)", 'model(reviews), labels, reduction="sum")')],
            MXNET_GLUON: [
                ("losses.mean()", "losses.sum()"),
                ("trainer.step(len(reviews))", "trainer.step(1)"),
            ],
            MXNET_MODULE: [(".log().mean()", ".log().sum()")],
            CHAINER: [
                (
                    "loss = F.softmax_cross_entropy(model(reviews), labels)",
                    'loss = F.sum(F.softmax_cross_entropy(model(reviews), labels, reduce="no"))',
                )
            ],
        },
    ),
}
