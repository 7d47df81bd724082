"""The options by which commands select scripts."""

import argparse

from rosetta.run.refresh import Options


def add_selection(parser: argparse.ArgumentParser, default: str = "those marked core") -> None:
    parser.add_argument(
        "--frameworks",
        metavar="NAMES",
        help='"all", "none", or names from frameworks.toml, separated by spaces '
        f"(default: {default})",
    )
    parser.add_argument(
        "--workloads", metavar="NAMES", help="folders of scripts/ (default: every one)"
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=["cpu", "cuda"], help="default: cuda where a GPU answers"
    )


def words(text: str | None) -> tuple[str, ...] | None:
    return tuple(text.replace(",", " ").split()) if text and text.split() else None


def options_of(given: argparse.Namespace) -> Options:
    """Return what was asked for; a command that lacks an option gets its default."""
    return Options(
        frameworks=words(given.frameworks),
        workloads=words(given.workloads),
        names=tuple(getattr(given, "names", ())),
        profile=getattr(given, "profile", None),
        device=getattr(given, "device", None),
        here=getattr(given, "here", False),
        force=getattr(given, "force", False),
    )
