"""Known mistakes to plant in the scripts of the GRU, for test_planted_faults.

Fault: what the finding must say, and per script what is replaced by what.
"""

PYTORCH, LASAGNE, CAFFE2 = "pytorch", "lasagne", "caffe2"

# In the reference batches, for scripts whose graphs and nets cannot be edited so shortly.
ROLLED = [
    (
        'list(zip(ref["reviews"], ref["labels"]))',
        "[(np.stack([np.roll(r, -(r == 0).sum()) for r in x]), y) "
        'for x, y in zip(ref["reviews"], ref["labels"])]',
    )
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
            LASAGNE: [
                (
                    "variable.set_value(w)",
                    "n = w.shape[-1] == 300; variable.set_value(np.concatenate("
                    "[w[..., 100:200], w[..., :100], w[..., 200:]], -1) if n else w)",
                )
            ],
            CAFFE2: [
                ('("reset", "update", "output")', '("update", "reset", "output")'),
                (
                    "np.split(w, len(blobs))",
                    "np.split(np.concatenate([w[100:200], w[:100], w[200:]]) "
                    "if len(w) == 300 and len(blobs) == 1 else w, len(blobs))",
                ),
            ],
        },
    ),
    "reset gate before the product": (
        r"logits are off .*applies the reset gate before the matrix product",
        {
            LASAGNE: [
                (
                    "r * kept[:, 2 * units :]",
                    "T.dot(r * h, W_hid[:, 2 * units :]) + b_hid[2 * units :]",
                )
            ],
            CAFFE2: [('"linear_before_reset": True', '"linear_before_reset": False')],
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
            LASAGNE: [("set_value(w)", "set_value(w * (variable.name != 'b_hid'))")],
            CAFFE2: [("FeedBlob(blob, part)", "FeedBlob(blob, part * ('gate_t_b' not in blob))")],
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
            LASAGNE: [
                (
                    "= imdb(VOCABULARY, LENGTH)",
                    "= imdb(VOCABULARY, LENGTH); "
                    "x_train = np.stack([np.roll(r, -(r == 0).sum()) for r in x_train])",
                )
            ],
            CAFFE2: [
                (
                    "= imdb(VOCABULARY, LENGTH)",
                    "= imdb(VOCABULARY, LENGTH); "
                    "x_train = np.stack([np.roll(r, -(r == 0).sum()) for r in x_train])",
                )
            ],
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
            LASAGNE: ROLLED,
            CAFFE2: ROLLED,
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
            LASAGNE: [("strict=True)[0][-1]", "strict=True)[0][0]")],
            CAFFE2: [
                ("_, last = gru_cell", "states, last = gru_cell"),
                ('"outputs_with_grads": [1]', '"outputs_with_grads": [0]'),
                (
                    "Squeeze(last,",
                    'Squeeze(m.net.Slice(states, "first", starts=[0, 0, 0], ends=[1, -1, -1]),',
                ),
            ],
        },
    ),
    "read backwards": (
        r"logits are off .*read from the end",
        {
            PYTORCH: [("self.embedding(reviews)", "self.embedding(reviews.flip(1))")],
            LASAGNE: [("hidden, strict=True", "hidden, strict=True, go_backwards=True")],
            CAFFE2: [
                (
                    'list(zip(ref["reviews"], ref["labels"]))',
                    'list(zip(ref["reviews"][..., ::-1], ref["labels"]))',
                )
            ],
        },
    ),
    "epsilon 1e-7": (
        r"weight changes are off .*gradients agree\. That is Adam with an epsilon of 1e-7\. ",
        {
            PYTORCH: [("eps=EPSILON", "eps=1e-7")],
            LASAGNE: [("EPSILON * T.sqrt", "1e-7 * T.sqrt")],
            CAFFE2: [("scale=EPSILON", "scale=1e-7")],
        },
    ),
    "epsilon before the correction": (
        r"weight changes are off .*gradients agree\. "
        r"That is Adam with epsilon added before the bias is corrected\. ",
        {
            LASAGNE: [("EPSILON * T.sqrt(1 - BETA_2 ** (steps + 1))", "EPSILON")],
            CAFFE2: [
                (
                    'net.Scale(net.Sqrt("sum2", "root"), "epsilon"',
                    'net.Sqrt("sum2", "root"); net.Scale("one", "epsilon"',
                )
            ],
        },
    ),
    "beta 2": (
        r"losses\[2\] is off .*losses\[0:2\] agree\. Look at the optimizer",
        {PYTORCH: [("betas=(BETA_1, BETA_2)", "betas=(BETA_1, 0.99)")]},
    ),
    "weight decay, decoupled": (
        r"gradients agree: .*weight decay of 0\.01",
        {PYTORCH: [("torch.optim.Adam(", "torch.optim.AdamW(")]},
    ),
    "learning rate": (
        r"learning rate of 0\.002 instead of 0\.001",
        {
            PYTORCH: [("lr=LEARNING_RATE", "lr=2 * LEARNING_RATE")],
            CAFFE2: [("scale=-LEARNING_RATE", "scale=-2 * LEARNING_RATE")],
        },
    ),
    "default initializer": (
        r"initializer is not uniform in ±0\.05: embedding\.weight",
        {
            PYTORCH: [("nn.init.uniform_(w, -0.05, 0.05)", "pass")],
            CAFFE2: [("min=-0.05, max=0.05", "min=-0.1, max=0.1")],
        },
    ),
    "softmax twice, in the loss": (
        r"losses\[0\] is off .*logits agree.* softmax applied twice",
        {
            PYTORCH: [
                ("F.cross_entropy(model(reviews),", "F.cross_entropy(model(reviews).softmax(1),")
            ],
            CAFFE2: [('SoftmaxWithLoss(["dense",', 'SoftmaxWithLoss([net.Softmax("dense", "p"),')],
        },
    ),
    "loss summed": (
        r"losses\[0\] is off .* 64 times too large: summed",
        {
            PYTORCH: [("model(reviews), labels)", 'model(reviews), labels, reduction="sum")')],
            CAFFE2: [('["softmax", "loss"])', '["softmax", "loss"], scale=64.0)')],
        },
    ),
}
