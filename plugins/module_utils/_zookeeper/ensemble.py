# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the servers of an ensemble say of themselves, and whether together they are a quorum."""

from __future__ import annotations

import re
import typing as t

SERVING = ("leader", "follower", "observer", "standalone")
_FIELD = re.compile(r"^([A-Z][A-Za-z /]*?):\s*(.*)$")


def parse_srvr(answer: str) -> dict[str, t.Any]:
    """Turns the answer to ``srvr`` into C(version), C(mode), C(zxid), C(connections) and C(node_count)."""
    fields = {}
    for line in answer.splitlines():
        match = _FIELD.match(line.strip())
        if match:
            fields[match.group(1)] = match.group(2).strip()
    mode = fields.get("Mode")
    if mode not in SERVING:
        return {"mode": None, "error": _first_line(answer) or "empty answer to srvr"}
    return {
        "mode": mode,
        "version": fields.get("Zookeeper version", "").split(",")[0],
        "zxid": fields.get("Zxid"),
        "connections": _number(fields.get("Connections")),
        "node_count": _number(fields.get("Node count")),
        "error": None,
    }


def _first_line(answer: str) -> str:
    return answer.strip().splitlines()[0] if answer.strip() else ""


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def problems(servers: list[dict[str, t.Any]]) -> list[str]:
    """Why these servers are no working ensemble; empty when they are one."""
    found, quorum = quorum_problems(servers)
    return found + (trees(servers) if quorum and len(servers) > 1 else [])


def quorum_problems(servers: list[dict[str, t.Any]]) -> tuple[list[str], bool]:
    """What is wrong with their modes, and whether a majority serves."""
    found = []
    modes = [server["mode"] for server in servers]
    needed = len(servers) // 2 + 1
    serving = [mode for mode in modes if mode]
    if len(serving) < needed:
        down = ["%s (%s)" % (server["address"], server["error"]) for server in servers if not server["mode"]]
        found.append(
            "%d of %d servers serve and %d must; not serving: %s"
            % (len(serving), len(servers), needed, ", ".join(down))
        )
        return found, False
    if len(servers) > 1:
        alone = [server["address"] for server in servers if server["mode"] == "standalone"]
        if alone:
            found.append("%s runs standalone, outside the ensemble" % ", ".join(alone))
        leaders = modes.count("leader")
        if leaders != 1:
            found.append("the ensemble has %d leaders" % leaders)
    return found, True


def trees(servers: list[dict[str, t.Any]]) -> list[str]:
    """The same transactions make the same tree, so members at the same transaction have as many znodes."""
    counts: dict[str, dict[int, list[str]]] = {}
    for server in servers:
        if server["mode"] and server.get("zxid") and server.get("node_count") is not None:
            counts.setdefault(server["zxid"], {}).setdefault(server["node_count"], []).append(server["address"])
    return [
        "at the same transaction %s the znode trees differ (%s); keep the one of the leader, stop the others that "
        "differ, move version-2 out of their data directories, and start them again"
        % (zxid, ", ".join("%d znodes on %s" % (count, ", ".join(sorted(of[count]))) for count in sorted(of)))
        for zxid, of in sorted(counts.items())
        if len(of) > 1
    ]
