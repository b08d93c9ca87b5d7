# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a service is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from .errors import BadOption

CONNECT_TIMEOUT = 10
# An answer that comes in pieces has as many times the longest silence for all of them.
PIECES = 10


@dataclass(frozen=True)
class Login:
    """A login at DC/OS that gives a token, by a password or by the private key of a service account."""

    url: str
    uid: str
    password: str | None = field(default=None, repr=False)
    key: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Access:
    """timeout is the longest silence, in seconds."""

    username: str | None = None
    password: str | None = None
    token: str | None = None
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30
    connect_timeout: float = CONNECT_TIMEOUT
    login: Login | None = None


@dataclass(frozen=True)
class Answer:
    """headers has the names as they are written in HTTP; the real ones are found in any case of letters."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def token_header(token: str) -> str | None:
    """What the header Authorization holds for a token of DC/OS; None for what is no token."""
    text = token.strip()
    sound = text.isascii() and all(letter.isprintable() and not letter.isspace() for letter in text)
    return f"token={text}" if text and sound else None


def own_token_header(access: Access) -> str | None:
    """That of the token which is given as an option, if one is."""
    if access.token is None:
        return None
    header = token_header(access.token)
    if header is None:
        raise BadOption(
            "url_token is not a token: it is empty, or has blanks or letters that no token has; give it alone"
        )
    return header
