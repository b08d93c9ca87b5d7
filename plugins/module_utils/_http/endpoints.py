# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several addresses of one service: which is asked, in what order, how often."""

from __future__ import annotations

import re
from typing import Callable, TypeVar
from urllib.parse import SplitResult, urlsplit

from .errors import BadOption, NoAnswer, Silence, Uncertain

# A fail-over takes about ten seconds: as long as ZooKeeper remembers the old leader.
_PAUSES = (0.0, 1.0, 1.0, 2.0, 4.0, 8.0)
# Where nothing at all answers, there is less to wait for.
_PAUSES_IN_SILENCE = 2

_LOGIN = re.compile(r"(?:[\w+.-]+:)?/*[^:@/]*:(?P<password>.+)@")

T = TypeVar("T")


class Endpoints:
    def __init__(self, urls: list[str], sleep: Callable[[float], None]) -> None:
        self._urls = urls
        self._sleep = sleep

    def prefer(self, url: str) -> None:
        """This one is asked first from now on."""
        self._urls = [url, *(known for known in self._urls if known != url)]

    def ask(self, question: Callable[[str], T], repeatable: bool, once: bool = False) -> T:
        """The first answer. What is not repeatable is sent again only where it surely did not arrive.

        once: every address is asked once, because the caller repeats it itself.
        """
        failures: dict[str, str] = {}
        remedies: dict[str, str | None] = {}
        electing = False
        for number, pause in enumerate(_PAUSES[:1] if once else _PAUSES):
            if number > _PAUSES_IN_SILENCE and not electing:
                break
            if pause:
                self._sleep(pause)
            lasting = True
            for url in list(self._urls):
                try:
                    return question(url)
                except NoAnswer as no_answer:
                    asked = no_answer.url or url
                    if no_answer.arrived and not repeatable:
                        raise Uncertain(asked, str(no_answer)) from no_answer
                    failures[asked] = str(no_answer)
                    remedies[asked] = no_answer.remedy
                    electing = electing or no_answer.electing
                    lasting = lasting and no_answer.lasting
            if lasting:
                break
        # Where one of them is reached, or not, without a proxy or login, that is not what is wrong.
        remedy = next(iter(remedies.values())) if all(remedies.values()) else None
        raise Silence(failures, electing, remedy)


def checked_urls(urls: list[str], service: str, example: str) -> list[str]:
    if not urls:
        raise BadOption(f"url is an empty list: give the address of {service}, like {example}")
    return [checked_url(url, service, example) for url in urls]


def checked_url(url: str, service: str, example: str, option: str = "url") -> str:
    """service is what the address should be of, in words."""
    parts = _parts(url)
    if _holds_login(url):
        raise BadOption(f"{option} holds a user name or password, which would be shown: use url_username, url_password")
    if parts is None or parts.query or parts.fragment:
        raise BadOption(f"{option} '{url}' is not the address of {service}, like {example}")
    return url.rstrip("/")


def password_in(url: str) -> str | None:
    """The password that checked_url refuses, which must not be shown either."""
    found = _LOGIN.match(url) if _holds_login(url) else None
    return found["password"] if found else None


def _holds_login(url: str) -> bool:
    parts = _parts(url)
    # Where the address ends and the path begins is not known of one without http:// or with signs that are not quoted.
    return "@" in (url if parts is None else parts.netloc)


def _parts(url: str) -> SplitResult | None:
    """None if it is not an address."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None
