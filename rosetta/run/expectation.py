"""Have the values at hand that a proven run is held against: stored ones, or computed here.

They depend on the data, so each data set has a file of its own. Those of the data that the project
knows are stored beside the workload; for other data they are computed once and kept in _build.
"""

import json
from collections.abc import Callable

import numpy as np

from rosetta.datasets import cifar10, fingerprint, imdb, minibatches, reference
from rosetta.project.files import write_whole
from rosetta.project.workloads import Workload
from rosetta.proof.expected_run import find, kept_path, made_from, stored_path
from rosetta.proof.networks import NETWORKS
from rosetta.proof.simulation import Course, fed_forms, simulate


def ensure(workload: Workload, data: dict, say: Callable[[str], None], store: bool = False) -> None:
    """Compute what a run must give on these data unless that is at hand; `data` are its facts.

    With `store`, it is written beside the workload, for everybody.
    """
    known = workload.proof is not None and workload.id in NETWORKS
    if not known or (find(workload, data) and not store):
        return
    say(f"{workload.id}: following the run of the proof in float64 on {data['label']}: a minute")
    path = stored_path(workload, data) if store else kept_path(workload, data)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(compute(workload, data), indent=1) + "\n")


def compute(workload: Workload, data: dict) -> dict:
    """Follow the run in float64, and describe what every profile's epochs end with."""
    train, test = load(workload)
    classes = int(train[1].max()) + 1
    course = course_of(workload, train, test)

    def fed(settings: dict) -> list[dict]:
        """Describe the last batch of each epoch; of the others not even copies are made."""
        count = len(limited(train, settings, "TRAIN_")[1])
        ends = [epoch[-1][0] for epoch in epochs_of(settings, (np.arange(count),) * 2)]
        return [
            fed_forms(course.inputs, train[0][end], train[1][end], classes, fingerprint)
            for end in ends
        ]

    profiles = {
        name: fed(workload.hyperparameters | profile.overrides)
        for name, profile in workload.profiles.items()
    }
    settings = workload.hyperparameters | workload.proof.profile.overrides
    return {
        "made_from": made_from(workload, data),
        "data": data["label"],
        **simulate(course),
        "fed": fed(settings),
        "profiles": profiles,
    }


def course_of(workload: Workload, train: tuple, test: tuple) -> Course:
    settings = workload.hyperparameters | workload.proof.profile.overrides
    train, test = limited(train, settings, "TRAIN_"), limited(test, settings, "TEST_")
    size = settings["BATCH_SIZE"]
    return Course(
        workload=workload.id,
        hyperparameters=settings,
        weights=reference(workload.id)["weights"],
        epochs=list(epochs_of(settings, train)),
        unshuffled=[(train[0][:size], train[1][:size])],
        train=train,
        test=test,
        describe=fingerprint,
    )


def load(workload: Workload) -> tuple:
    """Return the training and the test set as the reference has them, channels first."""
    if workload.dataset == "cifar10":
        return cifar10(channels_first=True)
    return imdb(workload.hyperparameters["VOCABULARY"], workload.hyperparameters["LENGTH"])


def limited(arrays: tuple, settings: dict, prefix: str) -> tuple:
    """Cut inputs and labels to the number that a hyperparameter says."""
    [count] = [value for name, value in settings.items() if name.startswith(prefix)]
    return tuple(part[:count] for part in arrays)


def epochs_of(settings: dict, train: tuple[np.ndarray, np.ndarray]):
    for epoch in range(settings["EPOCHS"]):
        seed = settings["SEED"] + epoch
        yield list(minibatches(*train, settings["BATCH_SIZE"], seed=seed))
