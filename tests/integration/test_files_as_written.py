"""What stands in a file of definitions is what runs: words of YAML, shell commands, several documents."""

from __future__ import annotations

import json

import pytest

WORDS = """\
---
id: {group}/words
cmd: 'a=(1 2); echo ${{#a[@]}} ${{#}}; sleep 1000'
cpus: 0.01
mem: 16
instances: 0
env: {{VERSION: 1.10, COUNTRY: NO, MODE: 0644, WINDOW: 22:30:00, BUILD: 1_000, FEATURE: yes, DAY: 2020-01-31}}
labels: {{tier: on}}
---
id: {group}/second
cmd: sleep 1000
cpus: 0.01
mem: 16
instances: 0
"""
ENV = {"VERSION": "1.10", "COUNTRY": "NO", "MODE": "0644", "WINDOW": "22:30:00", "BUILD": "1_000", "FEATURE": "yes",
       "DAY": "2020-01-31"}  # fmt: skip


@pytest.fixture
def deploy(ansible, tmp_path):
    directory = tmp_path / "apps"
    directory.mkdir()

    def deploy(*arguments, **variables):
        return ansible.playbook(*arguments, apps_dir=str(directory), marathon_url=ansible.url, **variables)

    deploy.directory = directory
    return deploy


def test_every_document_of_a_directory_runs_as_it_is_written(deploy, marathon, group):
    (deploy.directory / "two.yml").write_text(WORDS.format(group=group))
    (deploy.directory / "team-a").mkdir()
    inner = {"id": f"{group}/team-a/db", "cmd": "docker ps --format {{.ID}}", "instances": 0}
    (deploy.directory / "team-a" / "db.json").write_text(json.dumps(inner))

    refused = deploy()
    assert refused.code != 0
    told = " ".join(refused.output.split())
    assert "team-a/db.json cannot be templated: line 1: " in told
    assert "template=false switches templating off" in told

    done = deploy(apps_template=False)
    assert (done.code, done.changed) == (0, 1), done.output
    app = marathon.app(f"{group}/words")
    assert app["env"] == ENV
    assert app["labels"] == {"tier": "on"}
    assert app["cmd"] == "a=(1 2); echo ${#a[@]} ${#}; sleep 1000"
    assert marathon.app(f"{group}/second")["cmd"] == "sleep 1000"
    assert marathon.app(f"{group}/team-a/db")["cmd"] == "docker ps --format {{.ID}}"
    assert deploy(apps_template=False).changed == 0


def test_a_key_that_is_there_twice_changes_nothing(deploy, marathon, group):
    (deploy.directory / "good.json").write_text(json.dumps({"id": f"{group}/good", "cmd": "sleep 1", "instances": 0}))
    twice = '"env": {"A": "1"},\n"env": {"B": "1"}'
    (deploy.directory / "twice.json").write_text(f'{{"id": "{group}/twice",\n{twice}}}')
    refused = deploy()
    assert refused.code != 0
    assert 'twice.json is not valid JSON: line 3, column 1: the key "env" is here again, after line 2' in " ".join(
        refused.output.replace("\\", "").split()
    )
    assert marathon.app(f"{group}/good") is None


def test_a_client_certificate_that_is_missing_is_one_sentence(ansible):
    refused = ansible.module(client_cert="/nope.pem", id="/a", state="absent")
    assert refused["failed"]
    assert "client_cert '/nope.pem' cannot be used: No such file or directory" in refused["msg"]
    assert "Traceback" not in refused["output"]
