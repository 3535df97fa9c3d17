"""Objects that two states hold together until one of them changes its own: a copy is made then, and not before.

A house has its state twice, and nearly all of it is the same in both (exchange.house.twin). Whoever is about to
change such an object changes a copy in its own table; the object itself stays as it is for whoever else has it.
"""

from copy import copy
from typing import Protocol, Self, TypeVar


class Shareable(Protocol):
    """An object that may be held by two states."""

    def own(self) -> Self:
        """A copy that has nothing that changes in common with it."""


T = TypeVar("T", bound=Shareable)


class Held:
    """A class whose objects may be held by two states; `shared` is no field, so it is in no document or digest."""

    __slots__ = ("shared",)

    def share(self) -> None:
        """Two states hold this object from now on."""
        self.shared = True

    def alone(self) -> Self:
        """A copy that one state holds, with the same objects in its fields."""
        alone = copy(self)
        alone.shared = False
        return alone


def own(table: dict[str, T], id_: str) -> T:
    """The object of a table, to be changed: where another state holds it as well, a copy that takes its place."""
    value = table[id_]
    if getattr(value, "shared", False):
        value = table[id_] = value.own()
    return value
