"""Asking the parts of a lab what they say; every question is bounded in time and in bytes."""

from __future__ import annotations

import html
import re
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import Any

import requests
import urllib3

from lab.access import PLAIN, Access

SECONDS = 3
PAGE_BYTES = 65536


class NoAnswer(Exception):
    """Nobody answered, or not in the way that the program asked for does; the text says which in a few words."""


@dataclass(frozen=True)
class Page:
    """What an endpoint answered: the status, and its title or its first words."""

    status: int
    words: str


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return f"no answer within {SECONDS} s"
    text = str(error)
    for sign, reason in (
        ("Connection refused", "connection refused"),
        ("No route to host", "no route to host"),
        ("Name or service not known", "unknown host name"),
        ("Temporary failure in name resolution", "unknown host name"),
        ("Connection reset", "connection reset"),
        ("RemoteDisconnected", "connection closed without an answer"),
        ("BadStatusLine", "an answer that is not HTTP"),
        ("CERTIFICATE_VERIFY_FAILED", "a certificate that the lab's authority did not give"),
    ):
        if sign in text:
            return reason
    return type(error).__name__


def _beginning(answer: requests.Response) -> bytes:
    """What of the body arrives within the time; a page that never ends must not hold the report."""
    deadline = time.monotonic() + SECONDS
    body = b""
    while len(body) < PAGE_BYTES and time.monotonic() < deadline:
        part = answer.raw.read1(PAGE_BYTES)
        if not part:
            break
        body += part
    return body


def _get(url: str, host: str | None) -> tuple[int, bytes, str]:
    """Status, the beginning of the body, and its encoding."""
    headers = {"Accept-Encoding": "identity"} | ({"Host": host} if host else {})
    with requests.Session() as session:
        # A proxy of the machine's environment knows nothing of the lab's addresses.
        session.trust_env = False
        try:
            with session.get(url, headers=headers, timeout=SECONDS, stream=True) as answer:
                return answer.status_code, _beginning(answer), answer.encoding or "utf-8"
        except requests.RequestException as error:
            raise NoAnswer(_reason(error)) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswer("connection broken within the answer") from error


def document(url: str, access: Access = PLAIN) -> dict[str, Any]:
    """The JSON object at the URL."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(url, timeout=SECONDS, **access.options)
            data = answer.json() if answer.ok else None
        except requests.JSONDecodeError as error:
            raise NoAnswer("an answer that is not JSON") from error
        except requests.RequestException as error:
            raise NoAnswer(_reason(error)) from error
    if not answer.ok:
        raise NoAnswer(f"HTTP {answer.status_code}")
    if not isinstance(data, dict):
        raise NoAnswer("an answer that is not a JSON object")
    return data


def first_words(text: str) -> str:
    """The title of a page, else the first of its visible text, on one line."""
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    if title and title.group(1).strip():
        visible = title.group(1)
    else:
        hidden = r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^>]+>"
        visible = re.sub(hidden, " ", text, flags=re.IGNORECASE | re.DOTALL)
    return " ".join(html.unescape(visible).split())


def page(url: str, host: str | None = None) -> Page:
    """What the endpoint answers to a browser, also to one that knows it by the name of a virtual host."""
    status, body, encoding = _get(url, host)
    try:
        text = body.decode(encoding, errors="replace")
    except LookupError:
        text = body.decode(errors="replace")
    return Page(status, first_words(text))


@dataclass(frozen=True)
class ZooKeeperMember:
    """What a member says of itself: its part (leader, follower, standalone) and its version."""

    mode: str
    version: str


def zookeeper(address: str) -> ZooKeeperMember:
    """Asks the member at host:port with the four-letter word `srvr`, the only one that is allowed by default."""
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
            connection.settimeout(SECONDS)
            connection.sendall(b"srvr")
            text = ""
            while "Node count" not in text and len(text) < PAGE_BYTES and (part := connection.recv(4096)):
                text += part.decode(errors="replace")
    except TimeoutError as error:
        raise NoAnswer(f"no answer within {SECONDS} s") from error
    except OSError as error:
        raise NoAnswer((error.strerror or type(error).__name__).lower()) from error
    mode = re.search(r"^Mode: (\w+)", text, re.MULTILINE)
    version = re.search(r"^Zookeeper version: ([\w.]+)", text, re.MULTILINE)
    if not mode or not version:
        raise NoAnswer(" ".join(text.split())[:60] or "connection closed without an answer")
    return ZooKeeperMember(mode.group(1), version.group(1))


def lookup(server: str, name: str, kind: str) -> list[str]:
    """The records of this kind that the DNS server at host:port has for a name; NoAnswer where it does not answer."""
    host, port = server.rsplit(":", 1)
    command = ["dig", "+short", f"+time={SECONDS}", "+tries=1", "-p", port, f"@{host}", name, kind]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3 * SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoAnswer(f"dig does not run ({type(error).__name__})") from error
    if done.returncode != 0:
        raise NoAnswer("the DNS server does not answer")
    return [line for line in done.stdout.splitlines() if not line.startswith(";")]


def named_places(server: str, service: str) -> list[tuple[str, int]]:
    """Address and port of each task that the DNS server names for a service, like _web._tcp.marathon.mesos."""
    found = []
    for record in lookup(server, service, "SRV"):
        _priority, _weight, port, target = record.split()
        found += [(address, int(port)) for address in lookup(server, target, "A")]
    return sorted(found)
