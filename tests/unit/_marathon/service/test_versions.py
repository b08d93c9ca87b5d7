# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service import versions

SINCE = {"maintenance_mode": "1.7", "mesos_offer_constraints": "1.11"}
UNTIL = {"reporter_graphite": ["1.7", "read /metrics/prometheus"], "tracing": ["1.4", "remove it"]}
NEEDS = {"1.6": {"mesos": "1.1", "java": 8}, "1.11": {"mesos": "1.5", "java": 8}}


@pytest.mark.parametrize(
    ("version", "flags", "wrong"),
    [
        ("1.11", {"maintenance_mode": True, "mesos_offer_constraints": True, "hostname": "a"}, []),
        ("1.10", {"mesos_offer_constraints": True}, ["mesos_offer_constraints came with Marathon 1.11"]),
        ("1.6", {"maintenance_mode": False}, ["maintenance_mode came with Marathon 1.7"]),
        ("1.6", {"maintenance_mode": None}, []),
        ("1.7", {"reporter_graphite": "x"}, []),
        (
            "1.8",
            {"reporter_graphite": "x"},
            ["reporter_graphite is no flag after Marathon 1.7; read /metrics/prometheus"],
        ),
        ("1.10", {"tracing": True, "reporter_graphite": "x"}, ["tracing is no flag", "reporter_graphite is no flag"]),
    ],
)
def test_flags_of_a_version(version: str, flags: dict[str, object], wrong: list[str]) -> None:
    found = versions.flag_problems(flags, version, SINCE, UNTIL)
    assert len(found) == len(wrong)
    assert all(part in sentence for part, sentence in zip(wrong, found, strict=False))


@pytest.mark.parametrize(
    ("version", "mesos", "java", "used", "wrong"),
    [
        ("1.11", {"a": "1.11.0-2.0.1"}, "17.0.13", True, []),
        ("1.11", {"a": "1.4.3-1", "b": "1.11.0"}, "11.0.2", True, ["needs Mesos 1.5, and the master a is given 1.4"]),
        ("1.6", {"a": "1.4.3"}, "1.8.0_392", True, []),
        ("1.11", {"a": ""}, "1.7.0_80", True, ["needs Java 8, and the host has 1.7.0_80"]),
        ("1.11", {}, "1.7.0_80", False, []),
        ("1.11", {}, None, True, []),
    ],
)  # fmt: skip
def test_what_goes_together(
    version: str, mesos: dict[str, str], java: str | None, used: bool, wrong: list[str]
) -> None:
    found = versions.partner_problems(version, NEEDS, mesos, java, used)
    assert len(found) == len(wrong)
    assert all(part in sentence for part, sentence in zip(wrong, found, strict=False))
