"""The playbook maintain on masters, agents and a Marathon of the engine: work host by host, and all that stops it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import private_hosts
import pytest
import requests
from local_cluster import LocalCluster, wait_until, zookeeper_installed
from status_table import shown

pytestmark = [
    pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java"),
    pytest.mark.skipif(not private_hosts.possible(), reason="needs root and mount namespaces"),
]
AGENTS = 3
OTHERS = {"start": {"nanoseconds": 7 * 10**9}}
# What the masters say while the work is done goes into a file on this machine.
WORK = """
- name: Ask the masters
  quorum.mesos.mesos_info:
    url: "{{ masters_url }}"
    gather: [agents, maintenance]
  register: seen

- name: Write down what they said
  ansible.builtin.lineinfile:
    path: "{{ journal }}"
    line: "{{ inventory_hostname }} {{ state }} {{ windows }} {{ ansible_facts.system }}"
    create: true
    mode: "0644"
  vars:
    state: "{{ (seen.agents | selectattr('hostname', 'eq', quorum_address) | first).state }}"
    machines: "{{ seen.maintenance.windows | map(attribute='machines') | flatten }}"
    windows: "{{ machines | map(attribute='hostname') | sort | join(',') }}"
"""
BROKEN = """
- name: Install the kernel
  ansible.builtin.command:
    cmd: sh -c 'echo no space left >&2; exit 7'
