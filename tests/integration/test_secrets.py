"""Nobody sees a declared secret: not in the output, a diff, the host's log, a process list, a file that others read.

One playbook runs every module so that it succeeds, is refused by Marathon and is refused by Ansible, another program
the inventory plugin. The words are looked for as a part of secrets that have to be escaped.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import uuid
from pathlib import Path

import pytest
from quoting_marathon import quoting_marathon
from secret_watch import MARK, SecretWatch

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
JOURNAL = CHECKOUT / "tests" / "support" / "journal"
MODULES = sorted(path.stem for path in (CHECKOUT / "plugins" / "modules").glob("marathon_*.py"))

WORDS = {
    name: f"hunter{name}0815" for name in ("env", "label", "source", "registry", "address", "password", "token", "url")
}
LOGIN = base64.b64encode(f"ops:{WORDS['password']}".encode()).decode()
SECRET = {name: f'a"b\\{word}\ttab' for name, word in WORDS.items()} | {
    # These are parts of addresses and of the login.
    name: WORDS[name]
    for name in ("address", "password", "token", "url")
}
NAMES = {"secret_env": ["PASSWORD"], "secret_labels": ["proxy"]}
APP = {
    "cmd": "exec sleep 1000",
    "cpus": 0.1,
    "mem": 32,
    "env": {
        "COLOUR": "green",
        "PASSWORD": "{{ secret.env }}",
        "DATABASE": "postgres://me:{{ secret.address }}@db.example.com/shop",
    },
    "labels": {"proxy": "{{ secret.label }}", "team": "shop"},
}
REFUSED_APP = APP | {
    "secrets": {"vault": {"source": "{{ secret.source }}"}},
    "container": {
        "type": "MESOS",
        "docker": {"image": "busybox", "credential": {"principal": "me", "secret": "{{ secret.registry }}"}},
    },
    "fetch": [{"uri": "https://me:{{ secret.address }}@files.example.com/a.tgz"}],
}
CONTAINER = {
    "name": "main",
    "exec": {"command": {"shell": "exec sleep 1000"}},
    "resources": {"cpus": 0.1, "mem": 32},
    "environment": APP["env"],
    "labels": APP["labels"],
}
POD = {"environment": APP["env"], "labels": APP["labels"], "containers": [CONTAINER]}
REFUSED_POD = POD | {"secrets": {"vault": {"source": "{{ secret.source }}"}}}
TEXT = '{"env": {"PASSWORD": "{{ secret.env }}",}'
QUOTING = {"url": "{{ quoting }}"}
TOKEN = {"url_username": "{{ omit }}", "url_password": "{{ omit }}", "url_token": "{{ secret.token }}"}
IN_URL = {"url": "http://me:{{ secret.url }}@127.0.0.1:9", "timeout": 1}
IN_NO_URL = {"url": "me:{{ secret.url }}@127.0.0.1:9"}
BAD_TIMEOUT = {"timeout": "soon"}


def definition_tasks(app_id, works, refused):
    """Of a module for one app or pod, whether each fails."""
    named = {**NAMES, "id": app_id}
    changed = works | {"labels": {**works["labels"], "proxy": "new {{ secret.label }}"}}
    return [
        (named | {"definition": works}, False),
        (named | TOKEN | {"definition": works}, False),
        (named | {"definition": changed, "_check": True}, False),
        (named | {"instances": 0, "wait": False}, False),
        (named | {"definition": refused}, True),
        (named | QUOTING | {"definition": refused, "id": "/refused"}, True),
        (named | {"definition": works, "wait_timeout": "soon"}, True),
        (named | {"definition": TEXT}, True),
        (named | {"definition": works | {"env": "PASSWORD={{ secret.env }}"}, "instances": "many"}, True),
        (named | {"definitoin": works}, True),
        (named | {"src": "pod.json" if "containers" in works else "app.json", "_check": True}, False),
        (named | {"src": "broken.json"}, True),
        (named | {"src": "broken.json.j2"}, True),
        (named | {"src": "broken.yml"}, True),
        (named | {"definition": works} | IN_URL | BAD_TIMEOUT, True),
        (named | {"definition": works} | IN_NO_URL, True),
    ]


def tasks_of(group, directory):
    """The arguments of every task, by its module, and whether it fails."""
    app_id = f"{group}/app"
    works, refused = APP | {"id": app_id}, REFUSED_APP | {"id": f"{group}/refused"}
    return {
        "marathon_app": definition_tasks(app_id, APP, REFUSED_APP),
        "marathon_pod": definition_tasks(f"{group}/pod", POD, REFUSED_POD),
        "marathon_apps": [
            (NAMES | {"definitions": [works | {"instances": 0}], "wait": False}, False),
            (NAMES | {"definitions": [works | {"id": f"{group}/set"}]}, False),
            (NAMES | {"definitions": [works, refused]}, True),
            (NAMES | QUOTING | {"definitions": [refused]}, True),
            (NAMES | {"definitions": [works], "prune": "perhaps"}, True),
            (NAMES | {"definitions": [TEXT]}, True),
            (NAMES | {"src": ["broken.json.j2"]}, True),
            (NAMES | {"definitions": [works]} | IN_URL | BAD_TIMEOUT, True),
        ],
        "marathon_group": [
            (NAMES | {"id": f"{group}/kept", "definition": {"apps": [works | {"id": "one"}]}}, False),
            (NAMES | {"id": f"{group}/kept", "definition": {"apps": [REFUSED_APP | {"id": "two"}]}}, True),
            (NAMES | QUOTING | {"id": "/set", "definition": {"apps": [REFUSED_APP | {"id": "two"}]}}, True),
            (NAMES | {"id": f"{group}/kept", "definition": {"apps": [works]}} | BAD_TIMEOUT, True),
            (NAMES | {"id": f"{group}/kept", "definition": TEXT}, True),
            ({"id": group, "definition": {}} | IN_URL | BAD_TIMEOUT, True),
        ],
        "marathon_deployment": [
            ({"group": group}, False),
            (TOKEN | {"group": group}, False),
            ({"group": group} | BAD_TIMEOUT, True),
            ({"group": group} | IN_URL | BAD_TIMEOUT, True),
            ({"group": group} | IN_NO_URL, True),
        ],
        "marathon_task": [
            ({"id": f"{group}/listed", "wait": False}, False),
            ({"id": f"{group}/none"}, None),
            ({"id": app_id} | BAD_TIMEOUT, True),
            ({"id": app_id} | IN_URL | BAD_TIMEOUT, True),
            ({"id": app_id} | IN_NO_URL, True),
        ],
        "marathon_info": [
            (NAMES | {"gather": ["apps", "groups", "pods", "queue"], "group": group}, None),
            (NAMES | {"gather": ["apps"], "query": "apps[].env.PASSWORD"}, None),
            (NAMES | {"gather": ["apps", "groups", "pods", "queue", "deployments", "versions"]}, None),
            (NAMES | {"gather": ["apps"]} | BAD_TIMEOUT, True),
            ({"gather": ["apps"]} | IN_URL | BAD_TIMEOUT, True),
        ],
        "marathon_export": [
            (NAMES | {"group": group, "dest": str(directory / "new")}, False),
            (NAMES | {"group": group, "dest": str(directory / "new")} | TOKEN, False),
            (NAMES | {"group": group, "dest": "/dev/null/apps", "format": "yaml"}, True),
            (NAMES | {"group": group, "dest": str(directory / "new")} | BAD_TIMEOUT, True),
            ({"group": group, "dest": str(directory / "new")} | IN_URL | BAD_TIMEOUT, True),
        ],
        "marathon_translate": [
            (NAMES | {"group": group, "dest": str(directory / "translated")}, False),
            (NAMES | {"definitions": [works], "dest": str(directory / "declared"), "_check": True}, False),
            (NAMES | {"definitions": [works], "dest": "/dev/null/apps"}, True),
            (NAMES | {"definitions": [TEXT], "dest": str(directory / "declared")}, True),
            (NAMES | {"group": group, "dest": str(directory / "translated")} | BAD_TIMEOUT, True),
        ],
    }


def lookups(group):
    query = "query('quorum.mesos.marathon_endpoint', "
    return [
        (f"'{group}/app')", False),
        (f"'{group}/none')", True),
        (f"'{group}/app', url=address)", True),
        (f"'{group}/app', timeout='soon')", True),
    ], query


def play(group, directory, url, quoting):
    """One play, whose last task asserts what has failed."""
    tasks, expected = [], []

    def add(task, fails):
        name = f"result{len(tasks)}"
        tasks.append({"name": f"Task {len(tasks)}", **task, "register": name, "ignore_errors": True})
        if fails is not None:
            expected.append(f"{name} is {'failed' if fails else 'success'}")

    for module, runs in tasks_of(group, directory).items():
        for arguments, fails in runs if module in MODULES else ():
            check = arguments.get("_check", False)
            given = {name: value for name, value in arguments.items() if name != "_check"}
            add({f"quorum.mesos.{module}": given, "check_mode": check}, fails)
    detached = NAMES | {"id": f"{group}/app", "definition": APP | {"instances": 0}, "wait": False}
    add({"quorum.mesos.marathon_app": detached, "async": 60, "poll": 1}, False)
    questions, query = lookups(group)
    for question, fails in questions:
        add({"ansible.builtin.debug": {"msg": "{{ " + query + question + " }}"}}, fails)
    tasks.append({"name": "As expected", "ansible.builtin.assert": {"that": expected}})
    return {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars_files": ["secrets.json"],
        "vars": {
            "quoting": quoting,
            "address": "http://me:{{ secret.url }}@127.0.0.1:9",
            "marathon_url": [url],
            "marathon_username": "ops",
            "marathon_password": "{{ secret.password }}",
        },
        "module_defaults": {
            "group/quorum.mesos.marathon": {
                "url": url,
                "url_username": "ops",
                "url_password": "{{ secret.password }}",
            }
        },
        "tasks": tasks,
    }


def write_private(path, text):
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


@pytest.fixture
def directory(tmp_path):
    """With the files of a playbook that only its owner may read; what programs add is as open as they make it."""
    for kind, right in (("app", APP), ("pod", POD)):
        text = json.dumps(right)
        for name in ("env", "label"):
            text = text.replace(f'"{{{{ secret.{name} }}}}"', f"{{{{ secret.{name} | to_json }}}}")
        write_private(tmp_path / f"{kind}.json", text)
    write_private(tmp_path / "broken.json", f'{{"env": {{"PASSWORD": "{WORDS["env"]}",}}}}')
    write_private(tmp_path / "broken.json.j2", f'{{"env": {{"PASSWORD": "{WORDS["env"]}{{{{ nobody knows }}}}"}}}}')
    write_private(tmp_path / "broken.yml", f'env: {{PASSWORD: "{WORDS["env"]}"\n  : [{WORDS["env"]}')
    write_private(tmp_path / "secrets.json", json.dumps({"secret": SECRET}))
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    before = os.umask(0o022)
    yield tmp_path
    os.umask(before)


def inventory_of(directory, url, group):
    options = {
        "plugin": "quorum.mesos.marathon",
        "url": url,
        "url_username": "ops",
        "url_password": WORDS["password"],
        "label": "team==shop",
        "secret_labels": ["proxy"],
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(directory / "cache"),
    }
    path = directory / "test.marathon.yml"
    write_private(path, json.dumps(options))
    return path


def test_every_module_is_looked_at(tmp_path):
    assert set(MODULES) <= set(tasks_of("/group", tmp_path))


def test_nobody_sees_a_secret(ansible, marathon, group, directory):
    mark = uuid.uuid4().hex
    words = [*WORDS.values(), LOGIN]
    environment = {
        "HOME": str(directory / "home"),
        "ANSIBLE_HOME": str(directory / "home" / "ansible"),
        "ANSIBLE_REMOTE_TEMP": str(directory / "home" / "remote"),
        "ANSIBLE_ASYNC_DIR": str(directory / "home" / "async"),
        "TMPDIR": str(directory / "tmp"),
        "PYTHONPATH": str(JOURNAL),
        "QUORUM_TEST_JOURNAL": str(directory / "journal"),
        MARK: mark,
    }
    running = APP | {"env": {**APP["env"], "PASSWORD": SECRET["env"]}, "labels": {"proxy": SECRET["label"]}}
    running["labels"]["team"] = "shop"
    assert marathon.write("PUT", f"/v2/apps{group}/listed", running).status_code == 201
    with quoting_marathon() as quoting, SecretWatch(directory, mark, words) as watch:
        write_private(directory / "play.json", json.dumps([play(group, directory, ansible.url, quoting)]))
        switches = ("-vvv", "--diff", "--inventory=localhost,", f"--extra-vars=ansible_python_interpreter={PYTHON}")
        played = ansible.run("ansible-playbook", str(directory / "play.json"), *switches, environment=environment)
        inventory = inventory_of(directory, ansible.url, group)
        listed = ansible.run("ansible-inventory", f"--inventory={inventory}", "--list", "-vvv", environment=environment)
    journal = (directory / "journal").read_text(encoding="utf-8")
    for name, text in (("the playbook", played.output), ("the inventory", listed.output), ("the journal", journal)):
        assert [line for line in text.splitlines() if any(word in line for word in words)] == [], name
    assert watch.found == set()
    # What was looked at was there.
    assert played.code == 0, played.output
    assert listed.code == 0 and f"{group.strip('/')}_listed" in listed.output, listed.output
    assert [module for module in MODULES if f"quorum.mesos.{module}" not in journal] == []
    assert any("AnsiballZ_" in command for command in watch.commands)
    assert [part for part in ("/cache/", "/async/") if not any(part in path for path in watch.files)] == []
