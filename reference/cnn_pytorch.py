"""Compute in float64 what each script of the CNN must report, and choose the biases it starts from.

    .environments/pytorch/bin/python reference/cnn_pytorch.py [--choose-biases]

Writes _build/reference/cnn.json; reference/cnn_jax.py confirms it before it is stored. With
--choose-biases it first writes new biases into rosetta/datasets/references/cnn.json.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from agreement import nested, propose, write

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rosetta.datasets import fingerprint, reference  # noqa: E402

DRAWN = ROOT / "rosetta" / "datasets" / "references" / "cnn.json"

LEARNING_RATE, MOMENTUM, STEPS = 0.01, 0.9, 3

# Which share of a layer's channels is on, and what keeps them from zero beside a tenth of their
# range. The deeper layers need more: three training steps move them further. Fewer channels are on
# there, because the step that a layer takes grows with the square of its input.
ON = {"conv1": 0.6, "conv2": 0.5, "conv3": 0.4, "conv4": 0.2, "dense1": 0.6}
FLOOR = {"conv1": 0.0, "conv2": 0.02, "conv3": 0.05, "conv4": 0.1, "dense1": 0.4}
POOLED = ("conv2", "conv4")
CANDIDATES = 250

# Refused below these: float32 rounds values of about 0.5 by about 1e-7.
SMALLEST_MARGIN, SMALLEST_GAP = 1e-2, 1e-6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--choose-biases", action="store_true")
    options = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    if options.choose_biases:
        write_biases(choose_biases())
    drawn = reference("cnn")
    weights = {name: torch.from_numpy(w).double() for name, w in drawn["weights"].items()}
    margins, gaps = margins_of(weights, *batch(drawn, "margin_"))
    report_margins(margins, gaps)
    values = compute(drawn, weights)
    values["made_by"] = f"PyTorch {torch.__version__.split('+')[0]}"
    values["smallest_margin"] = min(map(min, margins))
    propose("cnn", values)


def batch(drawn, kind=""):
    images = torch.from_numpy(drawn[kind + "images"]).double()
    return images, torch.from_numpy(drawn[kind + "labels"]).long()


# The network and its training, written as plainly as possible


def forward(weights, images, seen=None):
    """Return the logits; `seen` collects what each ReLU and each pool gets, by layer."""
    x = images
    for name in ("conv1", "conv2", "conv3", "conv4"):
        x = F.conv2d(x, weights[name + ".weight"], weights[name + ".bias"], padding=1)
        note(seen, name, x)
        x = F.relu(F.max_pool2d(x, 2) if name in POOLED else x)
    x = F.linear(x.flatten(1), weights["dense1.weight"], weights["dense1.bias"])
    note(seen, "dense1", x)
    return F.linear(F.relu(x), weights["dense2.weight"], weights["dense2.bias"])


def note(seen, name, x):
    if seen is not None:
        seen[name] = x.detach()


def train(weights, images, labels, update, loss_of=F.cross_entropy, look=None):
    """Train for three steps; return the losses, the first gradients, the changes after each."""
    now = {name: w.clone().requires_grad_() for name, w in weights.items()}
    velocity = {name: torch.zeros_like(w) for name, w in weights.items()}
    losses, changes, first = [], [], None
    for step in range(STEPS):
        seen = {}
        loss = loss_of(forward(now, images, seen), labels)
        gradients = dict(zip(now, torch.autograd.grad(loss, now.values()), strict=True))
        first = first or gradients
        if look:
            look(seen)
        with torch.no_grad():
            for name, gradient in gradients.items():
                now[name] -= LEARNING_RATE * update(velocity, name, gradient, step)
        losses.append(loss.item())
        changes.append({name: (w - weights[name]).detach() for name, w in now.items()})
    return losses, first, changes


def momentum(velocity, name, gradient, step):
    velocity[name] = MOMENTUM * velocity[name] + gradient
    return velocity[name]


def momentum_off(velocity, name, gradient, step):
    return gradient


def nesterov(velocity, name, gradient, step):
    return gradient + MOMENTUM * momentum(velocity, name, gradient, step)


def dampening(velocity, name, gradient, step):
    """Damp as PyTorch does, which spares the first step."""
    return momentum(velocity, name, gradient * (1 - MOMENTUM if step else 1), step)


def softmax_twice(logits, labels):
    return F.cross_entropy(logits.softmax(1), labels)


# What the scripts must report, and what they report if they make a known mistake


def compute(drawn, weights):
    images, labels = batch(drawn)
    margin_images, margin_labels = batch(drawn, "margin_")
    losses, _, _ = train(weights, images, labels, momentum)
    _, gradients, changes = train(weights, margin_images, margin_labels, momentum)
    wrong_losses = {
        "momentum_off": train(weights, images, labels, momentum_off),
        "nesterov": train(weights, images, labels, nesterov),
        "dampening": train(weights, images, labels, dampening),
        "softmax_twice": train(weights, images, labels, momentum, loss_of=softmax_twice),
    }
    return {
        "shapes": {name: list(w.shape) for name, w in weights.items()},
        "weights": fingerprint(weights),
        "labels": labels.tolist(),
        "margin_labels": margin_labels.tolist(),
        "logits": forward(weights, images).tolist(),
        "losses": losses,
        "gradients": fingerprint(gradients),
        "changes": [fingerprint(changes[0]), fingerprint(changes[-1])],
        "mistakes": {
            "logits": {
                name: logits.tolist() for name, logits in mistakes(weights, images[:2]).items()
            },
            "losses": {name: trained[0] for name, trained in wrong_losses.items()},
        },
    }


def mistakes(weights, images):
    """Return the logits that a mistaken translation gives."""

    def kernels(change):
        return {name: change(w) if w.ndim == 4 else w for name, w in weights.items()}

    def features(size, axes):
        dense1 = weights["dense1.weight"].reshape(512, *size).permute(0, *axes).reshape(512, -1)
        return {**weights, "dense1.weight": dense1}

    return {
        "channels_reversed": forward(weights, images.flip(1)),
        # The features run height, width, channel, the weights channel, height, width; and back.
        "flattened_channels_last": forward(features((8, 8, 100), (3, 1, 2)), images),
        "flattened_channels_first": forward(features((100, 8, 8), (2, 3, 1)), images),
        "divided_by_256": forward(weights, images * (255 / 256)),
        "kernels_rotated": forward(kernels(lambda w: w.flip(2, 3)), images),
        "kernels_transposed": forward(kernels(lambda w: w.transpose(2, 3)), images),
        "biases_missing": forward(
            {n: w * 0 if n.endswith("bias") else w for n, w in weights.items()}, images
        ),
    }


# Margins


def choose_biases():
    """Choose the biases for which the margin batch stays furthest from every kink.

    A bias moves a whole channel, so ReLUs can be kept from zero layer by layer. It cannot move the
    two largest values of a pooling window apart: many ways to choose the channels are tried for it.
    """
    drawn = reference("cnn")
    images, labels = batch(drawn, "margin_")
    weights = {name: torch.from_numpy(w).double() for name, w in drawn["weights"].items()}
    best, best_gap = None, 0.0
    for seed in range(CANDIDATES):
        chosen = {**weights, **biases(weights, images, np.random.RandomState(seed))}
        margins, gaps = margins_of(chosen, images, labels)
        gap = min(map(min, gaps))
        if min(map(min, margins)) >= SMALLEST_MARGIN and gap > best_gap:
            best, best_gap = chosen, gap
            print(f"choice {seed}: smallest gap in a pool {gap:.1e}")
    if best is None:
        sys.exit("no choice of biases keeps the margins: change ON or FLOOR in this program")
    return {name: w for name, w in best.items() if name.endswith("bias")}


def biases(weights, images, random):
    """Put each channel clearly on or clearly off: on are those with a small range and wide gaps."""
    chosen, x = {}, images
    for name in ON:
        weight = weights[name + ".weight"]
        x = F.conv2d(x, weight, padding=1) if weight.ndim == 4 else F.linear(x.flatten(1), weight)
        axes = (0, 2, 3)[: x.ndim - 1]
        low, high = x.amin(axes), x.amax(axes)
        order = (high - low) * torch.from_numpy(random.uniform(0.8, 1.25, len(low)))
        if name in POOLED:
            order[gaps_by_channel(x) < 10 * SMALLEST_GAP] = torch.inf
        on = order.argsort().argsort() < round(ON[name] * len(low))
        margin = (high - low) / 10 + FLOOR[name]
        bias = torch.where(on, margin - low, -margin - high).float().double()
        chosen[name + ".bias"] = bias
        x = x + bias.reshape(-1, *[1] * (x.ndim - 2))
        x = F.relu(F.max_pool2d(x, 2) if name in POOLED else x)
    # The logits lie around zero, so that no class pulls more than the others; but not at zero,
    # where a missing bias would not show.
    logits = F.linear(x, weights["dense2.weight"]).mean(0)
    chosen["dense2.bias"] = torch.from_numpy(random.uniform(-0.05, 0.05, 10)) - logits
    return chosen


def margins_of(weights, images, labels):
    """Return the smallest |input| of a ReLU by layer, and the smallest gap by pool, of each step.

    A gap is the distance between the two largest values of a window; channels that are off, which
    the ReLU after the pool sets to zero, do not count.
    """
    margins, gaps = [], []

    def look(seen):
        margins.append([x.abs().min().item() for x in seen.values()])
        gaps.append([smallest_gap(seen[name]) for name in POOLED])

    train(weights, images, labels, momentum, look=look)
    return margins, gaps


def smallest_gap(x):
    on = x.amax((0, 2, 3)) > 0
    return gaps_by_channel(x)[on].min().item()


def gaps_by_channel(x):
    windows = F.unfold(x.reshape(-1, 1, *x.shape[2:]), 2, stride=2)
    first, second = windows.topk(2, dim=1).values.unbind(1)
    return (first - second).reshape(*x.shape[:2], -1).amin((0, 2))


def report_margins(margins, gaps):
    for step, (margin, gap) in enumerate(zip(margins, gaps, strict=True), start=1):
        by_layer = ", ".join(f"{name} {m:.1e}" for name, m in zip(ON, margin, strict=True))
        by_pool = ", ".join(f"{name} {g:.1e}" for name, g in zip(POOLED, gap, strict=True))
        print(f"step {step}: smallest |input of a ReLU|: {by_layer}; gap in a pool: {by_pool}")
    if min(map(min, margins)) < SMALLEST_MARGIN or min(map(min, gaps)) < SMALLEST_GAP:
        sys.exit(
            f"{DRAWN.relative_to(ROOT)}: on the margin batch a ReLU sees a value nearer to zero "
            f"than {SMALLEST_MARGIN:.0e}, or a pool two less than {SMALLEST_GAP:.0e} apart: "
            "rounding could decide a gradient. Run again with --choose-biases."
        )


def write_biases(chosen):
    """Replace the biases in the file of what is drawn; everything else keeps its line."""
    described = json.loads(DRAWN.read_text("utf-8"))
    # A float32 of at most nine digits, as Python prints it, is read back as the same float32.
    described["biases"] = {
        name: [float(str(np.float32(value))) for value in bias] for name, bias in chosen.items()
    }
    lines = [f'"{key}": {nested(value)}' for key, value in described.items()]
    write(DRAWN, "{\n" + ",\n".join(lines) + "\n}\n")
    print(f"wrote the biases into {DRAWN.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
