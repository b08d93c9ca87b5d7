"""``DELETE /v2/leader?backup=…&restore=…``: the state into a file, or out of one, by whoever leads next.

As with the real one, the files are on the host of that leader, and an order is forgotten before it is carried out: one
that fails ends that leader, not the next one too. The files are of the engine's own format.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from labengine.common import log
from labengine.common.files import write_private
from labengine.marathon.definition import errors
from labengine.marathon.endings import Ending
from labengine.marathon.store import Store

logger = log.get(__name__)

ORDER = "backup-order"
_FORMAT = "lab engine's marathon, 1"


class BackupError(Ending):
    """The state is as it was."""


def check(uri: str) -> None:
    parts = urlsplit(uri)
    if parts.scheme == "s3" and parts.hostname and parts.path:
        raise errors.unprocessable(
            f"The lab engine has no client for S3: give a file, like file:///tmp/state, not {uri}"
        )
    if parts.scheme != "file" or len(parts.path) <= 1:
        raise errors.invalid_object([("/", f"Invalid URI or unsupported scheme: {uri}")])


def order(store: Store, backup: str | None, restore: str | None) -> None:
    store.put(ORDER, {"backup": backup, "restore": restore})


async def carried_out(store: Store, documents: dict[str, Any]) -> dict[str, Any]:
    """The documents to go on with."""
    wanted = documents.pop(ORDER, None)
    if wanted is None:
        return documents
    store.delete(ORDER)
    await store.flush()
    if wanted["backup"]:
        await asyncio.to_thread(_write, _path(wanted["backup"]), documents)
        logger.info("The state was written to %s", wanted["backup"])
    if not wanted["restore"]:
        return documents
    restored = await asyncio.to_thread(_read, _path(wanted["restore"]))
    for key in documents.keys() - restored.keys():
        store.delete(key)
    for key, document in restored.items():
        store.put(key, document)
    await store.flush()
    logger.info("The state is that of %s", wanted["restore"])
    return restored


def _path(uri: str) -> str:
    return unquote(urlsplit(uri).path)


def _write(path: str, documents: dict[str, Any]) -> None:
    """Definitions hold secrets, so the file is for its owner alone."""
    content = json.dumps({"format": _FORMAT, "documents": documents})
    try:
        write_private(Path(path), gzip.compress(content.encode()))
    except OSError as error:
        raise BackupError(f"The state cannot be written to {path}: {error.strerror}") from error


def _read(path: str) -> dict[str, Any]:
    try:
        with gzip.open(path, "rt") as file:
            content = json.load(file)
    except (OSError, EOFError, ValueError) as error:
        raise BackupError(f"No state can be read from {path}: {error}") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise BackupError(f"{path} is no backup of the lab engine's marathon")
    return content["documents"]
