"""The numbered points of checkout (docs/algorithms/checkout.md). Only tests that end the process listen."""

from edino.checkout.types import Listener

listeners: list[Listener] = []


def crossed(point: int) -> None:
    """Tell whoever listens that a point was reached."""
    for listener in listeners:
        listener(point)
