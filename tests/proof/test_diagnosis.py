"""One mistake planted in a perfect report: the finding must name it, and nothing else."""

import math
import re

import numpy as np
import pytest
from reports import DATA, EXPECTED, NOTHING, SHAPES, failed, judged, perfect, plus, scaled

from rosetta.datasets import fingerprint
from rosetta.proof.fingerprints import fans, glorot_bound


@pytest.fixture
def report():
    return perfect()


def softmax(x):
    powers = np.exp(np.array(x))
    return powers / powers.sum(1, keepdims=True)


# Mistakes. Each returns the report changed; `fails` lists the quantities that must fail.

MISTAKES = {}


def mistake(finding, fails):
    def register(plant):
        MISTAKES[plant.__name__] = (plant, finding, set(fails.split()))
        return plant

    return register


@mistake(
    r"losses\[2\] is off by 9e-03 \(allowed 2e-05\) while logits, gradients and losses\[0:2\] "
    r"agree\. .*without momentum.*it first shows in the third loss\. .* 0\.53 times as far",
    "losses changes",
)
def momentum_off(p):
    p["losses"] = EXPECTED["mistakes"]["losses"]["momentum_off"]
    p["changes"][1] = scaled(p["changes"][1], 0.53)


@mistake(r"while the first agrees.*Look at momentum", "changes")
def momentum_off_where_losses_do_not_tell(p):
    p["changes"][1] = scaled(p["changes"][1], 0.53)


@mistake(r"losses\[2\] is off .*dampened momentum", "losses changes")
def dampening(p):
    p["losses"] = EXPECTED["mistakes"]["losses"]["dampening"]
    p["changes"][1] = scaled(p["changes"][1], 0.6)


@mistake(r"losses\[2\] is off by 1e-02 .*Look at momentum: it first", "losses")
def another_third_loss(p):
    p["losses"][2] += 0.01


@mistake(r"first weight change is 1\.9 = 1 \+ momentum .*Nesterov", "losses changes")
def nesterov(p):
    p["losses"] = EXPECTED["mistakes"]["losses"]["nesterov"]
    p["changes"] = [scaled(p["changes"][0], 1.9), scaled(p["changes"][1], 1.4)]


@mistake(r"losses\[1\] is off .*losses\[0\] agree.*Nesterov's momentum gives", "losses")
def nesterov_seen_in_the_losses_alone(p):
    p["losses"] = EXPECTED["mistakes"]["losses"]["nesterov"]


@mistake(r"0\.1 = 1 - momentum times .*unit-gain", "changes")
def unit_gain(p):
    p["changes"] = [scaled(change, 0.1) for change in p["changes"]]


@mistake(r"3 times the expected one while logits and gradients agree: .*0\.03 instead of 0\.01",
         "changes")  # fmt: skip
def learning_rate(p):
    p["changes"] = [scaled(change, 3) for change in p["changes"]]


@mistake(r"while logits and gradients agree: .*weight decay of 0\.0005\.", "changes")
def weight_decay(p):
    p["changes"][0] = plus(p["changes"][0], -0.01 * 5e-4, EXPECTED["weights"])


@mistake(r"conv3\.bias did not change .*while logits and gradients agree", "changes")
def a_parameter_left_out(p):
    p["changes"] = [{**change, "conv3.bias": NOTHING} for change in p["changes"]]


@mistake(r"the change of dense1\.bias", "changes")
def one_change(p):
    p["changes"][0]["dense1.bias"] = scaled(p["changes"][0], 1.2)["dense1.bias"]


@mistake(r"gradient of conv3\.weight is zero while logits, losses and changes agree", "gradients")
def zeroed_gradient(p):
    p["gradients"]["conv3.weight"] = NOTHING


@mistake(r"gradient of conv1\.bias, conv2\.bias, conv3\.bias and 3 more is zero", "gradients")
def zeroed_gradients(p):
    for name in SHAPES:
        if name.endswith("bias"):
            p["gradients"][name] = NOTHING


@mistake(r"gradient of dense1\.weight has the right size but .*wrong order", "gradients")
def transposed_gradient(p):
    p["gradients"]["dense1.weight"]["projections"].reverse()


