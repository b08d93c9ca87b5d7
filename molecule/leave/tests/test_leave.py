"""Apps leave Marathon for a swarm while clients ask 100 times a second: none is lost, and none is served twice."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lab_cluster import LabCluster, eventually
from paced_stream import PacedStream

from lab import machine_docker, playbook
from lab.config import Host
from lab.hosts.containers import container_name

CHECKOUT = Path(__file__).resolve().parents[3]
GROUPS = CHECKOUT / "molecule" / "leave" / "groups.yml"
NODES = ("master1", "slave1", "slave2")
RATE = 100
# What the translation cannot carry over, and what a person has looked at.
ACCEPTED = ["swarm:/ports/1", "swarm:/healthChecks/0"]
# Follows the log of each container from its first line on, also of one that is killed.
FOLLOW = """
mkdir -p /tmp/followed
while true; do
  for one in $(docker ps --quiet --no-trunc); do
    [ -e /tmp/followed/$one ] || { docker logs --follow $one >/tmp/followed/$one 2>&1 & }
  done
  sleep 0.3
done
"""


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def balancer(cluster: LabCluster) -> Host:
    return cluster.config.in_group("load_balancers")[0]


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("leave")


def on(cluster: LabCluster, name: str, *command: str, detach: bool = False) -> str:
    container = machine_docker.client().containers.get(container_name(cluster.config, cluster.host_at(name)))
    done = container.exec_run(list(command), detach=detach)
    if detach:
        return ""
    assert done.exit_code == 0, done.output
    return done.output.decode("utf-8", "replace")


@pytest.fixture(scope="module", autouse=True)
def followed(cluster: LabCluster) -> Iterator[None]:
    for name in NODES:
        on(cluster, name, "sh", "-c", f"echo $$ >/tmp/follow.pid; {FOLLOW}", detach=True)
    yield
    for name in NODES:
        on(cluster, name, "sh", "-c", "kill $(cat /tmp/follow.pid); rm -rf /tmp/followed /tmp/follow.pid")


def logged(cluster: LabCluster) -> list[str]:
    """All lines with a request that the apps have printed, on all hosts."""
    words = "cat /tmp/followed/* 2>/dev/null | grep -a '[?]id=' || true"
    return [line for name in NODES for line in on(cluster, name, "sh", "-c", words).splitlines()]


def leave(
    cluster: LabCluster, states: Path, app: str, *arguments: str, **more: Any
) -> subprocess.CompletedProcess[str]:
    given = {
        "leave_apps": app, "leave_dir": str(states), "leave_pause": 3, "leave_soak": 10, "translate_accept": ACCEPTED,
    }  # fmt: skip
    words = ("-i", str(GROUPS), "-e", json.dumps({**given, **more}), *arguments)
    inventory = cluster.config.directory / "inventory.yml"
    return playbook.run("quorum.mesos.leave", inventory, *words, capture=True, seconds=900)


def good(cluster: LabCluster, states: Path, app: str, *arguments: str, **more: Any) -> str:
    done = leave(cluster, states, app, *arguments, **more)
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def changes(output: str) -> int:
    return sum(int(number) for number in re.findall(r"changed=(\d+)", output))


def state(states: Path, name: str) -> dict[str, Any]:
    path = states / name / "state.json"
    return json.loads(path.read_text()) if path.exists() else {}


def instances(cluster: LabCluster, app: str) -> int | None:
    try:
        return cluster.marathon(f"/v2/apps{app}")["app"]["instances"]
    except requests.RequestException:
        return None


def tasks(cluster: LabCluster, service: str) -> list[dict[str, str]]:
    words = "docker service ps --no-trunc --filter desired-state=running --format '{{json .}}' " + service
    lines = on(cluster, "master1", "sh", "-c", f"{words} 2>/dev/null || true").splitlines()
    return [task for task in map(json.loads, lines) if task["CurrentState"].startswith("Running")]


def outside(cluster: LabCluster, balancer: Host) -> dict[str, int]:
    """The shares that the load balancer knows."""
    found = json.loads(on(cluster, balancer.name, "curl", "-sf", "http://127.0.0.1:9092/status"))
    return found["outside"]["shares"]


class Killer(threading.Thread):
    """Kills a container of a service once the state of the move has reached a share."""

    def __init__(self, cluster: LabCluster, states: Path, name: str, share: int) -> None:
        super().__init__(daemon=True)
        self.killed = ""
        self._cluster, self._states, self._name, self._share = cluster, states, name, share

    def run(self) -> None:
        deadline = time.monotonic() + 600
        while state(self._states, self._name).get("share", 0) < self._share:
            if time.monotonic() > deadline:
                return
            time.sleep(0.2)
        task = tasks(self._cluster, self._name)[0]
        words = f"docker kill $(docker ps --quiet --no-trunc --filter name={task['Name']}.{task['ID']})"
        self.killed = on(self._cluster, task["Node"], "sh", "-c", words).strip()


def moved(
    cluster: LabCluster, stream: PacedStream, act: Callable[[], object], record: Callable[[str, object], None]
) -> PacedStream:
    with stream:
        time.sleep(2)
        act()
        time.sleep(3)
    time.sleep(1)
    doubled = stream.doubled(logged(cluster))
    record("requests", len(stream.sent))
    print(f"{len(stream.sent)} requests in {stream.seconds:.0f} s, {len(stream.lost)} lost, {len(doubled)} doubled")
    assert stream.rate > 0.8 * RATE
    assert not stream.lost, stream.lost[:5]
    assert not doubled, doubled[:5]
    return stream


def test_check_mode_shows_the_way_and_changes_nothing(cluster: LabCluster, states: Path) -> None:
    output = good(cluster, states, "/nginx,/tomcat", "--check")
    assert "/nginx (http): shift: move the requests by weights" in output
    assert "/tomcat (single): scale: scale the app on Marathon to 0" in output
    assert changes(output) == 0
    assert list(states.iterdir()) == []
    assert tasks(cluster, "nginx") == []


def test_what_cannot_move_is_refused_before_anything_changes(cluster: LabCluster, states: Path) -> None:
    done = leave(cluster, states, "/nginx,/missing")
    assert done.returncode != 0
    assert "/missing: it is not on Marathon" in done.stdout
    done = leave(cluster, states, "/tomcat", leave_classes={"/tomcat": "http"})
    assert done.returncode != 0
    assert "its ports on the host are fixed" in done.stdout
    assert list(states.iterdir()) == []


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_a_translation_that_loses_something_stops_the_way_of_all(
    cluster: LabCluster, states: Path, arguments: tuple[str, ...]
) -> None:
    done = leave(cluster, states, "/nginx,/basic-0", *arguments)
    assert done.returncode != 0
    assert "/basic-0 swarm:/container (manual): no image" in done.stdout
    assert instances(cluster, "/basic-0") == instances(cluster, "/nginx") == 1
    assert list(states.iterdir()) == []


def test_a_phase_waits_for_those_before_it(cluster: LabCluster, states: Path) -> None:
    done = leave(cluster, states, "/nginx", "--tags", "shift")
    assert done.returncode != 0
    assert "/nginx: the phase save comes first" in done.stdout
    assert instances(cluster, "/nginx") == 1


def test_a_way_back_halfway_loses_nothing(
    cluster: LabCluster, balancer: Host, states: Path, record_property: Callable[[str, object], None]
) -> None:
    def there_and_back() -> None:
        good(cluster, states, "/bridged-webapp", "--skip-tags", "drain,scale,soak,remove", leave_shares=[20, 100])
        assert len(tasks(cluster, "bridged-webapp")) == 2
        assert outside(cluster, balancer) == {"/bridged-webapp": 100}
        good(cluster, states, "/bridged-webapp", leave_back=True)

    moved(cluster, PacedStream(balancer.address, 9000, rate=RATE), there_and_back, record_property)
    assert instances(cluster, "/bridged-webapp") == 2
    assert tasks(cluster, "bridged-webapp") == []
    assert outside(cluster, balancer) == {}
    assert sorted(state(states, "bridged-webapp")) == ["back", "id"]


@pytest.mark.parametrize(
    ("name", "port", "host", "kill_at"),
    [("nginx", 80, "nginx.example.org", 10), ("bridged-webapp", 9000, "", 100)],
)
def test_an_app_moves_and_loses_nothing_although_an_instance_is_killed(
    cluster: LabCluster, balancer: Host, states: Path, name: str, port: int, host: str, kill_at: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    killer = Killer(cluster, states, name, kill_at)
    killer.start()
    stream = PacedStream(balancer.address, port, host, RATE)
    moved(cluster, stream, lambda: good(cluster, states, f"/{name}"), record_property)
    killer.join(5)
    assert killer.killed
    assert instances(cluster, f"/{name}") is None
    assert outside(cluster, balancer)[f"/{name}"] == 100
    assert list(state(states, name)["done"])[-1]
    assert oct((states / name / "state.json").stat().st_mode)[-3:] == "600"


def test_what_has_left_stays_served_through_restarts(cluster: LabCluster, balancer: Host) -> None:
    on(cluster, balancer.name, "systemctl", "restart", "marathon-haproxy", "haproxy")
    url = f"http://{balancer.address}/"

    def answers() -> bool:
        return requests.get(url, headers={"Host": "nginx.example.org"}, timeout=5).status_code == 200

    eventually("the vhost answers", 60, answers)
    eventually("the service port answers", 60, lambda: requests.get(f"http://{balancer.address}:9000/", timeout=5).ok)


def test_another_run_changes_nothing(cluster: LabCluster, states: Path) -> None:
    output = good(cluster, states, "/nginx")
    assert "/nginx (http): nothing is left" in output
    assert changes(output) == 0


def test_a_single_instance_has_the_gap_that_is_said(cluster: LabCluster, balancer: Host, states: Path) -> None:
    with PacedStream(balancer.address, 80, "tomcat.example.org", rate=10, threads=2) as stream:
        time.sleep(2)
        output = good(cluster, states, "/tomcat")
        time.sleep(3)
    (said,) = re.findall(r"/tomcat did not answer for at most ([0-9.]+) s", output)
    assert stream.lost
    print(f"said: {said} s; seen: {stream.outage:.1f} s")
    assert stream.outage <= float(said)
    assert instances(cluster, "/tomcat") is None
    assert len(tasks(cluster, "tomcat")) == 1
    url = f"http://{balancer.address}:31002/"
    eventually("the service port answers", 30, lambda: requests.get(url, timeout=5).ok)


def test_an_app_that_has_left_comes_back(cluster: LabCluster, balancer: Host, states: Path) -> None:
    good(cluster, states, "/tomcat", leave_back=True)
    assert instances(cluster, "/tomcat") == 1
    assert tasks(cluster, "tomcat") == []
    assert "/tomcat" not in outside(cluster, balancer)
    url = f"http://{balancer.address}:31002/"
    eventually("the service port answers", 60, lambda: requests.get(url, timeout=5).ok)
