"""Structured logs: one JSON object a line, with the request id that follows the work."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# The id of the request (or of the event) that the current work belongs to.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def _add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if (current := request_id.get()) is not None:
        event["request_id"] = current
    return event


def set_up_logging(*, room: str, role: str, level: str = "INFO", form: str = "json") -> None:
    """Send all logs, ours and the libraries', to standard output.

    `role` is `api`, `worker` or the name of a command. Values are never interpolated into
    messages, so that a secret passed by mistake stays a field that can be found and removed.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(),
            # Never with local variables: they hold what must not be in a log.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    common: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        _add_request_id,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _stamp(room, role),
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "httpx", "httpcore", "arq.worker"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _stamp(room: str, role: str) -> structlog.typing.Processor:
    def stamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["room"] = room
        event["role"] = role
        return event

    return stamp


def get_logger(name: str) -> Any:
    """A logger for one module."""
    return structlog.stdlib.get_logger(name)
