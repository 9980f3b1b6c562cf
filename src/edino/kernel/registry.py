"""Registries: how a high domain offers something to a low one without being imported by it."""

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

Offer = TypeVar("Offer")


class Registry(Generic[Offer]):
    """Named offers in the order of registration; a name is taken once."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._offers: dict[str, Offer] = {}

    def register(self, name: str, offer: Offer) -> Offer:
        """Offer something under a name. Offering the same thing again is fine; another under its name is not."""
        known = self._offers.get(name)
        if known is not None and known is not offer:
            raise ValueError(f"{self.noun} {name!r} is registered already")
        self._offers[name] = offer
        return offer

    def get(self, name: str) -> Offer | None:
        """The offer of this name, if there is one."""
        return self._offers.get(name)

    def names(self) -> list[str]:
        """All names, in order of registration."""
        return list(self._offers)

    def __iter__(self) -> Iterator[tuple[str, Offer]]:
        return iter(list(self._offers.items()))

    def __len__(self) -> int:
        return len(self._offers)


fact_sources: Registry[Any] = Registry("fact source")
card_panels: Registry[Any] = Registry("card panel")
erasers: Registry[Any] = Registry("eraser")
exporters: Registry[Any] = Registry("exporter")
couriers: Registry[Any] = Registry("courier")
importers: Registry[Any] = Registry("importer")
extracts: Registry[Any] = Registry("extract")
doctor_checks: Registry[Any] = Registry("doctor check")
