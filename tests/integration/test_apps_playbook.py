"""playbooks/apps.yml on a directory of definitions."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

OLD_FORM = """\
{ "id": "%s/basic", "cmd": "while [ true ] ; do echo 'Hello Marathon' ; sleep 5 ; done",
  "cpus": 0.1, "mem": 10.0, "instances": 1, "ports": [0], "constraints": [["hostname", "UNIQUE", ""]] }
"""
YAML_FORM = """\
id: %s/yaml
cmd: sleep 1000
cpus: 0.1
mem: 32
env:
  LEVEL: 3
"""


@pytest.fixture
def apps(tmp_path, group):
    directory = tmp_path / "apps"
    directory.mkdir()
    (directory / "basic.json").write_text(OLD_FORM % group)
    (directory / "yaml.yml").write_text(YAML_FORM % group)
    return directory


def deploy(ansible, apps, *arguments, **variables):
    return ansible.playbook(*arguments, apps_dir=str(apps), marathon_url=ansible.url, **variables)


def test_deploys_a_directory_once(ansible, marathon, apps, group):
    planned = deploy(ansible, apps, "--check", "--diff")
    assert planned.code == 0, planned.output
    assert planned.changed == 1
    assert '+    "cmd": "sleep 1000"' in planned.output
    assert marathon.app(f"{group}/yaml") is None

    first = deploy(ansible, apps)
    assert first.code == 0, first.output
    assert first.changed == 1
    assert marathon.app(f"{group}/basic")["tasksRunning"] == 1
    assert marathon.app(f"{group}/yaml")["env"] == {"LEVEL": "3"}

    second = deploy(ansible, apps)
    assert (second.code, second.changed) == (0, 0), second.output

    (apps / "yaml.yml").write_text((YAML_FORM % group).replace("LEVEL: 3", "LEVEL: 4"))
    planned = deploy(ansible, apps, "--check", "--diff")
    assert planned.changed == 1
    assert '"LEVEL": "4"' in planned.output
    assert marathon.app(f"{group}/yaml")["env"] == {"LEVEL": "3"}
    versions = {name: marathon.app(f"{group}/{name}")["version"] for name in ("basic", "yaml")}
    assert deploy(ansible, apps).changed == 1
    assert marathon.app(f"{group}/basic")["version"] == versions["basic"]
    assert marathon.app(f"{group}/yaml")["version"] > versions["yaml"]


def test_finds_marathon_in_the_inventory(ansible, apps, tmp_path):
    address = urlsplit(ansible.url)
    inventory = tmp_path / "inventory.ini"
    inventory.write_text(
        "[marathon]\nm0 ansible_host=127.0.0.1 marathon_http_port=9\n"
        f"m1 ansible_host={address.hostname} marathon_http_port={address.port}\n"
    )
    done = ansible.playbook(f"--inventory={inventory}", "--check", apps_dir=str(apps))
    assert done.code == 0, done.output
    assert done.changed == 1


def test_removes_what_was_taken_out_of_the_directory_when_asked_to(ansible, marathon, apps, group):
    own = {"apps_owner_group": group}
    assert deploy(ansible, apps, **own).code == 0
    (apps / "yaml.yml").unlink()
    kept = deploy(ansible, apps, **own)
    assert (kept.code, kept.changed) == (0, 0), kept.output
    assert marathon.app(f"{group}/yaml") is not None
    planned = deploy(ansible, apps, "--check", "--diff", apps_prune=True, **own)
    assert planned.changed == 1
    assert '-    "cmd": "sleep 1000"' in planned.output
    assert marathon.app(f"{group}/yaml") is not None
    limited = deploy(ansible, apps, "--check", apps_prune=True, apps_prune_limit=0, **own)
    assert limited.code != 0
    assert "prune would remove 1 of the 2 apps" in " ".join(limited.output.split())
    assert deploy(ansible, apps, apps_prune=True, **own).changed == 1
    assert marathon.app(f"{group}/yaml") is None
    assert marathon.app(f"{group}/basic")["tasksRunning"] == 1
    refused = deploy(ansible, apps, apps_prune=True)
    assert refused.code != 0
    assert "apps_prune needs apps_owner_group or apps_owner_label" in refused.output


def test_reads_sub_directories_and_removes_nothing_that_it_did_not_read(ansible, marathon, apps, group):
    own = {"apps_owner_group": group, "apps_prune": True}
    below = apps / "team-a"
    below.mkdir()
    (apps / "yaml.yml").rename(below / "yaml.yml")
    (below / ".draft.json").write_text(json.dumps({"id": f"{group}/draft", "cmd": "sleep 1000"}))
    first = deploy(ansible, apps, **own)
    assert (first.code, first.changed) == (0, 1), first.output
    assert marathon.app(f"{group}/yaml")["tasksRunning"] == 1
    assert marathon.app(f"{group}/draft") is None
    second = deploy(ansible, apps, **own)
    assert (second.code, second.changed) == (0, 0), second.output

    flat = deploy(ansible, apps, "--check", apps_recurse=False, **own)
    assert flat.code != 0
    assert f"{below} (a sub-directory with definitions)" in " ".join(flat.output.split())
    (below / "yaml.yml").rename(below / "yaml.YML")
    renamed = deploy(ansible, apps, **own)
    assert renamed.code != 0
    assert "yaml.YML (its ending is not in lower case)" in " ".join(renamed.output.split())

    (below / "yaml.YML").unlink()
    (apps / "basic.json").write_text("[]")
    emptied = deploy(ansible, apps, **own)
    assert emptied.code != 0
    assert "no app is declared, " in " ".join(emptied.output.split())
    assert marathon.app(f"{group}/basic")["tasksRunning"] == marathon.app(f"{group}/yaml")["tasksRunning"] == 1
    assert deploy(ansible, apps, apps_allow_empty=True, **own).changed == 1
    assert marathon.app(f"{group}/basic") is None


def test_a_broken_file_is_named_and_nothing_is_written(ansible, marathon, apps, group):
    (apps / "zz-broken.json").write_text('{\n  "id": "a",\n  "cpus": 0.1,,\n}')
    done = deploy(ansible, apps)
    assert done.code != 0
    assert "zz-broken.json is not valid JSON: line 3, column 15" in done.output
    assert marathon.app(f"{group}/basic") is None


def test_an_app_that_does_not_start_fails_with_the_reason(ansible, marathon, apps, group):
    (apps / "big.json").write_text(json.dumps({"id": f"{group}/big", "cmd": "sleep 1000", "mem": 9000000}))
    done = deploy(ansible, apps, apps_wait_timeout=10)
    assert done.code != 0
    assert "no agent offers 9000000 MiB of memory" in done.output
    assert marathon.app(f"{group}/basic")["tasksRunning"] == 1


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"marathon_url": "http://127.0.0.1:9"}, "apps_dir is not set"),
        (
            {"apps_dir": "/nonexistent", "marathon_url": "http://127.0.0.1:9"},
            "apps_dir /nonexistent is not a directory",
        ),
        ({"apps_dir": "{apps}"}, "No Marathon is known: set marathon_url"),
        (
            {"apps_dir": "{apps}", "marathon_url": "http://127.0.0.1:9"},
            "Marathon does not answer at http://127.0.0.1:9",
        ),
    ],
)
def test_what_is_missing_is_named(ansible, apps, variables, words):
    variables = {name: value.format(apps=apps) for name, value in variables.items()}
    done = ansible.playbook(**variables)
    assert done.code != 0
    assert words in " ".join(done.output.split())
