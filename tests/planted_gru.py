"""Known mistakes to plant in the scripts of the GRU, for test_planted_faults.

Fault: what the finding must say, and per script what is replaced by what.
"""

PYTORCH, PADDLE, MLX = "pytorch", "paddle", "mlx"

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
            PADDLE: [
                (
                    "].set_value(w)",
                    "].set_value(np.concatenate([w[100:200], w[:100], w[200:]]) if "
                    "name.startswith('gru') else w)",
                ),
            ],
            MLX: [
                (
                    "name, mx.array(w))",
                    "name, mx.array(np.concatenate([w[100:200], w[:100], w[200:]]) if "
                    "name.startswith('gru') else w))",
                ),
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
            PADDLE: [
                (
                    "].set_value(w)",
                    "].set_value(w * (name != 'gru.bias_hh'))",
                ),
            ],
            MLX: [("name, mx.array(w))", "name, mx.array(w * (name != 'gru.bias_hh')))")],
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
            PADDLE: [
                (
                    "= imdb(VOCABULARY, LENGTH)",
                    "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                    "0).sum()) for r in x_train])",
                ),
            ],
            MLX: [
                (
                    "= imdb(VOCABULARY, LENGTH)",
                    "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                    "0).sum()) for r in x_train])",
                ),
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
            PADDLE: [
                (
                    "self.embedding(reviews.T)",
                    "self.embedding(paddle.to_tensor(np.stack([np.roll(r, -(r == "
                    "0).sum()) for r in reviews.numpy()])).T)",
                ),
            ],
            MLX: [
                (
                    "self.embedding(reviews.T)",
                    "self.embedding(mx.array(np.stack([np.roll(r, -(r == 0).sum()) for r "
                    "in np.array(reviews)])).T)",
                ),
            ],
        },
    ),
    "the row of the padding kept": (
        r"gradient of embedding\.weight",
        {PYTORCH: [("nn.Embedding(VOCABULARY, 125)", "nn.Embedding(VOCABULARY, 125, 0)")]},
    ),
    "the row of the padding read as zeros": (
        r"logits are off .*row for padding is zero",
        {
            PADDLE: [
                ("nn.Embedding(VOCABULARY, 125,", "nn.Embedding(VOCABULARY, 125, padding_idx=0,")
            ]
        },
    ),
    "the first output": (
        r"logits are off .*first output instead of the last",
        {
            PYTORCH: [("outputs[:, -1]", "outputs[:, 0]")],
            PADDLE: [("outputs[-1]", "outputs[0]")],
            MLX: [("in mx.split(inputs, len(x)):", "in mx.split(inputs, len(x))[:1]:")],
        },
    ),
    "read backwards": (
        r"logits are off .*read from the end",
        {
            PYTORCH: [("self.embedding(reviews)", "self.embedding(reviews.flip(1))")],
            PADDLE: [("self.embedding(reviews.T)", "self.embedding(reviews.T.flip(0))")],
            MLX: [("self.embedding(reviews.T)", "self.embedding(reviews.T[::-1])")],
        },
    ),
    "epsilon 1e-7": (
        r"weight changes are off .*gradients agree\. That is Adam with an epsilon of 1e-7\. ",
        {
            PYTORCH: [("eps=EPSILON", "eps=1e-7")],
            PADDLE: [("BETA_2, EPSILON", "BETA_2, 1e-7")],
            MLX: [("betas, EPSILON,", "betas, 1e-7,")],
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
            PADDLE: [("        LEARNING_RATE,", "        2 * LEARNING_RATE,")],
            MLX: [("optim.Adam(LEARNING_RATE,", "optim.Adam(2 * LEARNING_RATE,")],
        },
    ),
    "default initializer": (
        r"initializer is not uniform in ±0\.05: embedding\.weight",
        {
            PYTORCH: [("nn.init.uniform_(w, -0.05, 0.05)", "pass")],
            PADDLE: [("125, weight_attr=uniform", "125")],
            MLX: [("self.embedding.weight = uniform(self.embedding.weight)", "pass")],
        },
    ),
    "softmax twice, in the loss": (
        r"losses\[0\] is off .*logits agree.* softmax applied twice",
        {
            PYTORCH: [
                ("F.cross_entropy(model(reviews),", "F.cross_entropy(model(reviews).softmax(1),")
            ]
        },
    ),
    "loss summed": (
        r"losses\[0\] is off .* 64 times too large: summed",
        {PYTORCH: [("model(reviews), labels)", 'model(reviews), labels, reduction="sum")')]},
    ),
    "reset gate before": (
        r"logits are off .*applies the reset gate before",
        {
            MLX: [
                (
                    "n = mx.tanh(n_in + r * n_hid)",
                    "n = mx.tanh(n_in + mx.addmm(self.bias_hh[200:], r * h, "
                    "self.weight_hh[200:].T))",
                ),
            ],
        },
    ),
    "uncorrected": (
        r"weight changes are off .*Adam without the correction",
        {
            MLX: [("bias_correction=True", "bias_correction=False")],
        },
    ),
}
