"""Programs that only read: name service by ``/state`` as Mesos-DNS does it, and exporters of metrics.

Each reader here takes the fields that those programs take, in the forms they insist on; what comes out is compared
with what runs: a name must lead to the task that answers there, a number must be that of the tasks.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from kazoo.client import KazooClient
from local_cluster import LocalCluster, wait_until

SECONDS = 30
DOMAIN = "mesos"
SERVERS = 2
SERVER = """exec python3 -c '
import http.server, os
class Named(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["MESOS_TASK_ID"].encode())
    def log_message(self, *_):
        pass
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT0"])), Named).serve_forever()'"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    home: Path = tmp_path_factory.mktemp("cluster")
    with LocalCluster(home, masters=3, agents=2, marathons=1,
                      agent_flags={"attributes": "rack:r1;size:3"}) as running:
        wait_until("Marathon leads", lambda: requests.get(running.marathon_url + "/v2/leader", timeout=5).ok)
        for app in (
            {"id": "/shop/web", "cmd": SERVER, "cpus": 0.2, "mem": 48, "instances": SERVERS,
             "labels": {"team": "a"}, "portDefinitions": [
                 {"port": 0, "name": "http", "protocol": "tcp"}, {"port": 0, "name": "metrics", "protocol": "udp,tcp"}],
             "healthChecks": [{"protocol": "HTTP", "portIndex": 0, "intervalSeconds": 1}]},
            {"id": "/worker", "cmd": "sleep 1000", "cpus": 0.3, "mem": 32, "instances": 1},
            {"id": "/broken", "cmd": "exit 1", "cpus": 0.1, "mem": 32, "instances": 1, "backoffSeconds": 3600},
        ):
            requests.post(running.marathon_url + "/v2/apps", json=app, timeout=10).raise_for_status()

        def settled() -> bool:
            answer = requests.get(running.marathon_url + "/v2/apps", timeout=5, params={
                "embed": ["apps.counts", "apps.lastTaskFailure"]})
            counts = {app["id"]: app for app in answer.json()["apps"]}
            return (counts["/shop/web"]["tasksHealthy"] == SERVERS and counts["/worker"]["tasksRunning"] == 1
                    and "lastTaskFailure" in counts["/broken"])

        wait_until("the apps run", settled, SECONDS)
        yield running


def parse_pid(pid: str) -> tuple[str, str, int]:
    """``name@ip:port``, nothing else."""
    found = re.fullmatch(r"([^@]+)@([^:@]+):(\d+)", pid)
    assert found, pid
    return found[1], str(ipaddress.ip_address(found[2])), int(found[3])


def ports_of(text: str) -> list[int]:
    """``[a-b, c-d]``: a lone port is a range too, or such readers fail."""
    assert text.startswith("[") and text.endswith("]"), text
    numbers: list[int] = []
    for part in filter(None, text[1:-1].split(",")):
        low, high = part.strip().split("-")
        numbers += range(int(low), int(high) + 1)
    return numbers


