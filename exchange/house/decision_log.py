"""A log line for each event of the journal, for those who follow one command through all processes.

Whoever asks writes that it does, the house when the commit is done, a web process when it has read the row: the same
command id stands in all of them. No amount and no name is logged; what was decided stands in the journal.
"""

from collections.abc import Sequence

import structlog

from exchange.house.command import Command, Recorded

log = structlog.get_logger()


def asked(house: str, command: Command) -> None:
    """Log that a command is on its way; the number of the request it came with stands beside it."""
    log.info("asked", house=house, command=command.id, type=type(command.body).__name__)


def note(batch: Sequence[Recorded]) -> None:
    """Log what was committed."""
    for one in batch:
        log.info(
            "committed",
            house=one.house,
            epoch=one.epoch,
            seq=one.seq,
            command=one.command_id,
            type=type(one.event).__name__,
            stream=one.stream,
        )
