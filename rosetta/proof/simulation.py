"""Follow the short run of the proof in float64: what each training step and the test must give.

Pure. Beside the right values stand those that known mistakes give at the step where they first
show, each at the price of one more pass: by them a diagnosis knows a mistake again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .networks import NETWORKS, Adam, Momentum, cross_entropy, doubled

SHOWN = 200  # test examples whose logits and classes are reported
# Two classes whose logits are nearer than this may change places by rounding.
CLOSE = 1e-3
SAMPLE = 1_000  # training examples that a mean over the data is taken of


@dataclass(frozen=True)
class Course:
    """A run that is to be followed: what it starts from and what it is fed, epoch by epoch."""

    workload: str
    hyperparameters: dict
    weights: dict
    epochs: list  # of lists of batches, each a pair of inputs and labels
    unshuffled: list  # the first epoch's batches in the order of the data
    train: tuple  # inputs and labels that the batches are drawn from
    test: tuple
    describe: Callable[[dict], dict]  # rosetta.datasets.fingerprint

    @property
    def inputs(self) -> str:
        return {"cnn": "images", "gru": "reviews"}[self.workload]


def simulate(course: Course) -> dict:
    """Return the losses, the weights' changes, the test's outcome, and what mistakes give."""
    kind, rule = NETWORKS[course.workload]
    network, optimizer = kind(), rule(course.hyperparameters)
    w, losses = doubled(course.weights), []
    mistakes: dict[int, dict[str, float]] = {}
    border = len(course.epochs[0])
    batches = [batch for epoch in course.epochs for batch in epoch]
    for number, (x, y) in enumerate(batches):
        if number == 0:
            mistakes[0] = of_the_first_batch(course, network, w, x, y)
        if number == border:
            mistakes[number] = of_the_border(course, network, w)
        before = doubled(w)
        loss, g = network.gradients(w, x, y)
        losses.append(loss)
        velocity = doubled(getattr(optimizer, "velocity", {}))
        optimizer.step(w, g)
        if number + 1 < len(batches) and number in (0, 1, border):
            following = batches[number + 1]

            def loss_after(changed, following=following):
                return cross_entropy(network.logits(changed, following[0]), following[1])[0]

            steps = of_a_step(course, before, w, g, velocity, number, border)
            mistakes[number + 1] = {n: loss_after(changed) for n, changed in steps.items()}
            if number == 0:
                other = doubled(w)
                # The loss that is reported may be the first step's, or the second's.
                mistakes[0]["steps_twice"], again = network.gradients(w, x, y)
                copied(optimizer).step(other, again)
                mistakes[1]["steps_twice"] = loss_after(other)
    return {
        "losses": losses,
        "border": border,
        "changes": course.describe({n: w[n] - course.weights[n] for n in w}),
        "mistakes": {str(number): found for number, found in mistakes.items()},
        **tested(course, network, w),
    }


def copied(optimizer):
    """Return an optimizer of the same state, which can go its own way."""
    other = object.__new__(type(optimizer))
    for name, value in vars(optimizer).items():
        if isinstance(value, dict):
            value = {
                n: tuple(map(np.copy, v)) if isinstance(v, tuple) else np.copy(v)
                for n, v in value.items()
            }
        setattr(other, name, value)
    return other


# What mistakes give instead


def of_the_first_batch(course: Course, network, w, x, y) -> dict[str, float]:
    """Return the first loss of batches that are not what the generator gives."""
    plain_x, plain_y = course.unshuffled[0]
    test_x, test_y = (part[: len(x)] for part in course.test)
    classes = int(course.train[1].max()) + 1
    logits = network.logits(w, x)
    found = {
        "not_shuffled": (plain_x, plain_y),
        "labels_not_shuffled": (x, plain_y),
        "images_not_shuffled": (plain_x, y),
        "labels_off_by_one": (x, (y + 1) % classes),
        "test_set": (test_x, test_y),
        **{name: (change(x, course), y) for name, change in INPUT_MISTAKES[course.inputs].items()},
    }
    losses = {n: cross_entropy(network.logits(w, a), b)[0] for n, (a, b) in found.items()}
    for share in (0.1, 0.05):
        logs = logits - logits.max(1, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(1, keepdims=True))
        smooth = -(1 - share) * logs[np.arange(len(y)), y].mean() - share * logs.mean()
        losses[f"labels_smoothed_by_{share:g}"] = float(smooth)
    losses["summed"] = cross_entropy(logits, y)[0] * len(y)
    return losses


def sample_mean(course: Course, axes) -> np.ndarray:
    return course.train[0][:SAMPLE].astype(np.float64).mean(axes, keepdims=True)


def sample_deviation(course: Course, axes) -> np.ndarray:
    return course.train[0][:SAMPLE].astype(np.float64).std(axes, keepdims=True)


CHANNELS = (0, 2, 3)
INPUT_MISTAKES = {
    "images": {
        "height_and_width_exchanged": lambda x, _: x.swapaxes(2, 3),
        "channels_reversed": lambda x, _: x[:, ::-1],
        "mean_taken_off": lambda x, c: x - sample_mean(c, CHANNELS),
        "standardized": lambda x, c: (x - sample_mean(c, CHANNELS)) / sample_deviation(c, CHANNELS),
        "from_minus_one_to_one": lambda x, _: 2.0 * x - 1,
        "scaled_by_1/255": lambda x, _: x / 255.0,
        "scaled_by_255": lambda x, _: x * 255.0,
        "scaled_by_255/256": lambda x, _: x * (255 / 256),
        "flipped": lambda x, _: x[..., ::-1],
    },
    "reviews": {
        "read_backwards": lambda x, _: x[:, ::-1],
        "padded_behind": lambda x, _: np.stack(
            [np.concatenate([row[row > 0], row[row == 0]]) for row in x]
        ),
        "last_100_words": lambda x, _: x[:, -100:],
        "first_100_words": lambda x, _: x[:, :100],
        "words_off_by_one": lambda x, _: np.where(x > 0, x - 1, 0),
    },
}


def of_the_border(course: Course, network, w) -> dict[str, float]:
    """Return the second epoch's first loss if something is made anew there, or is not."""
    x, y = course.epochs[1][0]
    first = course.epochs[0][0]
    return {
        "seed_not_advanced": cross_entropy(network.logits(w, first[0]), first[1])[0],
        "not_shuffled_again": cross_entropy(
            network.logits(w, course.unshuffled[0][0]), course.unshuffled[0][1]
        )[0],
        "weights_anew": cross_entropy(network.logits(doubled(course.weights), x), y)[0],
    }


