"""Log lines: structured, on stderr, never on stdout where answers go."""

import logging
import sys
from typing import Any

import structlog


def configure_logging(as_json: bool = False, level: int = logging.INFO) -> None:
    """JSON for machines, colours for people at a terminal."""
    for_people = sys.stderr.isatty() and not as_json
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if for_people
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
