"""The tasks of the playbook leave: what only their order keeps right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.quorum.mesos.plugins.module_utils._leave import phases

TASKS = Path(__file__).resolve().parents[2] / "playbooks" / "tasks"


def tasks(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((TASKS / f"leave_{name}.yml").read_text())
    return found


@pytest.mark.parametrize("phase", [one for one in phases.PHASES if one not in ("save", "translate")])
def test_a_phase_is_noted_when_everything_of_it_is_done(phase: str) -> None:
    """What is interrupted before is done again, so that no load balancer is left without the servers."""
    assert tasks(phase)[-1]["ansible.builtin.include_tasks"] == "leave_done.yml"
    noted = [one["quorum.mesos._leave_note"] for one in tasks(phase) if "quorum.mesos._leave_note" in one]
    assert not [one for one in noted if "done" in one]
