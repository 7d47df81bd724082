"""Known mistakes to plant in the scripts of the GRU, for test_planted_faults.

Fault: what the finding must say, and per script what is replaced by what.
"""

import planted_gru_current
import planted_gru_retired

FAULTS = {
    "gates exchanged": (
        r"logits are off .*reset and update gates are exchanged",
        {
            "pytorch": [
                (
                    "own_name(n): w for n, w in weights.items()})",
                    "own_name(n): torch.cat([w[100:200], w[:100], w[200:]]) if "
                    "n.startswith('gru') else w for n, w in weights.items()})",
                )
            ]
        },
    ),
    "reset gate before the product": (
        r"logits are off .*applies the reset gate before the matrix product",
        {},
    ),
    "hard sigmoid": (
        r"logits are off .*hard sigmoids",
        {},
    ),
    "one bias vector dropped": (
        r"logits are off .*GRU without the second bias vector",
        {
            "pytorch": [
                (
                    "own_name(n): w for n, w in weights.items()})",
                    "own_name(n): w * (n != 'gru.bias_hh') for n, w in weights.items()})",
                )
            ]
        },
    ),
    "padding at the end, in the data": (
        r"reviews are not those of the others: .*zeros in front",
        {
            "pytorch": [
                (
                    "= imdb(VOCABULARY, LENGTH)",
                    "= imdb(VOCABULARY, LENGTH); import numpy; x_train = "
                    "numpy.stack([numpy.roll(r, -(r == 0).sum()) for r in x_train])",
                )
            ]
        },
    ),
    "padding at the end, in the model": (
        r"logits are off .*reviews padded at the end",
        {
            "pytorch": [
                (
                    "self.gru(self.embedding(reviews))",
                    "self.gru(self.embedding(torch.stack([r.roll(-int((r == 0).sum())) "
                    "for r in reviews])))",
                )
            ]
        },
    ),
    "padding masked": (
        r"logits are off .*a layer that skips padding",
        {},
    ),
    "the row of the padding kept": (
        r"gradient of embedding\.weight",
        {"pytorch": [("nn.Embedding(VOCABULARY, 125)", "nn.Embedding(VOCABULARY, 125, 0)")]},
    ),
    "the row of the padding read as zeros": (
        r"logits are off .*row for padding is zero",
        {},
    ),
    "the first output": (
        r"logits are off .*first output instead of the last",
        {"pytorch": [("outputs[:, -1]", "outputs[:, 0]")]},
    ),
    "read backwards": (
        r"logits are off .*read from the end",
        {"pytorch": [("self.embedding(reviews)", "self.embedding(reviews.flip(1))")]},
    ),
    "epsilon 1e-7": (
        r"weight changes are off .*gradients agree\. That is Adam with an epsilon of 1e-7\. ",
        {"pytorch": [("eps=EPSILON", "eps=1e-7")]},
    ),
    "epsilon before the correction": (
        r"weight changes are off .*gradients agree\. That is Adam with epsilon added before",
        {},
    ),
    "squared by word": (
        r"weight changes are off .*squares the parts of a row's gradient before it adds",
        {},
    ),
    "uncorrected": (
        r"weight changes are off .*Adam without the correction",
        {},
    ),
    "beta 2": (
        r"losses\[2\] is off .*losses\[0:2\] agree\. Look at the optimizer",
        {"pytorch": [("betas=(BETA_1, BETA_2)", "betas=(BETA_1, 0.99)")]},
    ),
    "weight decay, decoupled": (
        r"gradients agree: .*weight decay of 0\.01",
        {"pytorch": [("torch.optim.Adam(", "torch.optim.AdamW(")]},
    ),
    "learning rate": (
        r"learning rate of 0\.002 instead of 0\.001",
        {"pytorch": [("lr=LEARNING_RATE", "lr=2 * LEARNING_RATE")]},
    ),
    "default initializer": (
        r"initializer is not uniform in ±0\.05: embedding\.weight",
        {"pytorch": [("nn.init.uniform_(w, -0.05, 0.05)", "pass")]},
    ),
    "softmax twice, in the loss": (
        r"losses\[0\] is off .*logits agree.* softmax applied twice",
        {
            "pytorch": [
                ("F.cross_entropy(model(reviews),", "F.cross_entropy(model(reviews).softmax(1),")
            ]
        },
    ),
    "loss summed": (
        r"losses\[0\] is off .* 64 times too large: summed",
        {"pytorch": [("model(reviews), labels)", 'model(reviews), labels, reduction="sum")')]},
    ),
}
for fault, where in (*planted_gru_current.FAULTS.items(), *planted_gru_retired.FAULTS.items()):
    FAULTS[fault][1].update(where)
