"""Names of Mesos as labels of DNS, in the way of Mesos-DNS."""

from __future__ import annotations

import hashlib
import re

from ..apps.fields import FieldError, shown

LONGEST = 63
_LONGEST_RFC952 = 24
_LONGEST_NAME = 253
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NO_LETTER = re.compile(r"[^a-z0-9-]")
_ZBASE32 = "ybndrfg8ejkmcpqxot1uwisza345h769"
_HASH_LETTERS = 8


def clean(name: str, rfc952: bool = False, longest: int = LONGEST) -> str:
    """One label: letters, digits and dashes. What is too long is cut; empty where nothing is left."""
    text = _whole(name, rfc952)
    return cut(text, min(longest, _LONGEST_RFC952 if rfc952 else LONGEST))


def unique(name: str, rfc952: bool = False) -> str | None:
    """The label of a name that is too long to be told from others by its beginning; None where it is not."""
    text = _whole(name, rfc952)
    longest = _LONGEST_RFC952 if rfc952 else LONGEST
    if len(text) <= longest:
        return None
    digest = hashlib.sha1(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LETTERS]
    # A service puts an underscore before it.
    return f"{cut(text, min(longest, LONGEST - 1) - 1 - _HASH_LETTERS)}-{digest}"


def cut(text: str, longest: int) -> str:
    """A cut does not end in dashes: they are dropped, and what follows moves up."""
    head, rest = text[:longest], text[longest:]
    while head.endswith("-"):
        head, rest = head.rstrip("-"), rest.lstrip("-")
        room = longest - len(head)
        head, rest = head + rest[:room], rest[room:]
    return head


def framework(name: str, rfc952: bool = False) -> str:
    """Each part of it is a label; an empty one vanishes."""
    return ".".join(label for label in (clean(part, rfc952) for part in name.split(".")) if label)


def of_task(task_id: str, agent_id: str) -> str:
    """What tells the tasks of one name apart: a hash of the task, and the last part of its agent's id."""
    number = int.from_bytes(hashlib.sha1(task_id.encode("utf-8", "surrogatepass")).digest(), "big")
    digits = "".join(_ZBASE32[number >> (160 - 5 * place) & 31] for place in range(1, 6))
    return f"-{digits}-{agent_id.rpartition('-')[2].lower()}"


def with_end(name: str, end: str) -> str:
    """The name with ``end`` behind its last label, which is cut where both are too long for one."""
    front, dot, last = name.rpartition(".")
    return front + dot + last[: LONGEST - len(end)].rstrip("-") + end


def checked(name: str) -> str:
    """A whole name that a packet of DNS can hold, of characters that mean nothing else in a file or a log."""
    if len(name) > _LONGEST_NAME:
        raise FieldError(f"name: {shown(name)} is longer than {_LONGEST_NAME} characters")
    for label in name.split("."):
        if not _LABEL.fullmatch(label):
            raise FieldError(f"name: {shown(label)} is not a label of 1 to {LONGEST} of a-z, 0-9, - and _")
    return name


def _whole(name: str, rfc952: bool) -> str:
    text = _NO_LETTER.sub("", re.sub("[._]", "-", _lower(name)))
    return (text.lstrip("-0123456789") if rfc952 else text.lstrip("-")).rstrip("-")


def _lower(name: str) -> str:
    """Of ASCII alone: some other letters become ASCII when they are lowered."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)
