# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what takes a service back to what it ran from before an upgrade."""

from __future__ import annotations

from typing import Any, Mapping


def way_back(restored: Mapping[str, Any], answers: bool, daemon: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """``restored`` is from _program_kept; ``daemon`` is what Docker needs for its file, from _docker_daemon.

    A restart costs tasks or a member of a quorum. Only what does not run from the old program gets one, by its role,
    which drains and asks the quorum. What does not answer has nothing to lose.
    """
    outdated = [] if daemon else restored.get("outdated") or []
    need = daemon["need"] if daemon else "restart" if outdated else "none"
    if not restored["running"] or (need == "restart" and not answers):
        need = "start"
    return {
        "need": need,
        "touched": need != "none" or bool(restored["restored"]) or bool(restored["missing"]),
        "source": source(restored["program"].get("kept") or {}),
    }


def docker_refused(host: str, manages: bool, unless_restart: str, agent: Mapping[str, Any]) -> str:
    """Why Docker of the host must not be upgraded, which restarts it under ``agent`` of the same host."""
    if not manages:
        return (
            "%s: docker_manage_service is false, so its Docker would not be restarted and stay what it is. Leave "
            "docker out (upgrade_layers), or set docker_manage_service to true." % host
        )
    return unless_restart if agent.get("running") or agent.get("silent") else ""


def interrupted(seen: Mapping[str, Any], old: bool, target: str) -> bool:
    """Whether what is kept belongs to an upgrade to the same ``target`` that has not ended.

    What has run on since has other settings, members and secrets, and must not go back to what is kept. ``old`` is
    whether the service says the old version still.
    """
    kept = seen["program"].get("kept")
    if not kept or kept.get("target") != target:
        return False
    runs = {name: seen["program"].get(name) for name in ("archive", "image", "packages")}
    return not seen["answers"] or old or bool(kept["program"] == runs)


def source(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Where the old program comes from, as the roles say it."""
    program = kept.get("program") or {}
    if program.get("image"):
        return {"method": "container", "image": program["image"]}
    if program.get("packages"):
        return {"method": "package", "package": list(program["packages"])}
    return {"method": "archive"}
