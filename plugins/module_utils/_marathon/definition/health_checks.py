# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health checks as Marathon keeps them: fields that their kind does not know are lost (api.md 2.7, 3.4)."""

from __future__ import annotations

from typing import Any

from .schema import Release

_RUN_BY_MARATHON = ("HTTP", "HTTPS", "TCP")
_WITHOUT_PATH = ("TCP", "MESOS_TCP")
_DELAY_NOT_STORED = 15
_OTHERS_FORGET: Release = (1, 5)


def lacks_port(check: dict[str, Any]) -> bool:
    return str(check.get("protocol") or "HTTP").upper() != "COMMAND" and not (
        check.get("port") is not None or check.get("portIndex") is not None
    )


def completed(check: dict[str, Any], has_ports: bool, release: Release) -> dict[str, Any]:
    """A check with its defaults, less what is not stored. What Marathon refuses stays for it to refuse."""
    check = dict(check)
    protocol = check["protocol"]
    if protocol in _WITHOUT_PATH:
        check.pop("path", None)
    if protocol == "COMMAND":
        check.pop("portIndex", None)
    elif has_ports and lacks_port(check):
        check["portIndex"] = 0
    if protocol not in ("HTTP", "HTTPS"):
        check.pop("ignoreHttp1xx", None)
    if release >= _OTHERS_FORGET:
        if "ignoreHttp1xx" in check:
            check["ignoreHttp1xx"] = False
        if protocol in _RUN_BY_MARATHON:
            check["delaySeconds"] = _DELAY_NOT_STORED
    elif protocol in _RUN_BY_MARATHON:
        check.pop("delaySeconds", None)
    return check
