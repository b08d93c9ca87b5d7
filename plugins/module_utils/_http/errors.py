# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client of a cluster's HTTP API can run into before it has an answer to judge."""

from __future__ import annotations

from typing import Any

from .._words import readable


class BadOption(Exception):
    """An option that cannot be used, found before anything was sent; facts are further keys for the result."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.facts = facts


class LoginFailed(Exception):
    """A login was answered and gave no token, which another try would not change."""

    __str__ = readable


class NoAnswer(Exception):
    """One request to one address came to nothing.

    arrived: the service may have got it, so that only a read may be sent again. electing: somebody answered, but there
    was no leader for it, which passes. lasting: no repetition will help. remedy: what to do where it is not the service
    that failed, but a proxy in front of it, or the login before it.
    """

    __str__ = readable

    def __init__(
        self,
        reason: str,
        arrived: bool,
        electing: bool = False,
        lasting: bool = False,
        url: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.arrived = arrived
        self.electing = electing
        self.lasting = lasting
        self.url = url
        self.remedy = remedy


class Silence(Exception):
    """No address gave an answer, however often it was asked. remedy is that of a proxy or login, if that failed."""

    def __init__(self, failures: dict[str, str], electing: bool, remedy: str | None = None) -> None:
        super().__init__(", ".join(f"{url} ({reason})" for url, reason in failures.items()))
        self.electing = electing
        self.remedy = remedy


class Uncertain(Exception):
    """What must not be done twice was sent and not answered."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(reason)
        self.url = url
