"""Log lines on stderr in the form of glog: ``I1121 01:03:22.815936 25452 file.py:12] text``.

``setup(flags)`` once in main, then ``log = get(__name__)`` and the usual ``log.info/warning/error``.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import NoReturn

_LETTERS = {logging.DEBUG: "I", logging.INFO: "I", logging.WARNING: "W", logging.ERROR: "E", logging.CRITICAL: "F"}
_LEVELS = {
    "INFO": logging.INFO,
    "WARN": logging.WARNING,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
    "DEBUG": logging.DEBUG,
    "TRACE": logging.DEBUG,
    "FATAL": logging.CRITICAL,
}


class _GlogFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%m%d %H:%M:%S", time.localtime(record.created))
        micros = int(record.created % 1 * 1_000_000)
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        letter = _LETTERS.get(record.levelno, "I")
        return f"{letter}{stamp}.{micros:06d} {record.process} {record.filename}:{record.lineno}] {text}"


def setup(level: str | None = None) -> None:
    """Send everything at ``level`` (INFO, WARNING, ERROR; default INFO) or above to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_GlogFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS.get((level or "INFO").upper(), logging.INFO))
    for chatty in ("kazoo", "httpx", "httpcore", "uvicorn", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def get(name: str) -> logging.Logger:
    return logging.getLogger(name)


def exit_now(message: str, status: int = 1) -> NoReturn:
    """Like :func:`die`, from inside a running event loop: at once, nothing is closed, nobody can catch it."""
    get(__name__).error("EXIT with status %d: %s", status, message, stacklevel=2)
    logging.shutdown()
    os._exit(status)


def die(message: str, status: int = 1) -> NoReturn:
    """End the program as Mesos does: one line that says why, then the exit status."""
    get(__name__).error("EXIT with status %d: %s", status, message, stacklevel=2)
    raise SystemExit(status)


def crash(message: str) -> NoReturn:
    """Where Mesos aborts: the program ends by a signal, as after a check of its own that failed."""
    get(__name__).critical("%s", message, stacklevel=2)
    logging.shutdown()
    os.abort()