@dataclass
class Names:
    """A records by name, and SRV records as (target, port) by name."""

    a: dict[str, set[str]] = field(default_factory=dict)
    srv: dict[str, set[tuple[str, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: dict[str, Any]) -> Names:
        names = cls()
        agents = {one["id"]: parse_pid(one["pid"])[1] for one in state["slaves"]}
        for agent_ip in agents.values():
            names.a.setdefault(f"slave.{DOMAIN}", set()).add(agent_ip)
        _name, leader_ip, leader_port = parse_pid(state["leader"])
        names.a[f"leader.{DOMAIN}"] = {leader_ip}
        names.srv[f"_leader._tcp.{DOMAIN}"] = {(f"leader.{DOMAIN}", leader_port)}
        for framework in state["frameworks"]:
            for task in framework["tasks"]:
                names._add(framework["name"], task, agents[task["slave_id"]])
        return names

    def _add(self, framework: str, task: dict[str, Any], agent_ip: str) -> None:
        if task["state"] != "TASK_RUNNING":
            return
        found = task.get("discovery", {})
        name = (found.get("name") or task["name"]).replace(".", "-")
        # The newest status of a running task tells its addresses, whatever the order.
        newest = max((one for one in task["statuses"] if one["state"] == "TASK_RUNNING"),
                     key=lambda one: one["timestamp"])
        addresses = {address["ip_address"] for network in newest["container_status"]["network_infos"]
                     for address in network["ip_addresses"]} or {agent_ip}
        self.a.setdefault(f"{name}.{framework}.{DOMAIN}", set()).update(addresses)
        self.a.setdefault(f"{name}.{framework}.slave.{DOMAIN}", set()).add(agent_ip)
        target = f"{task['id']}.{framework}.{DOMAIN}"
        self.a[target] = addresses
        for port in ports_of(task["resources"].get("ports", "[]")):
            for protocol in ("tcp", "udp"):
                self.srv.setdefault(f"_{name}._{protocol}.{framework}.{DOMAIN}", set()).add((target, port))
        for port in found.get("ports", {}).get("ports", []):
            self.srv.setdefault(f"_{port['name']}._{name}._{port['protocol']}.{framework}.{DOMAIN}", set()).add(
                (target, port["number"]))


def state_from(url: str) -> requests.Response:
    # Mesos-DNS sends a content type with its GET.
    answer = requests.get(url, timeout=5, headers={"Content-Type": "application/json", "User-Agent": "Mesos-DNS"})
    answer.raise_for_status()
    return answer


def test_the_leader_is_found_in_zookeeper(cluster: LocalCluster) -> None:
    client = KazooClient(f"127.0.0.1:{cluster.zookeeper_port}")
    client.start()
    try:
        nodes = [name for name in client.get_children("/mesos") if name.startswith("json.info_")]
        assert len(nodes) == 3
        info = json.loads(client.get(f"/mesos/{min(nodes, key=lambda name: int(name.rpartition('_')[2]))}")[0])
    finally:
        client.stop()
        client.close()
    leader = cluster.leader()
    assert (info["address"]["ip"], info["address"]["port"], info["address"]["hostname"]) == (
        leader.ip, leader.port, leader.ip)
    assert parse_pid(info["pid"]) == ("master", leader.ip, leader.port)


@pytest.mark.parametrize("path", ["/state", "/master/state"])
def test_names_lead_to_the_tasks_whichever_master_is_asked(cluster: LocalCluster, path: str) -> None:
    for master in cluster.masters:
        answer = state_from(master.url + path)
        assert len(answer.history) == (master is not cluster.leader()), "a follower sends the reader on"
        state = answer.json()
        assert parse_pid(state["leader"]) == ("master", cluster.leader().ip, cluster.leader().port)
        names = Names.of(state)
    assert names.a[f"slave.{DOMAIN}"] == {one.ip for one in cluster.agents}
    targets = names.srv[f"_http._web-shop._tcp.marathon.{DOMAIN}"]
    assert len(targets) == SERVERS
    for target, port in targets:
        (address,) = names.a[target]
        # What answers at that address is the very task that the name says.
        answer = requests.get(f"http://{address}:{port}/", timeout=5)
        assert f"{answer.text}.marathon.{DOMAIN}" == target
    addresses = {address for target, _port in targets for address in names.a[target]}
    assert names.a[f"web-shop.marathon.{DOMAIN}"] == addresses
    assert names.a[f"worker.marathon.{DOMAIN}"] <= {one.ip for one in cluster.agents}
    assert f"broken.marathon.{DOMAIN}" not in names.a, "only what runs has a name"
    every_port = names.srv[f"_web-shop._tcp.marathon.{DOMAIN}"]
    assert targets < every_port and len(every_port) == 2 * SERVERS
    for protocol in ("udp", "tcp"):
        metrics = names.srv[f"_metrics._web-shop._{protocol}.marathon.{DOMAIN}"]
        assert metrics == every_port - targets


def test_the_masters_numbers(cluster: LocalCluster) -> None:
    leader = cluster.leader()
    values = requests.get(leader.url + "/metrics/snapshot", timeout=5).json()
    assert all(isinstance(value, float) for value in values.values())
    state = state_from(leader.url + "/master/state").json()
    tasks = [task for framework in state["frameworks"] for task in framework["tasks"]]
    cpus = SERVERS * 0.2 + 0.3
    assert values["master/tasks_running"] == len(tasks) == SERVERS + 1
    assert values["master/cpus_used"] == pytest.approx(cpus)
    assert values["master/cpus_percent"] == pytest.approx(cpus / values["master/cpus_total"])
    assert values["master/mem_used"] == SERVERS * 48 + 32
    assert values["master/tasks_failed"] == 1
    assert values["master/elected"] == values["registrar/log/recovered"] == values["master/frameworks_active"] == 1
    assert values["master/slaves_active"] == values["master/slaves_connected"] == len(cluster.agents)
    assert values["master/cpus_total"] == sum(one["resources"]["cpus"] for one in state["slaves"])
    assert sum(one["used_resources"]["cpus"] for one in state["slaves"]) == pytest.approx(cpus)
    used = [port for one in state["slaves"] for port in ports_of(one["used_resources"].get("ports", "[]"))]
    assert sorted(used) == sorted(port for task in tasks for port in ports_of(task["resources"].get("ports", "[]")))
    for agent in state["slaves"]:
        assert len(ports_of(agent["resources"]["ports"])) == 1001
        assert agent["unreserved_resources"]["mem"] == agent["resources"]["mem"] == 4096
        # Exporters make labels of them: numbers stay numbers.
        assert agent["attributes"] == {"rack": "r1", "size": 3.0}
    ended = [task for framework in state["frameworks"] for task in framework["completed_tasks"]]
    assert [(one["state"], one["name"]) for one in ended] == [("TASK_FAILED", "broken")]
    assert {one["state"] for one in ended[0]["statuses"]} >= {"TASK_FAILED"}
    labels = {task["name"]: task.get("labels") for task in tasks}
    assert labels == {"web.shop": [{"key": "team", "value": "a"}], "worker": None}

    follower = next(one for one in cluster.masters if one is not leader)
    theirs = requests.get(follower.url + "/metrics/snapshot", timeout=5, allow_redirects=False)
    assert (theirs.status_code, theirs.json()["master/elected"]) == (200, 0)


def test_the_agents_numbers(cluster: LocalCluster) -> None:
    known = state_from(cluster.leader().url + "/state").json()
    ran = {task["id"]: task for framework in known["frameworks"] for task in framework["tasks"]}
    seen: dict[str, dict[str, Any]] = {}
    for agent in known["slaves"]:
        _name, ip, port = parse_pid(agent["pid"])
        url = f"http://{ip}:{port}"
        own = requests.get(url + "/slave(1)/state", timeout=5).json()
        assert own["id"] == agent["id"]
        here = {task["id"]: (framework["id"], executor, task) for framework in own["frameworks"]
                for executor in framework["executors"] for task in executor["tasks"]}
        assert set(here) == {task_id for task_id, task in ran.items() if task["slave_id"] == agent["id"]}
        values = requests.get(url + "/metrics/snapshot", timeout=5).json()
        assert values["slave/registered"] == 1
        assert values["slave/tasks_running"] == values["slave/executors_running"] == len(here)
        assert values["slave/cpus_used"] == pytest.approx(sum(ran[one]["resources"]["cpus"] for one in here))
        statistics = {one["executor_id"]: one for one in requests.get(
            url + "/slave(1)/monitor/statistics", timeout=5).json()}
        for task_id, (framework_id, executor, task) in here.items():
            assert task.get("labels") == ran[task_id].get("labels")
            measured = statistics[executor["id"]]
            assert (measured["framework_id"], measured["source"]) == (framework_id, executor["source"])
            numbers = measured["statistics"]
            # The executor of a command has its own share.
            assert numbers["mem_limit_bytes"] == (ran[task_id]["resources"]["mem"] + 32) * 1024 * 1024
            assert numbers["cpus_soft_limit"] == pytest.approx(ran[task_id]["resources"]["cpus"] + 0.1)
            assert numbers["mem_rss_bytes"] > 0
            assert numbers["cpus_user_time_secs"] + numbers["cpus_system_time_secs"] >= 0
            assert numbers["timestamp"] > task["statuses"][-1]["timestamp"]
        seen |= statistics
    assert len(seen) == len(ran)
    # A Python that serves has loaded an interpreter; the numbers are of the task, not of something else.
    server = next(one for one in seen.values() if "web" in one["executor_id"])["statistics"]
    assert server["mem_rss_bytes"] > 4 * 1024 * 1024
    assert server["cpus_user_time_secs"] + server["cpus_system_time_secs"] > 0
