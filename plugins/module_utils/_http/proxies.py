# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy that the environment puts between us and a service."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from .. import _masked as masked


@dataclass(frozen=True)
class Proxy:
    """address is without a login; variable is the one that names it; host is the service that was wanted."""

    address: str
    variable: str
    host: str

    @property
    def remedy(self) -> str:
        return f"correct {self.variable}, or name {self.host} in no_proxy"


def between(url: str, address: str | None) -> Proxy | None:
    """address is that of the proxy which the environment names for the URL."""
    if not address:
        return None
    parts = urlsplit(url)
    names = [f"{parts.scheme}_proxy", f"{parts.scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    variable = next((name for name in names if os.environ.get(name)), names[0])
    return Proxy(masked.without_user(address), variable, parts.hostname or url)
