"""Compute what a network's description implies: the shape after each layer, and its parameters.

Pure. A workload describes its network in workload.toml under [network]: `input`, a shape with the
channels first, and `layers`, each of a kind below. What a description leaves out has no default
that could differ between frameworks: a convolution strides by 1, a max-pool by its size.
"""

import math
from dataclasses import dataclass


class NetworkError(Exception):
    """A network's description makes no sense; the message names the layer."""


@dataclass(frozen=True)
class Layer:
    """A layer, or the input: the shape that it puts out and the shapes of its parameters."""

    name: str
    kind: str
    told: str
    then: tuple[str, ...]
    shape: tuple[int, ...]
    weights: dict[str, tuple[int, ...]]

    @property
    def parameters(self) -> int:
        return sum(math.prod(shape) for shape in self.weights.values())


def layers_of(description: dict) -> list[Layer]:
    """Return the input and then every layer, in order.

    Raises NetworkError when a kind or a size is missing or unknown, or a shape does not fit.
    """
    shape = tuple(description.get("input", ()))
    if not shape:
        raise NetworkError("[network] has no input; give its shape, channels first.")
    layers = [Layer("input", "input", "", (), shape, {})]
    for number, table in enumerate(description.get("layers", ()), start=1):
        table = dict(table)
        kind, then = table.pop("kind", None), tuple(table.pop("then", ()))
        name = table.pop("name", "")
        if kind not in KINDS:
            known = ", ".join(KINDS)
            raise NetworkError(f"layer {number} is of kind {kind!r}; there are: {known}.")
        try:
            told, shape, weights = KINDS[kind](layers[-1].shape, **table)
        except (TypeError, ValueError) as error:
            before = written(layers[-1].shape)
            raise NetworkError(f"layer {number}, a {kind} after {before}: {error}") from None
        named = {f"{name}.{part}": size for part, size in weights.items()}
        layers.append(Layer(name, kind, told, then, shape, named))
    return layers


def written(shape: tuple[int, ...]) -> str:
    """Write a shape as people do: 50 × 32 × 32."""
    return " × ".join(f"{size:,}" for size in shape)


# ---- Kinds of layers: what is told of one, its output's shape, its parameters' shapes -----------


def convolution(shape, *, filters: int, kernel: int, padding: int):
    channels, *sides = shape
    sides = [side + 2 * padding - kernel + 1 for side in sides]
    if len(sides) != 2 or min(sides) < 1:
        raise ValueError("a convolution wants channels, height and width, and room for its kernel.")
    told = f"{kernel} × {kernel}, padding {padding}"
    weights = {"weight": (filters, channels, kernel, kernel), "bias": (filters,)}
    return told, (filters, *sides), weights


def max_pool(shape, *, size: int):
    channels, *sides = shape
    if len(sides) != 2 or any(side % size for side in sides):
        raise ValueError(f"a max-pool of {size} wants sides that it divides.")
    return f"{size} × {size}", (channels, *(side // size for side in sides)), {}


def flatten(shape):
    return "", (math.prod(shape),), {}


def dense(shape, *, units: int):
    if len(shape) != 1:
        raise ValueError("a dense layer wants a vector; flatten comes first.")
    return "", (units,), {"weight": (units, shape[0]), "bias": (units,)}


def embedding(shape, *, vocabulary: int, units: int):
    if len(shape) != 1:
        raise ValueError("an embedding wants a row of tokens.")
    return f"of {vocabulary:,} words", (units, *shape), {"weight": (vocabulary, units)}


def gru(shape, *, units: int):
    """cuDNN's GRU: three gates, a bias for the input and one for the state; its last output."""
    if len(shape) != 2:
        raise ValueError("a GRU wants a sequence of vectors; an embedding comes first.")
    weights = {
        "weight_ih": (3 * units, shape[0]),
        "weight_hh": (3 * units, units),
        "bias_ih": (3 * units,),
        "bias_hh": (3 * units,),
    }
    return "the last output", (units,), weights


KINDS = {
    "convolution": convolution,
    "max-pool": max_pool,
    "flatten": flatten,
    "dense": dense,
    "embedding": embedding,
    "gru": gru,
}
