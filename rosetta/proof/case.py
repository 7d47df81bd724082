"""What is known of a report when the proof looks for the mistake in it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """What a script reported, what was expected, and which quantities failed and which agree.

    `failed` holds parity's Quantity by name. A quantity that could not be read is in neither.
    """

    hyperparameters: dict
    reported: dict
    reference: dict
    data: dict | None
    failed: dict
    agreeing: frozenset

    def readable(self, name: str) -> bool:
        return name in self.failed or name in self.agreeing

    def pair(self, name: str):
        """Return what was reported and what was expected under a name of the parity table."""
        return self.reported["parity"][name], self.reference[name]

    @property
    def known(self):
        """Return the fingerprints of the reference weights, and the shapes."""
        return self.reference["weights"], self.reference["shapes"]

    def agree(self, *names: str) -> str:
        """Return " while logits and gradients agree" for those of the names that do."""
        found = [name for name in names if name in self.agreeing]
        return f" while {listed(found)} agree" if found else ""


def listed(names) -> str:
    """Return "a", "a and b", "a, b and c"; many are cut short."""
    names = list(names)
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
