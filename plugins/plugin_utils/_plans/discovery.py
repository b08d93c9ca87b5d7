# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what holds for every role whose program follows Marathon."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import characters
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

_URL = re.compile(r"https?://[^\s/?#@\"']+/?\Z")


def is_port(value: t.Any) -> bool:
    return str(value).isdigit() and str(value).isascii() and 0 < int(value) < 65536


def needs_that_are_numbers(needs: Values) -> dict[str, t.Any]:
    return {**needs, "ports": {name: port for name, port in needs["ports"].items() if is_port(port)}}


def port_problems(ports: t.Mapping[str, t.Any]) -> list[str]:
    return [
        "%s is %s; write a port from 1 to 65535." % (option, ascii(port))
        for option, port in ports.items()
        if not is_port(port)
    ]


def list_problems(values: Values, options: t.Iterable[str]) -> list[str]:
    """Ansible lets a text pass for a list, and hands it on as it is."""
    return [
        "%s is %s; write a list, like [one, another]." % (option, ascii(values[option]))
        for option in options
        if not isinstance(values[option], (list, tuple))
    ]


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(_URL.match(text) and parts.hostname) and parts.port != 0
    except ValueError:
        return False


def url_problems(option: str, urls: t.Sequence[t.Any], what: str, group: str, port: int) -> list[str]:
    """C(urls) of all of C(what), each with its own host and port and without a password."""
    if not urls:
        return ["no %s is known; set %s, or put hosts into the group %s." % (what, option, group)]
    return [
        "%s has %s; write URLs like http://%s1.example.org:%d, without a user."
        % (option, ascii(url), what.lower(), port)
        for url in urls
        if not _is_url(str(url))
    ]


def credential_problems(option: str, given: t.Mapping[str, t.Any] | None, names: tuple[str, str]) -> list[str]:
    if not given:
        return []
    found = []
    if not all(given.get(name) for name in names):
        found.append("%s has no %s or no %s; set both." % (option, *names))
    if any(characters.wrong(str(given.get(name) or "")) for name in names):
        found.append("%s has a line break or a control character; take it out." % option)
    return found


def round_problems(values: Values, role: str) -> list[str]:
    """When the program reads everything, and what it believes."""
    guard, interval, debounce = ("%s_%s" % (role, name) for name in ("guard", "interval", "debounce"))
    found = []
    if not 0 <= float(values[guard]) <= 1:
        found.append("%s is %s; write a share from 0 to 1." % (guard, values[guard]))
    if not 1 <= int(values[interval]) <= 3600:
        found.append("%s is %s; write seconds from 1 to 3600." % (interval, values[interval]))
    if not 0 <= float(values[debounce]) <= 5:
        found.append("%s is %s; write seconds from 0 to 5." % (debounce, values[debounce]))
    return found
