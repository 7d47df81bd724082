"""Kinds of workload: what a program of each kind reports, and what is made of it.

A workload.toml names its kind. A kind is one module: which quantities a script reports, in which
units, which of them are judged by `proof`; which hyperparameters a profile may change; the columns,
pictures and words of its results; the one speed by which machines are compared. Outside of its
module no quantity is known by its name.
"""

from . import experiment, inference, training
from .base import Kind

KINDS: dict[str, Kind] = {
    module.KIND.id: module.KIND for module in (training, inference, experiment)
}
EXPERIMENT = experiment.KIND
# Those that a workload.toml can name: experiments have none of their own.
OF_WORKLOADS = tuple(name for name, kind in KINDS.items() if kind is not EXPERIMENT)
