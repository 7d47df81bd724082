"""Compute in float64 what each script of the GRU must report.

    .environments/pytorch/bin/python reference/gru_pytorch.py

Writes _build/reference/gru.json; reference/gru_jax.py confirms it before it is stored. The
recurrence is written out as in cuDNN's documentation, and held against PyTorch's own layer.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from agreement import propose

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rosetta.datasets import fingerprint, reference  # noqa: E402

LEARNING_RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
HIDDEN = 100
# The weights that training starts from: uniform within this bound, the others within Glorot's.
BOUNDS = {"embedding.weight": 0.05}


def main():
    torch.set_default_dtype(torch.float64)
    drawn = reference("gru")
    weights = {name: torch.from_numpy(w).double() for name, w in drawn["weights"].items()}
    batches = [
        (torch.from_numpy(x).long(), torch.from_numpy(y).long())
        for x, y in zip(drawn["reviews"], drawn["labels"], strict=True)
    ]
    check_recurrence(weights, batches[0][0])
    propose(
        "gru",
        {**compute(weights, batches), "made_by": f"PyTorch {torch.__version__.split('+')[0]}"},
    )


# The network, written as plainly as possible


def gates(weights, x, h):
    """Return what enters the reset, the update and the new gate, from the input and the state."""
    given = F.linear(x, weights["gru.weight_ih"], weights["gru.bias_ih"]).chunk(3, 1)
    kept = F.linear(h, weights["gru.weight_hh"], weights["gru.bias_hh"]).chunk(3, 1)
    return given, kept


def step(weights, x, h, sigmoid=torch.sigmoid):
    """Return the next state: cuDNN's GRU, the reset gate after the matrix product."""
    (r_in, z_in, n_in), (r_hid, z_hid, n_hid) = gates(weights, x, h)
    r, z = sigmoid(r_in + r_hid), sigmoid(z_in + z_hid)
    n = torch.tanh(n_in + r * n_hid)
    return (1 - z) * n + z * h


def step_reset_before(weights, x, h):
    (r_in, z_in, n_in), (r_hid, z_hid, _) = gates(weights, x, h)
    r, z = torch.sigmoid(r_in + r_hid), torch.sigmoid(z_in + z_hid)
    hidden = weights["gru.weight_hh"][2 * HIDDEN :], weights["gru.bias_hh"][2 * HIDDEN :]
    n = torch.tanh(n_in + F.linear(r * h, *hidden))
    return (1 - z) * n + z * h


def step_update_inverted(weights, x, h):
    (r_in, z_in, n_in), (r_hid, z_hid, n_hid) = gates(weights, x, h)
    r, z = torch.sigmoid(r_in + r_hid), torch.sigmoid(z_in + z_hid)
    return z * torch.tanh(n_in + r * n_hid) + (1 - z) * h


def step_hard_sigmoid(weights, x, h):
    return step(weights, x, h, sigmoid=lambda x: (0.2 * x + 0.5).clamp(0, 1))


def states(weights, words, step=step):
    """Yield the state after each word."""
    h = torch.zeros(len(words), HIDDEN)
    for word in words.unbind(1):
        h = step(weights, word, h)
        yield h


def logits_of(weights, h):
    return F.linear(h, weights["dense.weight"], weights["dense.bias"])


def forward(weights, reviews, step=step):
    return read(weights, weights["embedding.weight"][reviews], step)


def read(weights, words, step=step):
    *_, last = states(weights, words, step)
    return logits_of(weights, last)


def check_recurrence(weights, reviews):
    """Refuse to go on if PyTorch's own layer is another recurrence."""
    layer = torch.nn.GRU(125, HIDDEN, batch_first=True)
    layer.load_state_dict({n[4:] + "_l0": w for n, w in weights.items() if n.startswith("gru.")})
    with torch.no_grad():
        words = weights["embedding.weight"][reviews]
        outputs, _ = layer(words)
        *_, last = states(weights, words)
    apart = (outputs[:, -1] - last).abs().max().item()
    if apart > 1e-12:
        sys.exit(f"torch.nn.GRU is another recurrence than this program's, by {apart:.1e}")


# Training: each rule takes a parameter's moments, its gradient and the number of the step; it
# returns what is taken off the parameter.


class Adam:
    """Adam with epsilon added to the root of the corrected second moment."""

    def __init__(self, epsilon=EPSILON, before=False, correct=True, lazy=False, by_word=False):
        self.epsilon, self.before, self.correct, self.lazy = epsilon, before, correct, lazy
        self.by_word, self.moments = by_word, {}

    def __call__(self, name, g, number, squares):
        m, v = self.moments.get(name, (torch.zeros_like(g), torch.zeros_like(g)))
        square = squares if self.by_word and name == "embedding.weight" else g * g
        m, v = BETA_1 * m + (1 - BETA_1) * g, BETA_2 * v + (1 - BETA_2) * square
        self.moments[name] = m, v
        first, second = (1 - BETA_1**number, 1 - BETA_2**number) if self.correct else (1, 1)
        epsilon = self.epsilon / second**0.5 if self.before else self.epsilon
        move = LEARNING_RATE * (m / first) / ((v / second).sqrt() + epsilon)
        if self.lazy and name == "embedding.weight":
            move = move * (g != 0).any(1, keepdim=True)
        return move


