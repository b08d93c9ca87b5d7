# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definition in the state of an app, which has hashes of passwords: it stays in the file, out of results."""

from __future__ import annotations

import json
import os
import typing as t

State = t.Mapping[str, t.Any]


def without_app(state: State, directory: str) -> dict[str, t.Any]:
    """The state as a module returns it, and where its file is."""
    found = {name: value for name, value in state.items() if name != "app"}
    return {**found, "directory": directory} if found else {}


def with_app(state: State) -> dict[str, t.Any]:
    """The state with the definition from its file."""
    with open(os.path.join(state["directory"], "state.json"), encoding="utf-8") as file:
        return {**state, "app": json.load(file)["app"]}
