# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files in which a ZooKeeper server keeps its znodes: snapshots, and logs of transactions."""

from __future__ import annotations

import gzip
import os
import re
import struct
import typing as t
import zlib

SNAPSHOT = re.compile(r"^snapshot\.([0-9a-f]+)(?:\.(gz|snappy))?$")
LOG = re.compile(r"^log\.([0-9a-f]+)$")
_LOG_MAGIC, _SNAPSHOT_MAGIC = b"ZKLG", b"ZKSN"
_HEADER = 16
_RECORD = struct.Struct(">qi")
# Client, number of its request, transaction, time, type.
_TRANSACTION = struct.Struct(">qiqqi")
# What a server writes after all znodes: a text of one character.
_SEAL = b"\x00\x00\x00\x01/"
# A server takes no request that is larger; what claims to be is no record.
_LARGEST = 1 << 28


class DataError(Exception):
    """A file that no server could read; says which and why."""


class Log(t.NamedTuple):
    """What of a log can be used: its bytes up to the end of the last whole transaction."""

    size: int
    transactions: int
    last: int
    # Why it ends there, where that is neither the end of the file nor the space that a server has set aside.
    torn: str


class Chosen(t.NamedTuple):
    """What a server needs to have all its znodes."""

    snapshot: str
    logs: t.List[str]


def number(name: str) -> int | None:
    """The transaction that a file is named by."""
    match = SNAPSHOT.match(name) or LOG.match(name)
    return int(match.group(1), 16) if match else None


def newest_first(names: t.Iterable[str]) -> list[str]:
    """The snapshots among these."""
    return sorted((name for name in names if SNAPSHOT.match(name)), key=lambda name: -(number(name) or 0))


def needed(snapshot: str, names: t.Iterable[str]) -> list[str]:
    """The logs with what came after a snapshot.

    A snapshot is written while transactions go on, so that they are played again from its number; the log in which
    that transaction is may begin before it.
    """
    at = number(snapshot) or 0
    logs = sorted((name for name in names if LOG.match(name)), key=lambda name: number(name) or 0)
    before = [name for name in logs if (number(name) or 0) <= at]
    return before[-1:] + [name for name in logs if (number(name) or 0) > at]


def choose(names: t.Sequence[str], is_whole: t.Callable[[str], bool]) -> Chosen:
    """The newest snapshot that is whole, and its logs."""
    for name in newest_first(names):
        if is_whole(name):
            return Chosen(name, needed(name, names))
    raise DataError("there is no snapshot that is whole among %s" % (", ".join(newest_first(names)) or "no files"))


def snapshot_is_whole(path: str) -> bool:
    """Whether a server has written it to its end."""
    try:
        if path.endswith(".snappy"):
            return os.path.getsize(path) > len(_SEAL)
        if path.endswith(".gz"):
            with gzip.open(path, "rb") as packed:
                return _sealed(packed)
        with open(path, "rb") as file:
            return _sealed(file)
    except (OSError, EOFError, zlib.error):
        return False


def _sealed(file: t.IO[bytes]) -> bool:
    begin = file.read(len(_SNAPSHOT_MAGIC))
    end = b""
    while True:
        chunk = file.read(1 << 20)
        if not chunk:
            return begin == _SNAPSHOT_MAGIC and end == _SEAL
        end = (end + chunk)[-len(_SEAL) :]


def read_log(path: str) -> Log:
    """Goes through a log, also through one that a server is writing."""
    with open(path, "rb") as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER or header[:4] != _LOG_MAGIC:
            # A server that has just begun a log has written nothing of it.
            return Log(0, 0, 0, "" if not header.strip(b"\0") else "it does not begin as a log of ZooKeeper does")
        size, transactions, last = _HEADER, 0, 0
        while True:
            found = _next(file)
            if isinstance(found, str):
                return Log(size, transactions, last, found)
            last, transactions, size = found, transactions + 1, file.tell()


def _next(file: t.IO[bytes]) -> int | str:
    """The number of the next transaction, or why there is none: nothing at the end of what was written."""
    head = file.read(_RECORD.size)
    if not head.strip(b"\0"):
        return ""
    if len(head) < _RECORD.size:
        return "a transaction at its end is not whole"
    checksum, length = _RECORD.unpack(head)
    if not _TRANSACTION.size <= length <= _LARGEST:
        return "what follows is no transaction"
    content = file.read(length + 1)
    if len(content) <= length or content[-1:] != b"B":
        return "a transaction is not whole"
    if zlib.adler32(content[:-1]) != checksum:
        return "a transaction has another checksum than its content"
    return int(_TRANSACTION.unpack(content[: _TRANSACTION.size])[2])


def check(directory: str, names: t.Sequence[str]) -> list[str]:
    """What is wrong with the files of a backup, each problem beginning with a name."""
    problems = ["%s: it is not written to its end" % name for name in names
                if SNAPSHOT.match(name) and not snapshot_is_whole(os.path.join(directory, name))]  # fmt: skip
    for name in names:
        if LOG.match(name):
            try:
                torn = read_log(os.path.join(directory, name)).torn
            except OSError as error:
                torn = str(error.strerror)
            problems += ["%s: %s" % (name, torn)] if torn else []
    if not newest_first(names):
        problems.append("zookeeper: it has no snapshot")
    return problems