def train(weights, batches, rule, loss_of=F.cross_entropy):
    """Take a training step a batch; return losses, the first gradients, the changes after each."""
    now = {name: w.clone().requires_grad_() for name, w in weights.items()}
    losses, changes, first = [], [], None
    for number, (reviews, labels) in enumerate(batches, start=1):
        words = now["embedding.weight"][reviews]
        loss = loss_of(read(now, words), labels)
        *found, by_word = torch.autograd.grad(loss, [*now.values(), words])
        gradients = dict(zip(now, found, strict=True))
        first = first or gradients
        # What comes of squaring each word's part of a gradient before the parts are added.
        squares = torch.zeros_like(gradients["embedding.weight"])
        squares.index_add_(0, reviews.flatten(), by_word.flatten(0, 1) ** 2)
        with torch.no_grad():
            for name, g in gradients.items():
                now[name] -= rule(name, g, number, squares)
        losses.append(loss.item())
        changes.append({name: (w - weights[name]).detach() for name, w in now.items()})
    return losses, first, changes


def softmax_twice(logits, labels):
    return F.cross_entropy(logits.softmax(1), labels)


# What the scripts must report, and what they report if they make a known mistake


def compute(weights, batches):
    losses, gradients, changes = train(weights, batches, Adam())
    wrong = {
        "epsilon_1e-7": Adam(epsilon=1e-7),
        "epsilon_before": Adam(before=True),
        "epsilon_1e-7_before": Adam(epsilon=1e-7, before=True),
        "uncorrected": Adam(correct=False),
        "lazy": Adam(lazy=True),
        "squared_by_word": Adam(by_word=True),
    }
    wrong = {name: train(weights, batches, rule)[2] for name, rule in wrong.items()}
    return {
        "shapes": {name: list(w.shape) for name, w in weights.items()},
        "bounds": BOUNDS,
        "weights": fingerprint(weights),
        "labels": batches[0][1].tolist(),
        "logits": forward(weights, batches[0][0]).tolist(),
        "losses": losses,
        "gradients": fingerprint(gradients),
        "changes": [fingerprint(changes[0]), fingerprint(changes[-1])],
        "mistakes": {
            "logits": {n: z.tolist() for n, z in mistakes(weights, batches[0][0][:4]).items()},
            "losses": {"softmax_twice": train(weights, batches, Adam(), softmax_twice)[0]},
            "changes": {
                name: [fingerprint(found[0]), fingerprint(found[-1])]
                for name, found in wrong.items()
            },
        },
    }


def mistakes(weights, reviews):
    """Return the logits that a mistaken translation gives."""

    def changed(change, *names):
        return {n: change(w) if n in names else w for n, w in weights.items()}

    def exchanged(w):
        r, z, n = w.chunk(3)
        return torch.cat([z, r, n])

    def transposed(w):
        return torch.cat([gate.T for gate in w.chunk(3)])

    def without_new_gate(b):
        return torch.cat([b[: 2 * HIDDEN], 0 * b[2 * HIDDEN :]])

    names = [n for n in weights if n.startswith("gru.")]
    first, *_ = states(weights, weights["embedding.weight"][reviews])
    return {
        "gates_exchanged": forward(changed(exchanged, *names), reviews),
        "reset_before": forward(weights, reviews, step_reset_before),
        "update_inverted": forward(weights, reviews, step_update_inverted),
        "hard_sigmoid": forward(weights, reviews, step_hard_sigmoid),
        "hidden_bias_missing": forward(changed(torch.zeros_like, "gru.bias_hh"), reviews),
        "input_bias_missing": forward(changed(torch.zeros_like, "gru.bias_ih"), reviews),
        "new_gate_bias_missing": forward(changed(without_new_gate, "gru.bias_hh"), reviews),
        "recurrent_transposed": forward(changed(transposed, "gru.weight_hh"), reviews),
        "dense_bias_missing": forward(changed(torch.zeros_like, "dense.bias"), reviews),
        "read_backwards": forward(weights, reviews.flip(1)),
        "first_output": logits_of(weights, first),
        "padded_behind": forward(weights, padded_behind(reviews)),
        "padding_masked": masked(weights, reviews),
        "padding_zeroed": forward(changed(without_padding, "embedding.weight"), reviews),
    }


def without_padding(embedding):
    return torch.cat([0 * embedding[:1], embedding[1:]])


def padded_behind(reviews):
    return torch.stack([torch.cat([row[row > 0], row[row == 0]]) for row in reviews])


def masked(weights, reviews):
    """Return the logits of a layer that skips padding."""
    h = torch.zeros(len(reviews), HIDDEN)
    for tokens in reviews.unbind(1):
        after = step(weights, weights["embedding.weight"][tokens], h)
        h = torch.where((tokens > 0)[:, None], after, h)
    return logits_of(weights, h)


if __name__ == "__main__":
    main()