"""


class Site:
    """The cluster, its inventory, and what is asked of it without the playbook."""

    def __init__(self, ansible: Any, cluster: LocalCluster, home: Path) -> None:
        self._ansible = ansible
        self.cluster = cluster
        self.home = home
        self.hosts = [f"slave{number}" for number in range(1, AGENTS + 1)]
        self.journal = home / "journal"
        self.inventory = home / "inventory.json"

    def write_inventory(self) -> None:
        (master,), (marathon,) = self.cluster.masters, self.cluster.marathons
        groups = {
            "mesos_masters": {"master1": private_hosts.host(self.home, "m1", master, mesos_master_port=master.port)},
            "mesos_slaves": {
                name: private_hosts.agent(self.home, name, agent)
                for name, agent in zip(self.hosts, self.cluster.agents, strict=True)
            },
            "marathon": {"marathon1": private_hosts.host(self.home, "w1", marathon, marathon_http_port=marathon.port)},
        }
        children = {name: {"hosts": hosts} for name, hosts in groups.items()}
        self.inventory.write_text(json.dumps({"all": {"children": children}}))

    def maintain(self, *arguments: str, tasks: str = WORK, name: str = "maintain", **variables: Any) -> Any:
        self.journal.unlink(missing_ok=True)
        file = self.home / "work.yml"
        file.write_text(tasks)
        given = {
            "maintain_tasks": str(file),
            "maintain_recovery_timeout": 60,
            "mesos_slave_drain_timeout": 60,
            "mesos_slave_health_timeout": 30,
            "journal": str(self.journal),
            "masters_url": self.cluster.masters[0].url,
            **variables,
        }
        return self._ansible.playbook(
            f"--inventory={self.inventory}",
            *arguments,
            name=f"quorum.mesos.{name}",
            **{key: value for key, value in given.items() if value is not None},
        )

    def activate(self, *hosts: str) -> None:
        done = self.maintain("--limit", ",".join(hosts), name="mesos_slave_activate")
        assert done.code == 0, done.output

    def work(self) -> list[str]:
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    def post(self, kind: str, **content: Any) -> Any:
        url = self.cluster.masters[0].url + "/api/v1"
        answer = requests.post(url, json={"type": kind, **({kind.lower(): content} if content else {})}, timeout=5)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def schedule(self) -> list[str]:
        found = requests.get(self.cluster.masters[0].url + "/maintenance/schedule", timeout=5).json()
        return [one["hostname"] for window in found.get("windows", []) for one in window["machine_ids"]]

    def set_windows(self, *hosts: str) -> None:
        windows = [
            {"machine_ids": [{"hostname": self.address(name), "ip": self.address(name)}], "unavailability": OTHERS}
            for name in hosts
        ]
        self.post("UPDATE_MAINTENANCE_SCHEDULE", schedule={"windows": windows})

    def address(self, host: str) -> str:
        return self.cluster.agents[self.hosts.index(host)].ip

    def states(self) -> dict[str, str]:
        found = {}
        for one in self.post("GET_AGENTS")["get_agents"]["agents"]:
            state = (one.get("drain_info") or {}).get("state") or ("DEACTIVATED" if one["deactivated"] else "ACTIVE")
            found[one["agent_info"]["hostname"]] = state
        return {name: found[self.address(name)] for name in self.hosts}

    def record(self, host: str) -> Path:
        return private_hosts.directory(self.home, host) / "mesos-slave.maintenance"

    def app(self, **fields: Any) -> dict[str, Any]:
        return dict(requests.get(self.cluster.marathon_url + "/v2/apps/web", timeout=5).json()["app"], **fields)

    def put(self, wanted: int, **definition: Any) -> None:
        # Marathon keeps what a PUT does not name.
        app = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.1, "mem": 16, "constraints": [], **definition}
        url = self.cluster.marathon_url + "/v2/apps/web"
        requests.put(url, json=app, params={"force": "true"}, timeout=10).raise_for_status()
        wait_until("the app runs", lambda: self.app()["tasksRunning"] == wanted and not self.app()["deployments"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, ansible: Any) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("maintain")
    flags = {"containerizers": "mesos", "resources": "cpus:1;mem:256;disk:256;ports:[31000-31010]"}
    with (
        private_hosts.mount_points(),
        LocalCluster(home / "cluster", masters=1, agents=AGENTS, marathons=1, agent_flags=flags) as cluster,
    ):
        site = Site(ansible, cluster, home)
        site.write_inventory()
        site.put(3, instances=3)
        yield site


@pytest.fixture(autouse=True)
def as_before(site: Site) -> Iterator[None]:
    """Every test begins and ends with active agents, without windows and without a record."""
    yield
    site.set_windows()
    for entry in site.post("GET_AGENTS")["get_agents"]["agents"]:
        if entry["deactivated"] or entry.get("drain_info"):
            site.post("REACTIVATE_AGENT", agent_id=entry["agent_info"]["id"])
    for name in site.hosts:
        site.record(name).unlink(missing_ok=True)
    assert set(site.states().values()) == {"ACTIVE"}


def untouched(site: Site) -> None:
    assert set(site.states().values()) == {"ACTIVE"}
    assert site.work() == []
    assert not any(site.record(name).exists() for name in site.hosts)


def changes(output: str) -> int:
    return sum(map(int, re.findall(r"changed=(\d+)", output)))


def test_each_host_in_its_turn(site: Site) -> None:
    checked = site.maintain("--check", "--limit=slave1")
    assert checked.code == 0, checked.output
    assert shown(checked.output) == ["slave1  would be done", "1 host: 1 would be done."]
    assert re.search(r'"1[.] slave1 [(]\d tasks?[)]"', checked.output)
    untouched(site)
    assert site.schedule() == []

    done = site.maintain(maintain_duration=600)
    assert done.code == 0, done.output
    assert shown(done.output) == ["slave1  done", "slave2  done", "slave3  done", "3 hosts: 3 done."]
    # One at a time, drained, in a window of its own, and with facts.
    assert site.work() == [f"{name} drained {site.address(name)} Linux" for name in site.hosts]
    assert set(site.states().values()) == {"ACTIVE"}
    assert site.schedule() == []
    assert not any(site.record(name).exists() for name in site.hosts)
    assert site.app()["tasksRunning"] == 3
    assert not (private_hosts.directory(site.home, "m1", private_hosts.DIRECTORIES[1]) / "lock").exists()


@pytest.mark.long
def test_two_at_once_a_limit_and_a_host_that_was_drained_before(site: Site) -> None:
    agent = next(
        one["agent_info"]["id"]
        for one in site.post("GET_AGENTS")["get_agents"]["agents"]
        if one["agent_info"]["hostname"] == site.address("slave2")
    )
    site.post("DEACTIVATE_AGENT", agent_id=agent)
    done = site.maintain("--limit=slave2,slave3", maintain_at_once=2)
    assert done.code == 0, done.output
    assert shown(done.output) == [
        "slave2  done  it stays drained, as it was before",
        "slave3  done",
        "2 hosts: 2 done.",
    ]
    both = ",".join(map(site.address, ("slave2", "slave3")))
    assert sorted(site.work()) == [f"{name} drained {both} Linux" for name in ("slave2", "slave3")]
    assert site.states() == {"slave1": "ACTIVE", "slave2": "DRAINED", "slave3": "ACTIVE"}
    assert site.schedule() == []
    assert not any(site.record(name).exists() for name in site.hosts)


def test_tasks_that_fail_stop_the_run_with_the_host_drained(site: Site) -> None:
    failed = site.maintain("--limit=slave1,slave2", tasks=BROKEN)
    assert failed.code != 0
    lines = shown(failed.output)
    print("\n".join(lines))
    assert lines[0].startswith("slave1  FAILED     the task 'Install the kernel' failed: ")
    assert "(stderr: no space left). Its agent stays drained. When it is fixed, run this playbook again" in lines[0]
    assert "undo it: ansible-playbook quorum.mesos.mesos_slave_activate --limit slave1." in lines[0]
    assert lines[1:] == ["slave2  not begun", "2 hosts: 1 FAILED, 1 not begun."]
    assert "It failed on slave1; the table says why and what stays." in failed.output
    assert site.states() == {"slave1": "DRAINED", "slave2": "ACTIVE", "slave3": "ACTIVE"}
    assert site.schedule() == []
    assert site.record("slave1").exists()

    # Another run gives the agent its tasks again.
    again = site.maintain("--limit=slave1")
    assert again.code == 0, again.output
    assert set(site.states().values()) == {"ACTIVE"}
    assert not site.record("slave1").exists()


@pytest.mark.long
def test_apps_that_do_not_recover_stop_the_run(site: Site) -> None:
    """The work takes another agent away, and no third one may have a second instance of the app."""
    site.put(3, instances=3, constraints=[["hostname", "UNIQUE"]])
    away = """