@mistake(r"the gradient of conv4\.weight and dense2\.bias\. Look at where", "gradients")
def two_gradients(p):
    for name in ("conv4.weight", "dense2.bias"):
        p["gradients"][name] = scaled(p["gradients"], 1.1)[name]


@mistake(r"gradients are 8 times .*changes agree: summed over the batch", "gradients")
def summed_gradients(p):
    p["gradients"] = scaled(p["gradients"], 8)


@mistake(r"gradients are -1 times", "gradients")
def opposite_gradients(p):
    p["gradients"] = scaled(p["gradients"], -1)


@mistake(r"by 0\.0005 times the weights.*weight decay", "gradients")
def decay_in_the_gradients(p):
    p["gradients"] = plus(p["gradients"], 5e-4, EXPECTED["weights"])


@mistake(r"in every parameter\. Look at the batch", "gradients")
def another_batch(p):
    random = np.random.RandomState(0)
    for one in p["gradients"].values():
        one["norm"] *= 1.3
        one["projections"] = list(random.permutation(one["projections"]) * 1.3)


@mistake(r"losses\[0\] .* 64 times too large: summed", "losses gradients changes")
def summed_loss(p):
    p["losses"] = [64 * loss for loss in p["losses"]]
    p["gradients"] = scaled(p["gradients"], 8)
    p["changes"] = [scaled(change, 8) for change in p["changes"]]


@mistake(r"losses\[0\] is off .*while logits agree\. .*softmax applied twice", "losses gradients")
def softmax_in_the_loss(p):
    p["losses"] = EXPECTED["mistakes"]["losses"]["softmax_twice"]
    p["gradients"] = scaled(p["gradients"], 0.1)


@mistake(r"losses\[0\] is off .*while logits agree\. .*Look at dropout", "losses gradients")
def dropout_in_the_training_step(p):
    p["losses"] = [2.41, 2.39, 2.44]
    another_batch(p)


@mistake(r"penalty on them\. Look at L2", "losses gradients")
def penalty(p):
    p["losses"] = [loss + 0.3 for loss in p["losses"]]
    p["gradients"] = plus(p["gradients"], 1e-3, EXPECTED["weights"])


@mistake(r"while logits and gradients agree\. Look at how the loss is read", "losses")
def another_first_loss(p):
    p["losses"][0] += 0.5


@mistake(r"logits are off .*They are probabilities", "logits")
def softmax_in_the_model(p):
    p["logits"] = softmax(p["logits"]).tolist()


@mistake(r"not even that of these logits.*Look at dropout", "logits losses")
def dropout_left_on(p):
    p["logits"] = (np.array(p["logits"]) + np.random.RandomState(0).normal(size=(64, 10))).tolist()
    p["losses"] = [2.9, 2.8, 2.7]


@mistake(r"losses agree, so the model is right", "logits")
def logits_in_another_order(p):
    p["logits"].reverse()


@mistake(r"losses follow from them, and no known mistake", "logits losses")
def another_model(p):
    p["logits"] = (2 * np.array(p["logits"])).tolist()
    chosen = softmax(p["logits"])[np.arange(64), EXPECTED["labels"]]
    p["losses"] = [float(-np.log(chosen).mean())] * 3


KNOWN_LOGITS = {
    "channels_reversed": r"red and blue exchanged",
    "flattened_channels_last": r"wrong order: as height, width, channel",
    "flattened_channels_first": r"wrong order: as channel, height, width",
    "divided_by_256": r"scaled by 255/256",
    "kernels_rotated": r"turned by 180 degrees",
    "kernels_transposed": r"height and width are exchanged",
    "biases_missing": r"biases are zero",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name, report):
    plant, finding, fails = MISTAKES[name]
    plant(report["parity"])
    verdict = judged(report)
    assert not verdict.passed
    assert failed(verdict) == fails
    assert len(verdict.findings) == 1, "what follows from a mistake is not explained again"
    assert re.search(finding, verdict.findings[0]), verdict.findings


