"""The definitions that people keep, as they keep them, against a Marathon; their images need not be there."""

from __future__ import annotations

import json
from pathlib import Path

FIELD = sorted((Path(__file__).parents[1] / "unit" / "marathon" / "data" / "field").glob("*.json"))


def test_each_is_submitted_once_repeated_without_change_and_removed(ansible, marathon, group, tmp_path):
    """One play does all of it, so that Ansible starts once."""
    for path in FIELD:
        definition = json.loads(path.read_text())
        (tmp_path / path.name).write_text(
            path.read_text().replace(f'"{definition["id"]}"', f'"{group}/{path.stem}"', 1)
        )
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks(ansible.url, tmp_path)}]))
    done = ansible.run("ansible-playbook", "--diff", str(play))
    assert done.code == 0, done.output
    assert all(marathon.app(f"{group}/{path.stem}") is None for path in FIELD)


def tasks(url, directory):
    options = {"url": [url], "wait": False, "src": "{{ item }}"}
    files = [str(directory / path.name) for path in FIELD]
    checks = {
        "created": "item.changed and item.action == 'created'",
        "planned": "not item.changed and item.diff.before == item.diff.after and item.requests == 1",
        "repeated": "not item.changed and item.diff.before == item.diff.after and item.requests == 1",
        "removed": "item.changed and item.action == 'deleted'",
    }
    result = []
    for name, claim in checks.items():
        state = {"state": "absent", "force": True} if name == "removed" else {}
        result.append(
            {
                "quorum.mesos.marathon_app": {**options, **state},
                "loop": files,
                "register": name,
                "check_mode": name == "planned",
                "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            }
        )
        result.append({"ansible.builtin.assert": {"that": claim}, "loop": f"{{{{ {name}.results }}}}"})
    return result
