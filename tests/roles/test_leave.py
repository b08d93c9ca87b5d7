"""The tasks of the playbook leave: what only their order keeps right."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.quorum.mesos.plugins.module_utils._leave import phases

from lab import playbook

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
    included = [one for one in tasks(phase) if one.get("ansible.builtin.include_tasks") == "leave_note.yml"]
    assert not [one for one in included if "__leave_done" in one["vars"]]


def test_what_is_noted_is_in_the_file_and_at_hand(tmp_path: Path) -> None:
    """By the task files themselves: a value, the end of a phase, and the gap, which is noted once."""
    state = {"id": "/web", "app": {"id": "/web"}, "share": 0, "stopped": 0.0, "done": {"save": "before"}}
    (tmp_path / "state.json").write_text(json.dumps(state))
    steps = [
        {"include_tasks": f"{TASKS}/leave_note.yml", "vars": {"__leave_values": {"share": "{{ 5 * 2 }}"}}},
        {"include_tasks": f"{TASKS}/leave_gap.yml"},
        {"set_fact": {"first_gap": "{{ __leave_state.gap }}"}},
        {"include_tasks": f"{TASKS}/leave_gap.yml"},
        {"include_tasks": f"{TASKS}/leave_done.yml", "vars": {"__leave_phase": "start"}},
        {"assert": {"that": ["__leave_state.share == 10", "__leave_state.gap == first_gap",
                             "__leave_state.done | list | sort == ['save', 'start']"]}},
    ]  # fmt: skip
    given = {"__leave_app": {"id": "/web", "directory": str(tmp_path)}}
    facts = {"set_fact": {"__leave_state": {**state, "directory": str(tmp_path)}}}
    play = tmp_path / "play.yml"
    whole = {"hosts": "localhost", "gather_facts": False, "vars": given, "tasks": [facts, *steps]}
    play.write_text(json.dumps([whole]))
    hosts = {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    done = playbook.run(str(play), inventory, capture=True)
    assert done.returncode == 0, done.stdout
    written = json.loads((tmp_path / "state.json").read_text())
    assert (written["share"], written["app"], sorted(written["done"])) == (10, {"id": "/web"}, ["save", "start"])