@pytest.mark.parametrize("name", EXPECTED["mistakes"]["logits"])
def test_the_logits_of_a_known_mistake_are_recognized(name, report):
    wrong = EXPECTED["mistakes"]["logits"][name]
    report["parity"]["logits"][: len(wrong)] = (np.array(wrong) + 5e-7).tolist()
    verdict = judged(report)
    assert failed(verdict) == {"logits"}
    assert re.search(f"logits are off .*{KNOWN_LOGITS[name]}", verdict.findings[0])


@pytest.mark.parametrize(
    ("images", "finding"),
    [
        ({"largest": 1.0, "channel_means": [0.45, 0.48, 0.49]}, "Red and blue are exchanged"),
        (255 / 256, "255/256: the pixels were divided by 256, not by 255"),
        (255, "the pixels were not divided by 255"),
        (1 / 255, "divided by 255 once more"),
        (1 / 256, "1/256: "),
        (2, "scaled by 2"),
        ({"largest": 2.1, "channel_means": [0.01, -0.02, 0.0]}, "a mean taken off"),
    ],
)
def test_wrong_images_are_named(images, finding, report):
    if not isinstance(images, dict):
        means = [images * mean for mean in DATA["channel_means"]]
        images = {"largest": images * DATA["largest"], "channel_means": means}
    report["images"] = images
    verdict = judged(report)
    assert failed(verdict) == {"images"}
    assert finding in verdict.findings[0]


# Initializers


def draw(random, distribution, shape):
    fan_in, _ = fans(shape)
    return {
        "glorot-uniform": lambda: random.uniform(-glorot_bound(shape), glorot_bound(shape), shape),
        "glorot-normal": lambda: random.normal(0, glorot_bound(shape) / math.sqrt(3), shape),
        "kaiming-uniform": lambda: random.uniform(-1, 1, shape) / math.sqrt(fan_in),
        "lecun-normal": lambda: random.normal(0, 1, shape) / math.sqrt(fan_in),
        "mxnet": lambda: random.uniform(-0.07, 0.07, shape),
        "strange": lambda: random.uniform(-0.02, 0.02, shape),
        "zero": lambda: np.zeros(shape),
    }[distribution]()


def start(report, distribution, seed=0):
    """Draw all weights but the largest, which would only take time."""
    random = np.random.RandomState(seed)
    names = [name for name in SHAPES if name.endswith("weight") and name != "dense1.weight"]
    drawn = {name: draw(random, distribution, SHAPES[name]) for name in names}
    report["parity"]["initial"].update(fingerprint(drawn))


@pytest.mark.parametrize("seed", range(25))
def test_any_glorot_uniform_draw_passes(seed, report):
    start(report, "glorot-uniform", seed)
    assert judged(report).passed


@pytest.mark.parametrize(
    ("distribution", "finding"),
    [
        ("kaiming-uniform", r"not Glorot-uniform: .*That is Kaiming-uniform.*PyTorch's default"),
        ("lecun-normal", r"not Glorot-uniform: .*That is LeCun-normal, Flax's"),
        ("mxnet", r"not Glorot-uniform: .*That is uniform in ±0\.07, MXNet's default"),
        ("strange", r"not Glorot-uniform: \w+\.weight starts .*are off\)\. Look at the init"),
        ("glorot-normal", r"is not uniform: the largest of .*Glorot-normal"),
        ("zero", r"not Glorot-uniform: .*That is all zeros"),
    ],
)
def test_another_initializer_is_named(distribution, finding, report):
    start(report, distribution)
    verdict = judged(report)
    assert failed(verdict) == {"initializer"}
    assert re.search(finding, verdict.findings[0]), verdict.findings


def test_biases_that_do_not_start_at_zero_are_named(report):
    report["parity"]["initial"]["conv1.bias"] = EXPECTED["weights"]["conv1.bias"]
    verdict = judged(report)
    assert failed(verdict) == {"initializer"}
    assert "Biases do not start at zero: conv1.bias reaches" in verdict.findings[0]


def test_two_mistakes_are_both_named(report):
    start(report, "kaiming-uniform")
    momentum_off(report["parity"])
    findings = judged(report).findings
    assert len(findings) == 2
    assert "Kaiming-uniform" in findings[0]
    assert "without momentum" in findings[1]
