"""A group, an ensemble or a play that would lose data is refused before anything changes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from spoilt_inventory import Cluster

from lab import playbook

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"


def test_an_even_number_of_zookeeper_hosts(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a", "b"]}
    assert sorted(cluster.refusals()) == [
        f"{host}: the group zookeeper has 2 hosts (a, b), which survive no more failures than one fewer; "
        "add or remove one, so that their number is odd."
        for host in ("a", "b")
    ]


def test_observers_do_not_count(cluster: Cluster) -> None:
    cluster.hosts["zookeeper"] = ["a", "b", "c", "d"]
    cluster.host_variables["d"] = {"zookeeper_observer": True}
    code, output = cluster.check()
    assert code == 0, output
    cluster.host_variables["c"] = {"zookeeper_observer": True}
    assert "a: the group zookeeper has 2 voters (a, b), which survive no more failures" in " ".join(cluster.refusals())


def test_an_id_given_twice(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a", "b", "c"]}
    cluster.host_variables["b"] = {"zookeeper_id": 1}
    assert (
        "c: the ids of the ensemble are 1, 1, 3 for a, b, c; give every host a zookeeper_id of its own from 1 to 255."
        in cluster.refusals()
    )


NO_MASTER: dict[str, Any] = {
    "running": False, "configured": False, "registry": False, "registry_path": "/w/replicated_log", "quorum": None,
    "ensemble_size": None, "tls": False, "downgrade": False, "alive_elsewhere": [], "strangers": None, "leftovers": [],
}  # fmt: skip
MASTER = {**NO_MASTER, "running": True, "configured": True, "registry": True}


def found(states: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """Arguments with which the masters' preflight believes to have found these states."""
    return "-e", json.dumps({"states": states, "__mesos_master_state": "{{ states[inventory_hostname] }}"})


def masters_only(cluster: Cluster) -> None:
    for group in ("mesos_slaves", "marathon"):
        del cluster.hosts[group]


def test_new_masters_beside_running_ones(cluster: Cluster) -> None:
    cluster.hosts["mesos_masters"] = ["a", "b", "c", "d", "e"]
    old = {name: {**MASTER, "quorum": 2, "ensemble_size": 3} for name in "abc"}
    masters_only(cluster)
    code, output = cluster.check(*found({**old, "d": NO_MASTER, "e": NO_MASTER}))
    assert code == 0, output


def test_one_master_does_not_become_three_unasked(cluster: Cluster) -> None:
    states = {"a": {**MASTER, "quorum": 1, "ensemble_size": 1}, "b": NO_MASTER, "c": NO_MASTER}
    masters_only(cluster)
    assert (
        "b: a is the only master with a registry, and with the quorum 2 new ones would wait for each other for ever; "
        "set mesos_master_seed_registry: true, with which a is stopped for some seconds and its registry copied to b."
    ) in cluster.refusals(*found(states))
    cluster.variables["mesos_master_seed_registry"] = True
    code, output = cluster.check(*found(states))
    assert code == 0, output


def test_masters_that_left_the_group_and_run(cluster: Cluster) -> None:
    states = {name: {**MASTER, "quorum": 3, "ensemble_size": 5} for name in "abc"}
    masters_only(cluster)
    assert (
        "a: 5 masters take part in the registry, and the group has 3 (a, b, c); stop those that left the group for "
        "good first (playbook quorum.mesos.mesos_masters_remove), or put them back."
    ) in cluster.refusals(*found(states))


def test_tls_for_a_running_cluster(cluster: Cluster, tmp_path: Path) -> None:
    pem = tmp_path / "any.pem"
    pem.write_text("x")
    cluster.variables.update({f"mesos_master_tls_{name}": str(pem) for name in ("certificate", "key", "ca")})
    states = {name: {**MASTER, "quorum": 2, "ensemble_size": 3} for name in "abc"}
    masters_only(cluster)
    for sentence in cluster.refusals(*found(states)):
        assert "the running master speaks no TLS" in sentence
        assert "run first with mesos_master_tls_downgrade: true." in sentence
    cluster.variables["mesos_master_tls_downgrade"] = True
    code, output = cluster.check(*found(states))
    assert code == 0, output


