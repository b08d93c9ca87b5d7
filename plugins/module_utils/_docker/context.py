# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory that an image is built from: which files are sent, their digest, and an archive of them."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import stat
import tarfile
import typing as t

IGNORE_FILE = ".dockerignore"
# Goes into the digest: another way to compute it is another image.
FORMAT = "1"
_BLOCK = 1 << 20
_REGEX_MARKS = ".$+(){}|^"


class BadContext(Exception):
    """It cannot be built from; the text names the file and what to do."""


class IgnoreRule(t.NamedTuple):
    pattern: re.Pattern[str]
    keeps: bool


class ContextEntry(t.NamedTuple):
    """A file, directory or link; ``target`` is where a link leads."""

    name: str
    path: str
    kind: str
    mode: int
    target: str = ""


def rules(text: str) -> list[IgnoreRule]:
    """The lines of a .dockerignore, as Docker reads them."""
    found = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        words = line.strip()
        keeps = words.startswith("!")
        words = words[1:].strip() if keeps else words
        if not words:
            raise BadContext("%s has a lone ! in line %d: name a file behind it" % (IGNORE_FILE, number))
        cleaned = posixpath.normpath(words)
        if cleaned.startswith("/") and len(cleaned) > 1:
            cleaned = cleaned.lstrip("/")
        try:
            found.append(IgnoreRule(re.compile(_regex(cleaned), re.DOTALL), keeps))
        except re.error as error:
            raise BadContext(
                "%s has %r in line %d, which is no pattern (%s): correct it" % (IGNORE_FILE, words, number, error)
            ) from error
    return found


def _regex(pattern: str) -> str:
    result, place = "", 0
    while place < len(pattern):
        mark = pattern[place]
        place += 1
        if mark == "*" and pattern[place : place + 1] == "*":
            place += 1
            if pattern[place : place + 1] == "/":
                place += 1
            # Any number of directories; at the end, everything.
            result += "(.*/)?" if place < len(pattern) else ".*"
        elif mark == "*":
            result += "[^/]*"
        elif mark == "?":
            result += "[^/]"
        elif mark == "\\" and place < len(pattern):
            result += re.escape(pattern[place])
            place += 1
        elif mark == "[":
            end = pattern.find("]", place + 1)
            if end < 0:
                raise re.error("a [ without a ]")
            result += "[%s]" % pattern[place:end].replace("[", "\\[")
            place = end + 1
        else:
            result += "\\" + mark if mark in _REGEX_MARKS or mark in "\\]" else mark
    return "(?:%s)\\Z" % result


def ignored(of_file: t.Sequence[IgnoreRule], name: str) -> bool:
    """Whether the rules leave it out. The last one that matches it, or a directory above it, decides."""
    parts = name.split("/")
    names = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    result = False
    for rule in of_file:
        if result == rule.keeps and any(rule.pattern.match(one) for one in names):
            result = not rule.keeps
    return result


def entries(root: str, dockerfile: str) -> list[ContextEntry]:
    """What Docker would be sent of the directory, in the order of the names."""
    _check(root, dockerfile)
    of_file = _rules_of(root)
    found: list[ContextEntry] = []
    # The builder needs them, whatever the rules say.
    needed = {posixpath.normpath(dockerfile)}
    if of_file and not ignored(of_file, IGNORE_FILE):
        needed.add(IGNORE_FILE)
    _walk(root, "", of_file, needed, found)
    return sorted(found)


def _check(root: str, dockerfile: str) -> None:
    if not os.path.isdir(root):
        raise BadContext("%s is not a directory: name the one with the Dockerfile" % root)
    cleaned = posixpath.normpath(dockerfile)
    if cleaned.startswith(("/", "../")) or cleaned in (".", ".."):
        raise BadContext("the Dockerfile %s is not below %s: give its path below that directory" % (dockerfile, root))
    if not os.path.isfile(os.path.join(root, cleaned)):
        raise BadContext("%s has no file %s: write one, or name another one" % (root, dockerfile))


def _rules_of(root: str) -> list[IgnoreRule]:
    try:
        with open(os.path.join(root, IGNORE_FILE), encoding="utf-8-sig") as file:
            return rules(file.read())
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        path = os.path.join(root, IGNORE_FILE)
        raise BadContext("%s cannot be read (%s): correct the file" % (path, error)) from error


def _walk(root: str, below: str, of_file: list[IgnoreRule], needed: set[str], found: list[ContextEntry]) -> None:
    try:
        listed = sorted(os.scandir(os.path.join(root, below)), key=lambda one: one.name)
    except OSError as error:
        raise _unreadable(os.path.join(root, below), error) from error
    for one in listed:
        name = posixpath.join(below, one.name)
        left_out = ignored(of_file, name) and name not in needed
        if not left_out:
            found.append(_entry(name, one.path))
        inside = not left_out or any(rule.keeps for rule in of_file) or any(
            need.startswith(name + "/") for need in needed
        )
        if inside and one.is_dir(follow_symlinks=False):
            _walk(root, name, of_file, needed, found)


def _entry(name: str, path: str) -> ContextEntry:
    kept = os.lstat(path)
    if stat.S_ISDIR(kept.st_mode):
        return ContextEntry(name, path, "directory", 0o755)
    if stat.S_ISLNK(kept.st_mode):
        return ContextEntry(name, path, "link", 0o777, os.readlink(path))
    if stat.S_ISREG(kept.st_mode):
        # As Git keeps rights: two clones give one image, whatever the umask.
        return ContextEntry(name, path, "file", 0o755 if kept.st_mode & stat.S_IXUSR else 0o644)
    raise BadContext(
        "%s is neither a file nor a directory nor a link: remove it, or name it in %s" % (path, IGNORE_FILE)
    )


def _unreadable(path: str, error: OSError) -> BadContext:
    return BadContext(
        "%s cannot be read (%s): make it readable, or name it in %s" % (path, error.strerror, IGNORE_FILE)
    )


def digest(listed: t.Iterable[ContextEntry], settings: t.Mapping[str, t.Any]) -> str:
    """Of names, content, links and whether a file is a program; when a file was written does not count."""
    whole = hashlib.sha256(json.dumps([FORMAT, settings], sort_keys=True).encode())
    for entry in listed:
        content = _content_digest(entry.path) if entry.kind == "file" else entry.target
        line = json.dumps([os.fsencode(entry.name).decode("latin-1"), entry.kind, entry.mode, content])
        whole.update(line.encode() + b"\n")
    return "sha256:" + whole.hexdigest()


def _content_digest(path: str) -> str:
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(_BLOCK), b""):
                found.update(block)
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.hexdigest()


def pack(listed: t.Iterable[ContextEntry], path: str) -> None:
    """Writes an archive of them."""
    with tarfile.open(path, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in listed:
            item = tarfile.TarInfo(entry.name)
            item.mode = entry.mode
            item.mtime = int(os.lstat(entry.path).st_mtime)
            if entry.kind == "file":
                with open(entry.path, "rb") as content:
                    item.size = os.fstat(content.fileno()).st_size
                    archive.addfile(item, content)
                continue
            item.type = tarfile.DIRTYPE if entry.kind == "directory" else tarfile.SYMTYPE
            item.linkname = entry.target
            archive.addfile(item)


def size(listed: t.Iterable[ContextEntry]) -> int:
    return sum(os.stat(entry.path).st_size for entry in listed if entry.kind == "file")