- name: Take another agent away
  quorum.mesos.mesos_agent:
    url: "{{ masters_url }}"
    hostname: "{{ other }}"
    state: drained
    force: true
"""
    failed = site.maintain(
        tasks=away,
        other=site.address("slave3"),
        maintain_recovery_timeout=45,
        quorum_drain_surge=False,
        mesos_slave_drain_force=True,
    )
    lines = shown(failed.output)
    print("\n".join(lines))
    assert failed.code != 0
    assert lines[0].startswith("slave1  FAILED     the task 'Look at the apps of Marathon' failed: after 45 s these ")
    assert "have not recovered: /web (2 of 3 ready: " in lines[0]
    assert lines[0].endswith("It is as before: active and without a window.")
    assert lines[1:] == ["slave2  not begun", "slave3  not begun", "3 hosts: 1 FAILED, 2 not begun."]
    assert site.states() == {"slave1": "ACTIVE", "slave2": "ACTIVE", "slave3": "DRAINED"}
    assert site.schedule() == []
    site.put(3, instances=3)


@pytest.mark.long
def test_a_run_that_is_killed_is_undone(site: Site) -> None:
    """Its record, its window and its drained agent are there, and one command takes all of it back."""
    main_process = "{{ lookup('pipe', 'ps -o ppid= -p $PPID') | trim }}"
    killed = f"- name: End Ansible\n  ansible.builtin.command:\n    cmd: kill -9 {main_process}\n"
    broken = site.maintain("--limit=slave1", tasks=killed, maintain_duration=600)
    assert broken.code < 0, broken.output
    assert "undo it: ansible-playbook quorum.mesos.mesos_slave_activate --limit slave1" in broken.output
    assert site.states()["slave1"] == "DRAINED"
    assert site.schedule() == [site.address("slave1")]
    assert site.record("slave1").exists()
    site.activate("slave1")
    assert set(site.states().values()) == {"ACTIVE"}
    assert site.schedule() == []
    assert not site.record("slave1").exists()

    # Another run goes on too: it knows the window by the record.
    assert site.maintain("--limit=slave1", tasks=killed, maintain_duration=600).code < 0
    again = site.maintain("--limit=slave1")
    assert again.code == 0, again.output
    assert site.schedule() == []
    assert not site.record("slave1").exists()


def test_what_is_refused_before_anything_changes(site: Site) -> None:
    site.set_windows("slave2")
    wrong = {"maintain_tasks": None, "maintain_at_once": "few", "maintain_duration": "1h"}
    cases: list[tuple[list[str], str, dict[str, Any], list[str]]] = [
        (
            ["--limit=slave1,slave9,master1"],
            WORK,
            wrong,
            [
                "no tasks are given: set maintain_tasks to a file with tasks, or maintain_role",
                "maintain_at_once is few: give a number of hosts",
                "maintain_duration is 1h: give a number of seconds",
                "--limit names slave9, which is no host and no group of the inventory",
                "master1 is no agent: it is not in the group mesos_slaves",
            ],
        ),
        (
            ["--limit=slave1,slave2"],
            WORK,
            {},
            ["slave2: it is in a maintenance window already, from 1970-01-01T00:00:07Z"],
        ),
        (["--limit=slave1"], WORK, {"maintain_tasks": None, "maintain_role": "none.such.role"}, ["none.such.role"]),
        (["--limit=slave1"], "- name: Half\n  ansible.builtin.nothing:\n", {}, ["ansible.builtin.nothing"]),
    ]
    for arguments, tasks, variables, messages in cases:
        refused = site.maintain(*arguments, tasks=tasks, **variables)
        assert refused.code != 0, refused.output
        words = " ".join(refused.output.split())
        assert [message for message in messages if message not in words] == [], refused.output
        assert changes(refused.output) == 0, refused.output
    assert site.schedule() == [site.address("slave2")]
    untouched(site)


@pytest.mark.long
def test_hosts_that_have_no_agent_and_more_at_once_than_the_others_have_room_for(site: Site) -> None:
    site.put(3, instances=3, cpus=0.5, constraints=[["hostname", "UNIQUE"]])
    inventory = json.loads(site.inventory.read_text())
    slaves = inventory["all"]["children"]["mesos_slaves"]["hosts"]
    slaves["slave4"] = private_hosts.host(site.home, "slave4", site.cluster.agents[0], mesos_slave_hostname="slave4")
    kept = site.inventory.read_text()
    site.inventory.write_text(json.dumps(inventory))
    try:
        refused = site.maintain(maintain_at_once="100%")
    finally:
        site.inventory.write_text(kept)
    assert refused.code != 0
    words = " ".join(refused.output.split())
    assert "slave4: the masters know no agent of this host (registered: " in words
    assert "slave1, slave2, slave3 at once: no other active agent has room for 3 of their 3 tasks (" in words
    assert "Lower maintain_at_once" in words
    untouched(site)
    site.put(3, instances=3)
