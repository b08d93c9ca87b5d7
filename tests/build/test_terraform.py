"""The inventory from Terraform's output: groups, addresses and variables reach Ansible; what is missing is said."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPT = CHECKOUT / "inventory" / "terraform" / "hosts.py"
MASTER = {
    "ansible_host": "203.0.113.41",
    "quorum_address": "10.0.0.41",
    "groups": ["zookeeper", "mesos_masters", "marathon"],
}
SLAVE = {"ansible_host": "203.0.113.51", "quorum_address": None, "groups": ["mesos_slaves"], "ansible_user": "admin"}
OUTPUTS = {
    "vpc": {"sensitive": False, "type": "string", "value": "vpc-1"},
    "quorum_hosts": {"sensitive": False, "type": ["object", {}], "value": {"slave1": SLAVE, "master1": MASTER}},
}
STATE = {
    "version": 4,
    "terraform_version": "1.9.0",
    "serial": 7,
    "lineage": "f0c1",
    "outputs": {name: {"value": output["value"], "type": output["type"]} for name, output in OUTPUTS.items()},
    "resources": [],
}


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / command[0]) if "/" not in command[0] else command[0], *command[1:]],
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **variables},
        # No ansible.cfg there.
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("document", [OUTPUTS, STATE], ids=["output", "state"])
def test_ansible_reads_groups_and_variables(document: dict[str, Any], tmp_path: Path) -> None:
    mine = Path(shutil.copytree(SCRIPT.parent, tmp_path / "mine"))
    shutil.copytree(CHECKOUT / "inventory" / "sample" / "group_vars", mine / "group_vars")
    (mine / "terraform.json").write_text(json.dumps(document))
    done = run("ansible-inventory", "-i", str(mine / "hosts.py"), "--list", HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name: found[name]["hosts"] for name in ("zookeeper", "mesos_masters", "marathon", "mesos_slaves")} == {
        "zookeeper": ["master1"], "mesos_masters": ["master1"], "marathon": ["master1"], "mesos_slaves": ["slave1"],
    }  # fmt: skip
    variables = found["_meta"]["hostvars"]
    assert (variables["master1"]["ansible_host"], variables["master1"]["quorum_address"]) == (
        "203.0.113.41", "10.0.0.41",
    )  # fmt: skip
    assert variables["slave1"]["ansible_user"] == "admin"
    assert "quorum_address" not in variables["slave1"]
    assert variables["slave1"]["docker_log_driver"] == "json-file", "the sample's settings apply"


def changed(**host: Any) -> dict[str, Any]:
    document = copy.deepcopy(OUTPUTS)
    document["quorum_hosts"]["value"] = {"master1": {**MASTER, **host}}
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "No such file or directory. Write it with: terraform output -json > terraform.json"),
        ("{", "not JSON"),
        ({"vpc": OUTPUTS["vpc"]}, "no output quorum_hosts"),
        ({"quorum_hosts": "x"}, "no output quorum_hosts"),
        (changed(groups=[]), "master1 has no list `groups`"),
        (changed(groups="zookeeper"), "master1 has no list `groups`"),
        (changed(ansible_host=None), "master1 has no ansible_host"),
        (changed(groups=["mesos_master", "db"]), "master1 is in mesos_master, db, none of which the playbooks know"),
        (changed(groups=["load_balancers"]), "no host is in any of the groups zookeeper, mesos_masters"),
    ],
)
def test_what_is_missing_is_said(document: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "terraform.json"
    if document is not None:
        path.write_text(document if isinstance(document, str) else json.dumps(document))
    done = run(str(SCRIPT), "--list", TERRAFORM_JSON=str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
