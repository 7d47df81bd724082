"""What a network's description implies, held against the reference's own arrays."""

import json
from pathlib import Path

import pytest
from projects import WORKLOAD, write_project

from rosetta.project.network import NetworkError, layers_of, written
from rosetta.project.workloads import WorkloadError, load_project

ROOT = Path(__file__).resolve().parents[2]
PICTURE = {"input": [3, 8, 8]}


def test_the_described_network_has_the_parameters_of_the_reference():
    network = load_project(ROOT).workloads["cnn"].network
    computed = {name: list(size) for layer in network for name, size in layer.weights.items()}
    reference = json.loads((ROOT / "rosetta/datasets/references/cnn.json").read_text("utf-8"))
    assert computed == {known["name"]: known["shape"] for known in reference["parameters"]}
    assert list(network[0].shape) == reference["image_shape"]
    assert network[-1].shape == (reference["classes"],)


def test_shapes_follow_from_layer_to_layer():
    layers = layers_of(
        {
            **PICTURE,
            "layers": [
                {"name": "a", "kind": "convolution", "filters": 5, "kernel": 3, "padding": 0},
                {"kind": "max-pool", "size": 2, "then": ["ReLU"]},
                {"kind": "flatten"},
                {"name": "b", "kind": "dense", "units": 7},
            ],
        }
    )
    shapes = ["3 × 8 × 8", "5 × 6 × 6", "5 × 3 × 3", "45", "7"]
    assert [written(layer.shape) for layer in layers] == shapes
    assert [layer.parameters for layer in layers] == [0, 5 * 3 * 9 + 5, 0, 0, 45 * 7 + 7]
    assert layers[2].then == ("ReLU",)


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ({"kind": "telescope"}, "layer 1 is of kind 'telescope'; there are: convolution, max-pool"),
        ({"kind": "dense", "units": 3}, "a dense after 3 × 8 × 8: .* flatten comes first"),
        ({"kind": "max-pool", "size": 3}, "a max-pool of 3 wants sides that it divides"),
        ({"kind": "convolution", "filters": 2, "kernel": 3}, "missing .* 'padding'"),
        ({"kind": "convolution", "filters": 2, "kernel": 9, "padding": 0}, "room for its kernel"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(layer, told):
    with pytest.raises(NetworkError, match=told):
        layers_of({**PICTURE, "layers": [layer]})
    with pytest.raises(NetworkError, match="has no input"):
        layers_of({"layers": []})


def test_a_workload_names_the_file_of_a_wrong_description_and_needs_none(tmp_path):
    project = write_project(tmp_path)
    assert project.workloads["tiny"].network == ()
    path = tmp_path / "scripts/tiny/workload.toml"
    path.write_text(f'{WORKLOAD}\n[network]\ninput = [1]\nlayers = [{{ kind = "net" }}]\n')
    with pytest.raises(WorkloadError, match=r"workload\.toml: layer 1 is of kind 'net'"):
        load_project(tmp_path)
