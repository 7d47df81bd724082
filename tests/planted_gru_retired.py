"""Known mistakes to plant in the scripts of the GRU, of retired frameworks."""

FAULTS = {
    "gates exchanged": {
        "mxnet_gluon": [
            (
                "    parameter.set_data(weights[name])",
                "    w = weights[name]\n    "
                "parameter.set_data(np.concatenate([w[100:200], w[:100], w[200:]]) "
                "if 'gru' in name else w)",
            )
        ],
        "mxnet_module": [
            (
                "nd.array(w) for n, w in",
                "nd.array(np.concatenate([w[100:200], w[:100], w[200:]]) if 'gru' "
                "in n else w) for n, w in",
            )
        ],
        "chainer": [
            (
                "np.split(w, len(gates))",
                "np.split(np.concatenate([w[100:200], w[:100], w[200:]]) if 'gru' "
                "in name else w, len(gates))",
            )
        ],
        "caffe2": [
            ('("reset", "update", "output")', '("update", "reset", "output")'),
            (
                "np.split(w, len(blobs))",
                "np.split(np.concatenate([w[100:200], w[:100], w[200:]]) if len(w) "
                "== 300 and len(blobs) == 1 else w, len(blobs))",
            ),
        ],
        "cntk": [("r_in, z_in, n_in = ", "z_in, r_in, n_in = "), ("r_hid, z_hid", "z_hid, r_hid")],
        "keras_cntk": [("return np.concatenate([w[100:200], w[:100], w[200:]])", "return w")],
        "keras_theano": [("return np.concatenate([w[100:200], w[:100], w[200:]])", "return w")],
        "lasagne": [
            (
                "variable.set_value(w)",
                "n = w.shape[-1] == 300; variable.set_value(np.concatenate([w[..., "
                "100:200], w[..., :100], w[..., 200:]], -1) if n else w)",
            )
        ],
    },
    "reset gate before the product": {
        "caffe2": [('"linear_before_reset": True', '"linear_before_reset": False')],
        "cntk": [("r * n_hid", "C.times(r * h, gates(W_hh)[2]) + gates(b_hh)[2]")],
        "keras_cntk": [
            ("reset_after=True", "reset_after=False"),
            ("np.stack([b_ih, b_hh])", "b_ih + b_hh"),
            ("w_hh.T, b[0], b[1]", "w_hh.T, b, b"),
        ],
        "keras_theano": [
            ("reset_after=True", "reset_after=False"),
            ("np.stack([b_ih, b_hh])", "b_ih + b_hh"),
            ("w_hh.T, b[0], b[1]", "w_hh.T, b, b"),
        ],
        "lasagne": [
            ("r * kept[:, 2 * units :]", "T.dot(r * h, W_hid[:, 2 * units :]) + b_hid[2 * units :]")
        ],
    },
    "hard sigmoid": {
        "keras_cntk": [('recurrent_activation="sigmoid"', 'recurrent_activation="hard_sigmoid"')],
        "keras_theano": [('recurrent_activation="sigmoid"', 'recurrent_activation="hard_sigmoid"')],
    },
    "one bias vector dropped": {
        "mxnet_gluon": [
            ("set_data(weights[name])", "set_data(weights[name] * (name != 'gru.bias_hh'))")
        ],
        "mxnet_module": [
            ("nd.array(w) for n, w in", "nd.array(w * (n != 'gru.bias_hh')) for n, w in")
        ],
        "chainer": [
            ("np.split(w, len(gates))", "np.split(w * (name != 'gru.bias_hh'), len(gates))")
        ],
        "caffe2": [("FeedBlob(blob, part)", "FeedBlob(blob, part * ('gate_t_b' not in blob))")],
        "cntk": [
            (
                "].value = transposed(name, w)",
                '].value = transposed(name, w * (name[-3:] != "_hh" or w.ndim > 1))',
            )
        ],
        "keras_cntk": [("np.stack([b_ih, b_hh])", "np.stack([b_ih, 0 * b_hh])")],
        "keras_theano": [("np.stack([b_ih, b_hh])", "np.stack([b_ih, 0 * b_hh])")],
        "lasagne": [("set_value(w)", "set_value(w * (variable.name != 'b_hid'))")],
    },
    "padding at the end, in the data": {
        "mxnet_gluon": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); reviews = x_train; x_train = "
                "np.stack([np.roll(r, -(r == 0).sum()) for r in reviews])",
            )
        ],
        "mxnet_module": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); reviews = x_train; x_train = "
                "np.stack([np.roll(r, -(r == 0).sum()) for r in reviews])",
            )
        ],
        "chainer": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); reviews = x_train; x_train = "
                "np.stack([np.roll(r, -(r == 0).sum()) for r in reviews])",
            )
        ],
        "caffe2": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                "0).sum()) for r in x_train])",
            )
        ],
        "cntk": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); reviews = x_train; x_train = "
                "np.stack([np.roll(r, -(r == 0).sum()) for r in reviews])",
            )
        ],
        "keras_cntk": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); reviews = x_train; x_train = "
                "np.stack([np.roll(r, -(r == 0).sum()) for r in reviews])",
            )
        ],
        "lasagne": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                "0).sum()) for r in x_train])",
            )
        ],
    },
    "padding at the end, in the model": {
        "mxnet_gluon": [
            (
                "weights = ref[",
                "reviews = ref['reviews'][0]; reviews[:] = np.stack([np.roll(r, "
                "-(r == 0).sum()) for r in reviews]); weights = ref[",
            )
        ],
        "mxnet_module": [
            (
                "weights = ref[",
                "reviews = ref['reviews'][0]; reviews[:] = np.stack([np.roll(r, "
                "-(r == 0).sum()) for r in reviews]); weights = ref[",
            )
        ],
        "chainer": [
            (
                "self.embedding(reviews)",
                "self.embedding(np.stack([np.roll(r, -(r == 0).sum()) for r in reviews]))",
            )
        ],
        "caffe2": [
            (
                'list(zip(ref["reviews"], ref["labels"]))',
                "[(np.stack([np.roll(r, -(r == 0).sum()) for r in x]), y) for x, y "
                'in zip(ref["reviews"], ref["labels"])]',
            )
        ],
        "cntk": [
            (
                'ref = reference("gru")',
                "ref = reference('gru'); reviews = ref['reviews'][0]; "
                "ref['reviews'][0] = np.stack([np.roll(r, -(r == 0).sum()) for r "
                "in reviews])",
            )
        ],
        "keras_cntk": [
            (
                'ref = reference("gru")',
                "ref = reference('gru'); reviews = ref['reviews'][0]; "
                "ref['reviews'][0] = np.stack([np.roll(r, -(r == 0).sum()) for r "
                "in reviews])",
            )
        ],
        "lasagne": [
            (
                'list(zip(ref["reviews"], ref["labels"]))',
                "[(np.stack([np.roll(r, -(r == 0).sum()) for r in x]), y) for x, y "
                'in zip(ref["reviews"], ref["labels"])]',
            )
        ],
    },
    "padding masked": {
        "keras_cntk": [("VOCABULARY, 125,", "VOCABULARY, 125, mask_zero=True,")],
    },
    "the first output": {
        "mxnet_gluon": [("begin=-1, end=None", "begin=0, end=1")],
        "mxnet_module": [("begin=-1, end=None", "begin=0, end=1")],
        "chainer": [
            ("states, _ = self", "_, outputs = self"),
            ("self.dense(states[0])", "self.dense(F.stack([y[0] for y in outputs]))"),
        ],
        "caffe2": [
            ("_, last = gru_cell", "states, last = gru_cell"),
            ('"outputs_with_grads": [1]', '"outputs_with_grads": [0]'),
            (
                "Squeeze(last,",
                'Squeeze(m.net.Slice(states, "first", starts=[0, 0, 0], ends=[1, -1, -1]),',
            ),
        ],
        "cntk": [
            (
                "Fold(cell)(C.gather(E, x))",
                "C.sequence.first(C.layers.Recurrence(cell)(C.gather(E, x)))",
            )
        ],
        "lasagne": [("strict=True)[0][-1]", "strict=True)[0][0]")],
    },
    "read backwards": {
        "mxnet_gluon": [("F.transpose(reviews)", "F.reverse(F.transpose(reviews), axis=0)")],
        "mxnet_module": [
            (
                'sym.transpose(sym.Variable("data"))',
                'sym.reverse(sym.transpose(sym.Variable("data")), axis=0)',
            )
        ],
        "chainer": [("self.embedding(reviews)", "self.embedding(reviews[:, ::-1])")],
        "caffe2": [
            (
                'list(zip(ref["reviews"], ref["labels"]))',
                'list(zip(ref["reviews"][..., ::-1], ref["labels"]))',
            )
        ],
        "cntk": [("Fold(cell)", "Fold(cell, go_backwards=True)")],
        "keras_cntk": [("reset_after=True", "reset_after=True, go_backwards=True")],
        "lasagne": [("hidden, strict=True", "hidden, strict=True, go_backwards=True")],
    },
    "epsilon 1e-7": {
        "mxnet_gluon": [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
        "mxnet_module": [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
        "chainer": [("optimizer.eps = EPSILON", "optimizer.eps = 1e-7")],
        "caffe2": [("scale=EPSILON", "scale=1e-7")],
        "cntk": [("+ EPSILON", "+ 1e-7")],
        "keras_cntk": [("= EPSILON *", "= 1e-7 *")],
        "keras_theano": [("= EPSILON *", "= 1e-7 *")],
        "lasagne": [("EPSILON * T.sqrt", "1e-7 * T.sqrt")],
    },
    "epsilon before the correction": {
        "mxnet_gluon": [(" * math.sqrt(1 - BETA_2**step)", "")],
        "mxnet_module": [(" * math.sqrt(1 - BETA_2**step)", "")],
        "chainer": [("    adam.add_hook(correct_epsilon)\n", "")],
        "caffe2": [
            (
                'net.Scale(net.Sqrt("sum2", "root"), "epsilon"',
                'net.Sqrt("sum2", "root"); net.Scale("one", "epsilon"',
            )
        ],
        "cntk": [
            ("C.sqrt(v / correction) + EPSILON", "(C.sqrt(v) + EPSILON) / C.sqrt(correction)")
        ],
        "keras_cntk": [("EPSILON * K.sqrt(1 - K.pow(adam.beta_2, steps))", "EPSILON")],
        "keras_theano": [("EPSILON * K.sqrt(1 - K.pow(adam.beta_2, steps))", "EPSILON")],
        "lasagne": [("EPSILON * T.sqrt(1 - BETA_2 ** (steps + 1))", "EPSILON")],
    },
    "beta 2": {
        "mxnet_gluon": [("BETA_2 = 0.999", "BETA_2 = 0.99")],
        "mxnet_module": [("BETA_2 = 0.999", "BETA_2 = 0.99")],
        "chainer": [("BETA_2 = 0.999", "BETA_2 = 0.99")],
        "cntk": [("BETA_2 = 0.999", "BETA_2 = 0.99")],
        "keras_cntk": [("beta_2=BETA_2", "beta_2=0.99")],
    },
    "weight decay, decoupled": {
        "chainer": [("beta2=BETA_2", "beta2=BETA_2, weight_decay_rate=0.01 * LEARNING_RATE")],
    },
    "learning rate": {
        "mxnet_gluon": [("learning_rate=LEARNING_RATE", "learning_rate=2 * LEARNING_RATE")],
        "mxnet_module": [('"learning_rate": LEARNING_RATE', '"learning_rate": 2 * LEARNING_RATE')],
        "chainer": [("Adam(LEARNING_RATE", "Adam(2 * LEARNING_RATE")],
        "caffe2": [("scale=-LEARNING_RATE", "scale=-2 * LEARNING_RATE")],
        "cntk": [("rate = LEARNING_RATE", "rate = 2 * LEARNING_RATE")],
        "keras_cntk": [("lr=LEARNING_RATE", "lr=2 * LEARNING_RATE")],
    },
    "default initializer": {
        "mxnet_gluon": [(", **init", "")],
        "mxnet_module": [(", init=mx.init.Uniform(0.05)", "")],
        "chainer": [(", initialW=uniform", "")],
        "caffe2": [("min=-0.05, max=0.05", "min=-0.1, max=0.1")],
        "cntk": [("init=C.uniform(0.05)", "init=C.glorot_uniform()")],
        "keras_cntk": [("=RandomUniform(-0.05, 0.05)", '="glorot_uniform"')],
    },
    "softmax twice, in the loss": {
        "mxnet_gluon": [
            ("cross_entropy(model(reviews),", "cross_entropy(model(reviews).softmax(),")
        ],
        "mxnet_module": [("SoftmaxOutput(x,", "SoftmaxOutput(sym.softmax(x),")],
        "chainer": [("cross_entropy(model(reviews),", "cross_entropy(F.softmax(model(reviews)),")],
        "caffe2": [('SoftmaxWithLoss(["dense",', 'SoftmaxWithLoss([net.Softmax("dense", "p"),')],
        "cntk": [("with_softmax(model, y)", "with_softmax(C.softmax(model), y)")],
        "keras_cntk": [("(labels, logits, from", "(labels, K.softmax(logits), from")],
    },
    "loss summed": {
        "mxnet_gluon": [
            ("losses.mean()", "losses.sum()"),
            ("trainer.step(len(reviews))", "trainer.step(1)"),
        ],
        "mxnet_module": [(".log().mean()", ".log().sum()")],
        "chainer": [
            (
                "loss = F.softmax_cross_entropy(model(reviews), labels)",
                'loss = F.sum(F.softmax_cross_entropy(model(reviews), labels, reduce="no"))',
            )
        ],
        "caffe2": [('["softmax", "loss"])', '["softmax", "loss"], scale=64.0)')],
    },
}
