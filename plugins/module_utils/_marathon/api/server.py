# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of Marathon itself: what runs here, and who leads."""

from __future__ import annotations

from typing import Any

from ..definition import app_fields
from .http import Http
from .resource import Resource, mapping, member


class Server(Resource):
    def __init__(self, http: Http) -> None:
        super().__init__(http)
        self._version: str | None = None
        self._settings: dict[str, Any] = {}

    def info(self) -> dict[str, Any]:
        answer = self._need("/v2/info")
        self._version = str(member(answer, "version"))
        self._settings = mapping(answer).get("marathon_config") or {}
        return mapping(answer)

    def settings(self) -> dict[str, Any]:
        """The configuration that runs; asked once, with the version."""
        self.version()
        return self._settings

    def version(self) -> str:
        """As Marathon writes it, like 1.11.24 or 1.5.0-96-gf84298d; asked once."""
        if self._version is None:
            self.info()
        return self._version or ""

    def release(self) -> tuple[int, ...]:
        return app_fields.parse_release(self.version())

    def leader(self) -> str | None:
        """host:port; None while there is none."""
        answer = self._read("/v2/leader", name="leader")
        return None if answer is None else str(member(answer, "leader"))

    def delete_leader(self) -> None:
        """The leading process gives up and ends; its supervisor starts it again."""
        self._write("DELETE", "/v2/leader", names=("leader",))

    def ping(self) -> None:
        """Answered by the leader, through any node: a Marathon that can be used."""
        self._need("/ping")
