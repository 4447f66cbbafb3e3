"""Logs: one JSON object per line on stdout, each with the request it belongs to."""

from __future__ import annotations

import logging.config
from contextvars import ContextVar
from datetime import UTC, datetime

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request at hand; the edge sets it."""


class LineFormatter(JsonFormatter):
    """Write `timestamp`, `level`, `logger`, `message`, `request_id` and what the line adds."""

    def __init__(self) -> None:
        """Rename the record's own fields; everything under `extra` follows them."""
        super().__init__(
            ["levelname", "name", "message"], rename_fields={"levelname": "level", "name": "logger"}
        )

    def add_fields(
        self,
        log_data: dict[str, object],
        record: logging.LogRecord,
        message_dict: dict[str, object],
    ) -> None:
        """Put the moment first and the request's id beside it."""
        log_data["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        super().add_fields(log_data, record, message_dict)
        log_data["level"] = record.levelname.lower()
        log_data.setdefault("request_id", request_id.get())
        log_data.pop("color_message", None)  # uvicorn's copy of the message with escape codes


def configure_logging(level: str) -> None:
    """Send all loggers, uvicorn's too, through one JSON handler; its access log stays silent.

    Our own access line carries the route's template: a raw path would show document ids.
    """
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": LineFormatter}},
            "handlers": {
                "stdout": {
                    "class": "logging.StreamHandler",
                    "stream": "ext://sys.stdout",
                    "formatter": "line",
                }
            },
            "root": {"level": level.upper(), "handlers": ["stdout"]},
            "loggers": {
                "uvicorn": {"handlers": [], "propagate": True},
                "uvicorn.error": {"handlers": [], "propagate": True},
                "uvicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
                "httpx": {"level": "WARNING"},  # its INFO lines hold whole addresses
            },
        }
    )
