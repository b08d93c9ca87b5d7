"""The definitions that people keep, as they keep them, against a Marathon; their images need not be there."""

from __future__ import annotations

import json
from pathlib import Path

FIELD = sorted((Path(__file__).parents[1] / "unit" / "_marathon" / "data" / "field").glob("*.json"))


def test_each_is_deployed_once_repeated_without_change_and_removed(ansible, marathon, group, tmp_path):
    """One play does all of it, so that Ansible starts once. What needs no image is waited for until it runs."""
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
    options = {"url": [url], "wait": "{{ 'basic-0' in item }}", "wait_timeout": 60, "src": "{{ item }}"}
    files = [str(directory / path.name) for path in FIELD]
    checks = {
        "created": "item.changed and item.action == 'created' and (item.tasks != []) == ('basic-0' in item.item)",
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


# What an editor leaves behind, in the file of the guide: where it is, and what the reader of JSON makes of it.
SLIPS = {
    "a comma too many": ('"protocol": "tcp" } ] } } }', '"protocol": "tcp" } ] } }, }', "this comma is one too many"),
    "a quote that does not close": (
        '"image": "tomcat",',
        '"image": "tomcat,',
        "Expecting ',' delimiter; is a comma or a quote missing before it?",
    ),
    "a quote that does not open": (
        '"network": "BRIDGE"',
        'network": "BRIDGE"',
        "Expecting property name enclosed in double quotes; is an opening quote missing?",
    ),
}


def test_a_slip_in_one_of_them_is_told_with_line_and_column(ansible, marathon, group, tmp_path):
    """Nothing is asked of Marathon for them."""
    tomcat = next(path for path in FIELD if path.stem == "tomcat").read_text()
    tomcat = tomcat.replace('"id":"tomcat"', f'"id":"{group}/tomcat"').replace('"container":', '\n"container":')
    tasks, told = [], []
    for name, (right, wrong, words) in SLIPS.items():
        broken = tmp_path / f"{name}.json"
        assert tomcat.count(right) == 1
        broken.write_text(tomcat.replace(right, wrong))
        line = broken.read_text().splitlines()[1]
        places = {"a comma too many": line.rindex(","), "a quote that does not open": line.index("network")}
        # The text goes on to the next quote, and what follows it is not a comma.
        places["a quote that does not close"] = line.index('network"')
        told.append(f"{broken} is not valid JSON: line 2, column {places[name] + 1}: {words}")
        options = {"url": [ansible.url], "src": str(broken)}
        tasks.append({"quorum.mesos.marathon_app": options, "register": "done", "ignore_errors": True})
        tasks.append(
            {"ansible.builtin.assert": {"that": "done is failed and told in done.msg"}, "vars": {"told": told[-1]}}
        )
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    done = ansible.run("ansible-playbook", str(play))
    assert done.code == 0, done.output
    assert marathon.app(f"{group}/tomcat") is None
