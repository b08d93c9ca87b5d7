"""Marathon with real ZooKeeper, masters and agents of the engine, all as processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from local_cluster import LocalCluster, Program, wait_until, zookeeper_installed

APP = {"id": "/web", "cmd": "exec python3 -m http.server $PORT0 --bind $HOST", "cpus": 0.1, "mem": 32, "instances": 2,
       "constraints": [["hostname", "UNIQUE"]],
       "healthChecks": [{"protocol": "HTTP", "path": "/", "portIndex": 0, "intervalSeconds": 1, "timeoutSeconds": 2,
                         "gracePeriodSeconds": 20}]}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    if not zookeeper_installed():
        pytest.skip("needs ZooKeeper and Java: apt-get install zookeeper")
    with LocalCluster(tmp_path_factory.mktemp("cluster"), masters=3, agents=2, marathons=2,
                      marathon_flags={"min_revive_offers_interval": "500"}) as made:
        yield made


def tasks(node: Program) -> list[dict]:
    return requests.get(f"{node.url}/v2/apps/web/tasks", timeout=5).json()["tasks"]


def healthy(node: Program, count: int) -> bool:
    answer = requests.get(f"{node.url}/v2/apps/web", timeout=5)
    return answer.status_code == 200 and answer.json()["app"]["tasksHealthy"] == count


def settle(node: Program) -> None:
    wait_until("the deployments are finished",
               lambda: requests.get(f"{node.url}/v2/deployments", timeout=5).json() == [], 60)


def leading(cluster: LocalCluster) -> tuple[Program, list[Program]]:
    """The leading Marathon and the others that run."""
    running = [one for one in cluster.marathons if one.running]
    address = wait_until("a leader", lambda: requests.get(f"{running[0].url}/v2/leader", timeout=5).json()["leader"])
    leader = next(one for one in running if one.url == f"http://{address}")
    return leader, [one for one in running if one is not leader]


def test_an_app_answers_through_its_assigned_ports(cluster: LocalCluster) -> None:
    _leader, (standby,) = leading(cluster)
    created = requests.post(f"{standby.url}/v2/apps", json=APP, timeout=10)
    assert created.status_code == 201 and "X-Marathon-Via" in created.headers
    settle(standby)
    found = tasks(standby)
    assert len({task["host"] for task in found}) == 2
    for task in found:
        assert requests.get(f"http://{task['host']}:{task['ports'][0]}/", timeout=5).status_code == 200


def test_a_pod_answers_on_the_port_of_its_endpoint_and_is_checked_by_the_agent(cluster: LocalCluster) -> None:
    _leader, (standby,) = leading(cluster)
    serve = "cd share && exec python3 -m http.server $ENDPOINT_HTTP --bind 127.0.0.1"
    containers = [
        {"name": "web", "exec": {"command": {"shell": serve}}, "resources": {"cpus": 0.1, "mem": 32},
         "endpoints": [{"name": "http"}], "volumeMounts": [{"name": "pages", "mountPath": "share"}],
         "healthCheck": {"http": {"endpoint": "http", "path": "/word"}, "intervalSeconds": 1, "timeoutSeconds": 0,
                         "delaySeconds": 0}},
        {"name": "pages", "exec": {"command": {"shell": "echo hello > out/word; exec sleep 1000"}},
         "resources": {"cpus": 0.1, "mem": 32}, "volumeMounts": [{"name": "pages", "mountPath": "out"}]}]
    created = requests.post(f"{standby.url}/v2/pods", timeout=10,
                            json={"id": "/pod", "networks": [{"mode": "host"}], "containers": containers,
                                  "volumes": [{"name": "pages"}]})
    assert created.status_code == 201, created.text
    settle(standby)
    status = requests.get(f"{standby.url}/v2/pods/pod::status", timeout=5).json()
    (instance,) = status["instances"]
    assert (status["status"], instance["status"]) == ("STABLE", "STABLE")
    (endpoint,) = next(one for one in instance["containers"] if one["name"] == "web")["endpoints"]
    assert endpoint["healthy"] is True
    page = requests.get(f"http://127.0.0.1:{endpoint['allocatedHostPort']}/word", timeout=5)
    assert page.text == "hello\n"
    requests.delete(f"{standby.url}/v2/pods/pod", timeout=10).raise_for_status()
    settle(standby)


def test_a_killed_master_restarts_nothing(cluster: LocalCluster) -> None:
    leader, (standby,) = leading(cluster)
    before = {task["id"] for task in tasks(standby)}
    cluster.leader().kill()
    cluster.wait_leader()
    cluster.wait_agents(2)
    assert leader.wait(10) == 105
    assert cluster.restart_marathons() == [leader]
    requests.put(f"{standby.url}/v2/apps/web", json={"instances": 1}, timeout=10).raise_for_status()
    settle(standby)
    (left,) = tasks(standby)
    assert left["id"] in before
    requests.put(f"{standby.url}/v2/apps/web", json={"instances": 2}, timeout=10).raise_for_status()
    settle(standby)


def test_a_killed_marathon_is_replaced_and_restarts_nothing(cluster: LocalCluster) -> None:
    leader, (standby,) = leading(cluster)
    before = {task["id"] for task in tasks(standby)}
    framework = requests.get(f"{leader.url}/v2/info", timeout=5).json()["frameworkId"]
    leader.kill()
    wait_until("the standby leads", lambda: requests.get(f"{standby.url}/ping", timeout=5).status_code == 200)
    assert requests.get(f"{standby.url}/v2/info", timeout=5).json()["frameworkId"] == framework
    wait_until("the tasks are healthy again", lambda: healthy(standby, 2))
    assert {task["id"] for task in tasks(standby)} == before
    leader.start()
    leader.wait_answering("/ping")
    assert leading(cluster)[0] is standby


def test_a_leader_that_gives_up_ends_and_another_goes_on(cluster: LocalCluster) -> None:
    leader, (standby,) = leading(cluster)
    before = {task["id"] for task in tasks(standby)}
    requests.delete(f"{standby.url}/v2/leader", timeout=5).raise_for_status()
    assert leader.wait(10) == 105
    wait_until("the other leads", lambda: requests.get(f"{standby.url}/ping", timeout=5).status_code == 200)
    assert {task["id"] for task in tasks(standby)} == before
    requests.delete(f"{standby.url}/v2/apps/web", timeout=10).raise_for_status()
    settle(standby)


def test_without_zookeeper_a_leader_ends(cluster: LocalCluster) -> None:
    leader, _others = leading(cluster)
    cluster.zookeeper.kill()
    assert leader.wait(cluster.session_timeout + 10) == 101
    assert "the ZooKeeper session is lost" in leader.tail(100)


def test_a_lost_host_moves_its_tasks(tmp_path: Path) -> None:
    """The agent and everything on its host ends at once, and nobody says so."""
    if not zookeeper_installed():
        pytest.skip("needs ZooKeeper and Java: apt-get install zookeeper")
    with LocalCluster(tmp_path, masters=1, agents=2, marathons=1,
                      master_flags={"agent_ping_timeout": "1secs", "max_agent_ping_timeouts": "3"},
                      marathon_flags={"min_revive_offers_interval": "500"}) as cluster:
        node = cluster.marathons[0]
        requests.post(f"{node.url}/v2/apps", json={**APP, "instances": 1}, timeout=10).raise_for_status()
        settle(node)
        (task,) = tasks(node)
        lost = next(one for one in cluster.agents if one.ip == task["host"])
        cluster.lose(lost)

        def moved() -> bool:
            found = tasks(node)
            return len(found) == 1 and found[0]["host"] != task["host"] and healthy(node, 1)

        wait_until("the app runs on the other agent", moved)
        (replacement,) = tasks(node)
        assert requests.get(f"http://{replacement['host']}:{replacement['ports'][0]}/", timeout=5).status_code == 200
        lost.start()
        cluster.wait_agents(2)
        assert [one["id"] for one in tasks(node)] == [replacement["id"]]
