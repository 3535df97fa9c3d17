"""The shape of the tables in which each file lists what it decides and what it takes in."""

from collections.abc import Callable
from typing import Any

from settlement.refusals import Events
from settlement.state import Settlement

Deciders = dict[type, Callable[[Settlement, Any, int], Events]]
"""Command type → its decision, a function of the state, the command and the instant (µs)."""

Evolvers = dict[type, Callable[[Settlement, Any, int], None]]
"""Event type → what it does to the state."""
