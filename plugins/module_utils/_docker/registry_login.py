# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The header in which Docker takes a login for a registry."""

from __future__ import annotations

import base64
import json
import typing as t


def stored(found: t.Mapping[str, t.Any], host: str) -> dict[str, str]:
    """With what a config.json has for a registry; none where it has nothing."""
    if not found:
        return {}
    given: dict[str, t.Any] = {"serveraddress": host}
    if found.get("auth"):
        user, _colon, password = base64.b64decode(found["auth"]).decode().rstrip("\0").partition(":")
        given.update(username=user, password=password)
    if found.get("identitytoken"):
        given["identitytoken"] = found["identitytoken"]
    return header(given)


def header(given: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(given).encode()).decode()}
