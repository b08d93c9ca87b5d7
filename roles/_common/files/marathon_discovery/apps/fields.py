"""Values of labels and definitions, each checked before any text is made of it.

Who may start an app may set its labels, so nothing of a label reaches HAProxy's file that does not have the form of its
field. HAProxy reads at most 64 words and 2,048 bytes a line: hence the lengths.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any, TypeVar

from .model import Auth

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_APP_ID = re.compile(r"(/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)+")
# Written between single quotes, in which HAProxy interprets nothing.
_PATH = re.compile(r"/[!-&(-~]*")
# Plain enough to be part of a regular expression and of HAProxy's log formats, in which % and \ mean something.
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
_LOCATION = re.compile(r"/[A-Za-z0-9._~/?=&:@+,;-]*")
_REALM = re.compile(r"[A-Za-z0-9._-]([A-Za-z0-9 ._-]*[A-Za-z0-9._-])?")
_USER = re.compile(r"[A-Za-z0-9._@-]+")
_CERTIFICATE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_BALANCE = ("roundrobin", "leastconn", "first", "random", "source", "uri", "static-rr")
# A hash is computed by HAProxy for each request, so its cost is bounded.
_MOST_ROUNDS = 100_000
_HASH = re.compile(
    r"\$1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{1,22}"
    r"|\$[56]\$(rounds=(?P<rounds>[1-9][0-9]{3,8})\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{1,86}"
    r"|\$2[aby]\$(?P<cost>0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}"
)
_TLS = re.compile(r"TLSv1\.[0-3]")
_ALPN = re.compile(r"(h2|http/1\.1|http/1\.0)(,(h2|http/1\.1|http/1\.0))*")
_LONGEST = 1024
# HAProxy compares each request with the rules one by one.
_MOST = 64
_MOST_RULES = 256


T = TypeVar("T")


class FieldError(Exception):
    """A field and the rule that its value breaks."""


def shown(value: Any) -> str:
    """A value as it may stand in a log: on one line, in ASCII, not long."""
    text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _require(matches: Any, name: str, value: Any, rule: str) -> None:
    if not matches:
        raise FieldError(f"{name}: {shown(value)} {rule}")


def boolean(value: str) -> bool:
    return value.lower() in ("true", "t", "yes", "y")


def whole(name: str, value: Any, least: int, most: int) -> int:
    rule = f"is not a whole number from {least} to {most}"
    if isinstance(value, str):
        _require(re.fullmatch(r"[0-9]{1,9}", value, re.ASCII), name, value, rule)
        value = int(value)
    _require(isinstance(value, int) and not isinstance(value, bool) and least <= value <= most, name, value, rule)
    return int(value)


def port(name: str, value: Any) -> int:
    return whole(name, value, 1, 65535)


def app_id(value: Any) -> str:
    rule = "is not an app ID"
    _require(isinstance(value, str) and len(value) <= 250 and _APP_ID.fullmatch(value), "id", value, rule)
    return str(value)


def host(name: str, value: str) -> str:
    lower = value.lower()
    _require(len(lower) <= 253 and lower.isascii() and _HOST.fullmatch(lower), name, value, "is not a host name")
    return lower


def hosts(name: str, value: str) -> tuple[str, ...]:
    return _bounded(name, dict.fromkeys(host(name, part.strip(" ")) for part in value.split(",")), "host names")


def paths(name: str, value: str) -> tuple[tuple[str, bool], ...]:
    """Prefixes, and whether their letters' case counts for nothing (``-i``)."""
    words = value.split(" ")
    ignore_case = words[0] == "-i"
    words = [word for word in words[ignore_case:] if word]
    _require(words, name, value, "has no path")
    return _bounded(name, dict.fromkeys((path(name, word), ignore_case) for word in words), "paths")


def _bounded(name: str, values: Collection[T], what: str) -> tuple[T, ...]:
    if len(values) > _MOST:
        raise FieldError(f"{name}: has {len(values)} {what}, and {_MOST} are the most")
    return tuple(values)


def rules(count: int) -> None:
    """Of an app: each host name with each of its paths."""
    if count > _MOST_RULES:
        raise FieldError(f"HAPROXY_n_VHOST, HAPROXY_n_PATH: make {count} rules, and {_MOST_RULES} are the most")


def path(name: str, value: Any) -> str:
    good = isinstance(value, str) and len(value) <= _LONGEST and _PATH.fullmatch(value)
    _require(good, name, value, "is not a path of printable ASCII that begins with / and has no quote")
    return str(value)


