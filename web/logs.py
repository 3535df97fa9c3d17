"""Log lines: structured, on stderr, never on stdout where answers go; tracebacks never show values."""

import logging
import sys
from typing import Any

import structlog

from exchange.secret_values import veil


def configure_logging(as_json: bool = False, level: int = logging.INFO) -> None:
    """JSON for machines, colours for people at a terminal."""
    for_people = sys.stderr.isatty() and not as_json
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(_for_people() if for_people else _for_machines()),
        _veiled,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _veil_other_logs()


def _veiled(_logger: object, _method: str, line: Any) -> Any:
    """The finished line, without any secret of this process."""
    return veil(line) if isinstance(line, str) else line


def _veil_other_logs() -> None:
    """The same for the lines and tracebacks of libraries, which go through the standard library's logging."""
    if getattr(logging.Formatter.format, "veiled", False):
        return
    plain = logging.Formatter.format

    def format_(self: logging.Formatter, record: logging.LogRecord) -> str:
        return veil(plain(self, record))

    format_.veiled = True  # type: ignore[attr-defined]
    logging.Formatter.format = format_  # type: ignore[method-assign]


def _for_people() -> tuple[Any, ...]:
    # The default formatter prints local variables, among them form tokens and amounts.
    return (structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),)


def _for_machines() -> tuple[Any, ...]:
    return structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)
