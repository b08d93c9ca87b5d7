# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with the state of an app. Its definition has hashes of passwords: it stays in the file, out of results."""

from __future__ import annotations

import json
import os
import typing as t
from datetime import datetime, timezone

State = t.Mapping[str, t.Any]


def path_of(directory: str) -> str:
    return os.path.join(directory, "state.json")


def text_of(state: State) -> str:
    return json.dumps(state, indent=1, sort_keys=True) + "\n"


def now() -> str:
    """As the state says when a phase was done."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def without_app(state: State, directory: str) -> dict[str, t.Any]:
    """The state as a module returns it, and where its file is."""
    found = {name: value for name, value in state.items() if name != "app"}
    return {**found, "directory": directory} if found else {}


def with_app(state: State) -> dict[str, t.Any]:
    """The state with the definition from its file."""
    with open(path_of(state["directory"]), encoding="utf-8") as file:
        return {**state, "app": json.load(file)["app"]}
