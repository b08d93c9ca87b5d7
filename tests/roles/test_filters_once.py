"""The filters are imported once a run, not once in every process that Ansible starts for a task."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lab import playbook

# It runs in the process of the task, where Ansible imports all filters of a collection of which one is used.
SEEN = """
import sys

def imported(name):
    return sorted(name for name in sys.modules if name.startswith("ansible_collections.quorum.mesos.plugins.filter."))

class FilterModule:
    def filters(self):
        return {"imported": imported}
"""
FILTERS = Path(__file__).resolve().parents[2] / "plugins" / "filter"


def test_a_task_finds_them_imported(tmp_path: Path) -> None:
    (tmp_path / "filter_plugins").mkdir()
    (tmp_path / "filter_plugins" / "seen.py").write_text(SEEN, encoding="utf-8")
    tasks = [
        # Ansible loads an action before it knows whether the task runs.
        {"name": "Plan", "quorum.mesos._role_plan": {"role": "docker"}, "when": False},
        {"name": "Look", "ansible.builtin.copy": {"content": "{{ 0 | imported | to_json }}", "dest": f"{tmp_path}/x"}},
    ]
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    inventory = tmp_path / "hosts.yml"
    variables = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": variables}}}), encoding="utf-8")
    done = playbook.run(str(play), inventory, capture=True)
    assert done.returncode == 0, done.stdout
    seen = json.loads((tmp_path / "x").read_text(encoding="utf-8"))
    assert [name.rpartition(".")[2] for name in seen] == sorted(path.stem for path in FILTERS.glob("*.py"))
