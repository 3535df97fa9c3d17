"""Log lines: structured, on stderr, never on stdout where answers go; tracebacks never show values."""

import logging
import sys
from typing import Any

import structlog


def configure_logging(as_json: bool = False, level: int = logging.INFO) -> None:
    """JSON for machines, colours for people at a terminal."""
    for_people = sys.stderr.isatty() and not as_json
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(_for_people() if for_people else _for_machines()),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _for_people() -> tuple[Any, ...]:
    # The default formatter prints local variables, among them form tokens and amounts.
    return (structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),)


def _for_machines() -> tuple[Any, ...]:
    return structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)