NO_SERVER: dict[str, Any] = {
    "written": False, "lines": [], "dynamic": False, "tls": "disabled", "data": False, "directories": ["/data"],
    "epoch": None, "server": {"address": "?:2181", "mode": None, "zxid": None}, "elsewhere": [], "leaving": [],
}  # fmt: skip
SERVER = {**NO_SERVER, "written": True, "data": True, "epoch": 1}
OF_THREE = {**SERVER, "lines": [f"server.{number}={host}:2888:3888;2181" for number, host in enumerate("abc", 1)]}


def servers(states: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """Arguments with which ZooKeeper's preflight believes to have found these states."""
    return "-e", json.dumps({"servers": states, "__zookeeper_state": "{{ servers[inventory_hostname] }}"})


def test_new_zookeeper_servers_that_need_no_old_one(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a", "b", "c"]}
    refused = cluster.refusals(*servers({"a": SERVER, "b": NO_SERVER, "c": NO_SERVER}))
    assert len(refused) == 3
    for sentence in refused:
        assert "2 of the 3 voters in the group zookeeper are new (b, c), a majority that could elect" in sentence
        assert "(--limit a)" in sentence


CUT = "a: 2 of the 3 voters would leave at once"


@pytest.mark.parametrize("tags", ["configure", "service", "health"])
def test_the_guards_of_zookeeper_run_with_any_tag(cluster: Cluster, tags: str) -> None:
    cluster.hosts = {"zookeeper": ["a"]}
    (refused,) = cluster.refusals(*servers({"a": OF_THREE}), "--tags", tags, playbook_name="quorum.mesos.zookeeper")
    assert CUT in refused


def test_the_check_of_all_hosts_runs_with_any_tag(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a"]}
    code, output = cluster.check(*servers({"a": OF_THREE}), "--tags", "configure", playbook_name="quorum.mesos.site")
    assert code != 0
    assert CUT in output
    assert "PLAY [Run ZooKeeper]" not in output


@pytest.mark.parametrize("tags", ["configure", "service"])
def test_one_of_three_masters_that_is_stopped_does_not_go_on_alone(cluster: Cluster, tags: str) -> None:
    cluster.hosts.update(mesos_masters=["a"])
    masters_only(cluster)
    state = {**MASTER, "running": False, "quorum": 2}
    (refused,) = cluster.refusals(*found({"a": state}), "--tags", tags, playbook_name="quorum.mesos.mesos_masters")
    assert "a: the masters have the quorum 2, and the group has only 1 (a)" in refused


UNCHECKED = "the checks of the role were left out, so nothing is changed; run it without --start-at-task"
LEFT_OUT = [
    ("zookeeper", ["--skip-tags", "always"]),
    ("zookeeper", ["--skip-tags", "preflight", "--tags", "service"]),
    ("zookeeper", ["--start-at-task", "quorum.mesos.zookeeper : Start ZooKeeper now and at boot"]),
    ("docker", ["--skip-tags", "always"]),
    ("mesos_masters", ["--skip-tags", "always,install"]),
    ("mesos_masters", ["--start-at-task", "quorum.mesos.mesos_master : Gather the state of the master"]),
    ("mesos_slaves", ["--skip-tags", "always,install"]),
    ("marathon", ["--skip-tags", "always,install"]),
    ("marathon", ["--start-at-task", "quorum.mesos.marathon : Write the environment file and the unit"]),
    ("network", ["--skip-tags", "always", "-e", "quorum_hosts_file=present"]),
]


@pytest.mark.parametrize(("playbook_name", "arguments"), LEFT_OUT, ids=[" ".join([p, *a[:2]]) for p, a in LEFT_OUT])
def test_nothing_runs_without_the_guards(cluster: Cluster, playbook_name: str, arguments: list[str]) -> None:
    cluster.shrink(agent=True)
    for host in "ad":
        cluster.host_variables[host] = {"mesos_master_zk": "zk://localhost:9/mesos"}
    name = f"quorum.mesos.{playbook_name}"
    code, output = cluster.check(*arguments, playbook_name=name)
    assert code != 0
    # A task with a loop says it for every item.
    refused = re.findall(r"^(?:fatal|failed): .*$", output, re.MULTILINE)
    assert refused
    assert [line for line in refused if UNCHECKED not in line] == []


def test_new_zookeeper_servers_beside_one_that_is_left_out(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a", "b", "c"]}
    states = servers({"b": NO_SERVER, "c": NO_SERVER})
    for sentence in cluster.refusals(*states, "--limit", "b,c", playbook_name="quorum.mesos.zookeeper"):
        assert "could elect a leader without the data that a may have, which the play leaves out" in sentence


def test_no_zookeeper_at_all(cluster: Cluster) -> None:
    cluster.shrink()
    del cluster.hosts["zookeeper"]
    refused = cluster.refusals()
    assert (
        "a: mesos_master_zk is 'zk:///mesos', which names no ZooKeeper; put hosts into the group zookeeper or set "
        "mesos_master_zk to zk://host:port,.../mesos."
    ) in refused


def test_no_group_of_ours(cluster: Cluster) -> None:
    cluster.hosts = {"web": ["a"]}
    code, output = cluster.check()
    assert code != 0
    assert (
        "The inventory has no host in any of the groups zookeeper, mesos_masters, mesos_slaves, marathon, "
        "load_balancers, dns; put hosts into them or give the inventory with -i."
    ) in output


# These work without hosts of an inventory, or are parts of others.
WITHOUT_HOSTS = {
    "apps", "drift", "export", "image", "inventory", "kubernetes", "leave", "lock", "smoke", "translate", "unlock",
    "upgrade_layer",
}  # fmt: skip
# It verifies a backup first, for which it needs no cluster.
LATER = {"restore"}
FOR_HOSTS = sorted({path.stem for path in PLAYBOOKS.glob("*.yml")} - WITHOUT_HOSTS - LATER)


@pytest.mark.parametrize("name", FOR_HOSTS)
def test_a_playbook_without_an_inventory_is_no_success(name: str, tmp_path: Path) -> None:
    done = playbook.run(f"quorum.mesos.{name}", Path(os.devnull), "-e", f"backup_dir={tmp_path}", capture=True)
    assert done.returncode != 0, done.stdout
    assert "The inventory has no host in " in done.stdout
    assert "give the inventory with -i." in done.stdout


@pytest.mark.parametrize("arguments", [(), ("--limit", "d")], ids=["all", "limit"])
def test_a_mistyped_group(cluster: Cluster, arguments: tuple[str, ...]) -> None:
    cluster.hosts["mesos_slave"] = cluster.hosts.pop("mesos_slaves")
    code, output = cluster.check(*arguments)
    assert code != 0
    assert "The group 'mesos_slave' is none of the collection's, and its hosts would be left out; write " in output
    assert "PLAY [Check all hosts]" not in output


def test_the_whole_cluster_is_asked_for_its_groups_once(cluster: Cluster) -> None:
    """In site.yml a layer may have no host."""
    cluster.hosts = {"zookeeper": ["a"]}
    code, output = cluster.check(playbook_name="quorum.mesos.mesos_slaves")
    assert code != 0
    assert "The inventory has no host in the group mesos_slaves; put hosts into it or give the inventory" in output
    site = yaml.safe_load((PLAYBOOKS / "site.yml").read_text())
    checks = {
        path.name
        for path in PLAYBOOKS.glob("*.yml")
        for play in yaml.safe_load(path.read_text())
        if play.get("ansible.builtin.import_playbook") == "inventory.yml"
    }
    layers = [play for play in site[1:] if play["ansible.builtin.import_playbook"] in checks]
    assert len(layers) == 8
    assert all(play["vars"]["inventory_checked"] for play in layers)


def test_a_limit_leaves_the_rest_of_the_cluster_in_what_is_computed(cluster: Cluster) -> None:
    cluster.variables["quorum_address"] = "{{ '10.0.0.1' if inventory_hostname in 'ad' else inventory_hostname }}"
    (refused,) = cluster.refusals("--limit", "b")
    assert refused == "b: the hosts a, d have the same address 10.0.0.1; give each its own with quorum_address."


def test_site_checks_before_it_changes() -> None:
    site = yaml.safe_load((PLAYBOOKS / "site.yml").read_text())
    assert site[0]["ansible.builtin.import_playbook"] == "preflight.yml"