def of_a_step(course: Course, before, after, g, velocity, number: int, border: int) -> dict:
    """Return the weights after one step as mistaken steps would leave them."""
    found = {"no_step": before}
    taken = {n: after[n] - before[n] for n in before}
    for factor in (0.1, 0.5, 0.9, 0.95, 2.0, 10.0):
        found[f"rate_times_{factor:g}"] = {n: before[n] + factor * taken[n] for n in before}
    rules = {"optimizer_anew": NETWORKS[course.workload][1](course.hyperparameters)}
    if course.workload == "cnn" and number == 0:
        adam = {"LEARNING_RATE": 1e-3, "BETA_1": 0.9, "BETA_2": 0.999, "EPSILON": 1e-8}
        rules["adam"] = Adam(adam)
        found["nesterov"] = {
            n: before[n] + (1 + course.hyperparameters["MOMENTUM"]) * taken[n] for n in before
        }
    if course.workload == "gru" and number == 0:
        rate = course.hyperparameters["LEARNING_RATE"]
        rules["sgd"] = Momentum({"LEARNING_RATE": rate, "MOMENTUM": 0.0})
        rules["sgd_0.01"] = Momentum({"LEARNING_RATE": 0.01, "MOMENTUM": 0.0})
    for name, rule in rules.items():
        if name == "optimizer_anew" and number == 0:
            continue  # it is new
        found[name] = doubled(before)
        rule.step(found[name], g)
    if number == 0:
        norm = float(np.sqrt(sum((values**2).sum() for values in g.values())))
        if course.workload == "cnn" and norm > 1:
            found["clipped_to_norm_1"] = {n: before[n] + taken[n] / norm for n in before}
        layers = list(dict.fromkeys(n.partition(".")[0] for n in before))
        for count in range(1, len(layers)):
            frozen = layers[:count]
            found[f"frozen: {', '.join(frozen)}"] = {
                n: before[n] if n.partition(".")[0] in frozen else after[n] for n in before
            }
    return found


# The test


def tested(course: Course, network, w) -> dict:
    """Return what the evaluation must come to, and what mistaken evaluations come to."""
    x, y = course.test
    logits = network.logits(w, x)
    ordered = np.sort(logits, axis=1)
    margin = ordered[:, -1] - ordered[:, -2]
    classes = logits.argmax(1)
    train_x, train_y = (part[: len(x)] for part in course.train)
    untrained = network.logits(doubled(course.weights), x)
    accuracies = {
        "first_batch_only": np.mean(classes[:100] == y[:100]),
        "last_batch_only": np.mean(classes[-100:] == y[-100:]),
        "smallest_logit": np.mean(logits.argmin(1) == y),
        "among_the_first_two": np.mean((np.argsort(logits, 1)[:, -2:] == y[:, None]).any(1)),
        "training_set": np.mean(network.logits(w, train_x).argmax(1) == train_y),
        "untrained": np.mean(untrained.argmax(1) == y),
        "one_class_off": np.mean((classes + 1) % (int(y.max()) + 1) == y),
    }
    changed = {
        name: network.logits(w, change(x[:SHOWN], course))
        for name, change in INPUT_MISTAKES[course.inputs].items()
    }
    changed["untrained"] = untrained[:SHOWN]
    changed["training_set"] = network.logits(w, train_x[:SHOWN])

    def described(values):
        return course.describe({"logits": values})["logits"]

    return {
        "logits": described(logits[:SHOWN]),
        "classes": classes.tolist(),
        "doubtful": np.flatnonzero(margin < CLOSE).tolist(),
        "accuracy": float(np.mean(classes == y)),
        "accuracies": {name: float(value) for name, value in accuracies.items()},
        "test_mistakes": {name: described(values) for name, values in changed.items()},
    }


def fed_forms(course_inputs: str, x: np.ndarray, y: np.ndarray, classes: int, describe) -> dict:
    """Describe a batch in each form in which a framework may hold it, both of them legitimate."""
    turned = x.transpose(0, 2, 3, 1) if course_inputs == "images" else x.T
    one_hot = np.eye(classes, dtype=np.float32)[y]

    def of(name, *forms):
        return [describe({name: form})[name] for form in forms]

    return {course_inputs: of(course_inputs, x, turned), "labels": of("labels", y, one_hot)}