def plain_path(name: str, value: str) -> str:
    good = len(value) <= _LONGEST and _PLAIN_PATH.fullmatch(value)
    _require(good, name, value, "is not a path of letters, digits and . _ ~ / -")
    return value


def location(name: str, value: str) -> str:
    good = len(value) <= _LONGEST and _LOCATION.fullmatch(value) and not value.startswith("//")
    _require(good, name, value, "is not the path of a location")
    return value


def mode(name: str, value: str) -> str:
    _require(value.lower() in ("tcp", "http"), name, value, "is neither tcp nor http")
    return value.lower()


def balance(name: str, value: str) -> str:
    _require(value in _BALANCE, name, value, f"is none of {', '.join(_BALANCE)}")
    return value


def address(name: str, value: Any) -> str:
    found = as_address(value) if isinstance(value, str) else None
    if found is None:
        raise FieldError(f"{name}: {shown(value)} is not an IP address")
    return found


def listening_address(name: str, value: str) -> str:
    if value == "*":
        return value
    found = address(name, value)
    parsed = ipaddress.ip_address(found)
    # HAProxy cannot name the interface that such an address needs, and does not start with it.
    good = not parsed.is_link_local and not parsed.is_multicast
    _require(good, name, value, "is a link-local or multicast address, on which HAProxy cannot listen")
    return found


@lru_cache(maxsize=65536)
def as_address(text: str) -> str | None:
    """In its usual form. Many tasks are on one host, and this is what reading them costs most."""
    try:
        return None if "%" in text else str(ipaddress.ip_address(text))
    except ValueError:
        return None


def networks(name: str, value: str) -> tuple[str, ...]:
    found = []
    for word in value.split():
        # The scope of an address can be any text.
        _require("%" not in word, name, word, "is not an address or a network")
        try:
            network = ipaddress.ip_network(word, strict=False)
        except ValueError:
            raise FieldError(f"{name}: {shown(word)} is not an address or a network") from None
        found.append(str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network))
    _require(found, name, value, "has no address")
    return tuple(dict.fromkeys(found))


def auth(name: str, value: str) -> Auth:
    """``realm:user:hash``; the message does not repeat the hash."""
    parts = value.split(":")
    if len(parts) != 3:
        raise FieldError(f"{name}: is not realm:user:hash")
    realm, user, password_hash = parts
    _require(
        len(realm) <= 100 and _REALM.fullmatch(realm), name, realm, "is not a realm of letters, digits and ' . _ -'"
    )
    _require(
        len(user) <= 100 and _USER.fullmatch(user), name, user, "is not a user name of letters, digits and . _ @ -"
    )
    found = _HASH.fullmatch(password_hash)
    if not found:
        raise FieldError(f"{name}: the password is not a hash of crypt ($1$, $5$, $6$, $2a$, $2b$ or $2y$)")
    if int(found["rounds"] or 0) > _MOST_ROUNDS or int(found["cost"] or 0) > 10:
        raise FieldError(f"{name}: the hash costs more than {_MOST_ROUNDS} rounds ($2y$: more than 10)")
    return Auth(realm, user, password_hash)


def bind_options(name: str, value: str) -> tuple[str, ...]:
    """Those that concern the protocol of this listener alone; others of HAProxy could open files or sockets."""
    taken: dict[str, re.Pattern[str] | None] = {
        "alpn": _ALPN,
        "ssl-min-ver": _TLS,
        "ssl-max-ver": _TLS,
        "accept-proxy": None,
    }
    options: list[str] = []
    words = value.split(" ")
    words = [word for word in words if word]
    while words:
        word = words.pop(0)
        _require(word in taken, name, word, f"is none of {', '.join(taken)}")
        options.append(word)
        form = taken[word]
        if form:
            _require(words and form.fullmatch(words[0]), name, words[:1], f"is no value of {word}")
            options.append(words.pop(0))
    _require(len(options) <= 8, name, value, "has more than 8 words")
    return tuple(options)


def certificate(name: str, value: str, directory: str, present: Any) -> str:
    """A path below the directory of certificates, or the name of a file in it."""
    base = directory.rstrip("/") + "/"
    relative = value[len(base) :] if value.startswith(base) else value
    good = len(value) <= _LONGEST and _CERTIFICATE.fullmatch(relative)
    _require(good, name, value, f"is not a file below {directory}")
    _require(relative in present, name, value, f"does not exist in {directory}")
    return base + relative
