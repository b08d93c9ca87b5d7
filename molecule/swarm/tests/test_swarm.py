"""A swarm, and apps of Marathon on it: applied, updated, broken, and why; managers come and go."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_cluster import LabCluster, eventually

from lab import playbook
from lab.config import Host

CHECKOUT = Path(__file__).resolve().parents[3]
GROUPS = CHECKOUT / "molecule" / "swarm" / "groups.yml"
MANAGERS = ("master1", "slave1", "slave2")
WEB: dict[str, Any] = {
    "id": "/shop/web", "cmd": "exec python3 -m http.server $PORT0", "cpus": 0.1, "mem": 64, "instances": 2,
    "container": {
        "type": "DOCKER", "docker": {"image": "python:3"},
        "portMappings": [{"containerPort": 8080, "hostPort": 0, "servicePort": 10500, "name": "http"}],
    },
    "networks": [{"mode": "container/bridge"}], "env": {"VERSION": "1"},
    "healthChecks": [{
        "protocol": "COMMAND", "gracePeriodSeconds": 20, "intervalSeconds": 2, "timeoutSeconds": 5,
        "maxConsecutiveFailures": 2,
        "command": {"value": "python3 -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:8080')\""},
    }],
}  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def run(cluster: LabCluster, name: str, *arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
    given = ("-i", str(GROUPS), "-e", json.dumps(variables), *arguments)
    inventory = cluster.config.directory / "inventory.yml"
    return playbook.run(f"quorum.mesos.{name}", inventory, *given, capture=True, seconds=600)


def good(cluster: LabCluster, name: str, *arguments: str, **variables: Any) -> str:
    done = run(cluster, name, *arguments, **variables)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def changes(output: str) -> int:
    return sum(int(number) for number in re.findall(r"changed=(\d+)", output))


def host(cluster: LabCluster, name: str) -> Any:
    return cluster.shell(cluster.host_at(name))


def nodes(cluster: LabCluster, at: str = "master1") -> dict[str, Any]:
    ids = host(cluster, at).check_output("docker node ls --quiet").split()
    found = json.loads(host(cluster, at).check_output(f"docker node inspect {' '.join(ids)}"))
    return {node["Description"]["Hostname"]: node for node in found}


def apply(cluster: LabCluster, directory: Path, app: dict[str, Any], *arguments: str, **variables: Any) -> Any:
    """Translates an app and applies its service."""
    apps, out = directory / "apps", directory / "out"
    apps.mkdir(exist_ok=True)
    (apps / "app.json").write_text(json.dumps(app))
    good(
        cluster, "translate", translate_dir=str(apps), translate_dest=str(out), translate_targets=["swarm"],
        translate_template=False, translate_options={"swarm_network": "shop"}, translate_accept=["manual", "dropped"],
    )  # fmt: skip
    return run(cluster, "swarm_services", *arguments, swarm_services_dir=str(out / "swarm"), **variables)


def applied(cluster: LabCluster, directory: Path, app: dict[str, Any], *arguments: str, **variables: Any) -> str:
    done = apply(cluster, directory, app, *arguments, **variables)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def refused(cluster: LabCluster, directory: Path, app: dict[str, Any], **variables: Any) -> str:
    done = apply(cluster, directory, app, **variables)
    assert done.returncode != 0, done.stdout[-4000:]
    return done.stdout


def tasks(cluster: LabCluster, service: str = "shop_web") -> list[dict[str, Any]]:
    """Those that run, with the host of each."""
    words = "docker service ps --filter desired-state=running --format '{{json .}}' " + service
    lines = host(cluster, "master1").check_output(words).splitlines()
    return [task for task in map(json.loads, lines) if task["CurrentState"].startswith("Running")]


def env(cluster: LabCluster, task: dict[str, Any]) -> str:
    on = host(cluster, task["Node"])
    name = on.check_output(f"docker ps --quiet --filter name={task['Name']}.")
    return on.check_output(f"docker exec {name} env")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("apps")


@pytest.fixture(scope="module")
def web(cluster: LabCluster, directory: Path) -> Iterator[str]:
    output = applied(cluster, directory, WEB)
    yield output
    host(cluster, "master1").run("docker service rm shop_web")


def test_managers_and_workers_are_as_the_groups_say(cluster: LabCluster) -> None:
    found = nodes(cluster)
    assert sorted(found) == [*MANAGERS, "slave3"]
    for name, node in found.items():
        assert node["Status"]["State"] == "ready"
        assert node["Spec"]["Role"] == ("manager" if name in MANAGERS else "worker")
        assert node.get("ManagerStatus", {}).get("Reachability") == ("reachable" if name in MANAGERS else None)


def test_attributes_of_agents_are_labels_of_nodes(cluster: LabCluster) -> None:
    found = {name: node["Spec"]["Labels"] for name, node in nodes(cluster).items()}
    assert [found[name].get("rack") for name in ("master1", "slave1", "slave2", "slave3")] == [None, "a", "b", "c"]
    assert found["slave2"]["disk"] == "ssd"


def test_two_containers_on_two_hosts_reach_each_other_by_name(cluster: LabCluster) -> None:
    one, two = host(cluster, "slave1"), host(cluster, "slave3")
    one.check_output("docker run --detach --rm --name one --network shop nginx:latest")
    two.check_output("docker run --detach --rm --name two --network shop nginx:latest")
    ask = "import urllib.request as u; print(u.urlopen('http://%s', timeout=5).status)"
    try:
        for here, other in ((one, "two"), (two, "one")):
            words = f'docker run --rm --network shop python:3 python3 -c "{ask % other}"'
            eventually(f"{other} answers", 60, lambda here=here, words=words: here.run(words).stdout.strip() == "200")
    finally:
        one.run("docker stop --time 1 one")
        two.run("docker stop --time 1 two")


def test_a_translated_app_runs_and_answers(cluster: LabCluster, web: str) -> None:
    running = tasks(cluster)
    assert len(running) == 2
    for task in running:
        where: Host = cluster.host_at(task["Node"])
        assert cluster.get(where, 10500, "/").status_code == 200
        assert "VERSION=1" in env(cluster, task)
    if not Path("/proc/net/ip_vs").exists():
        # The hosts have the kernel of this machine.
        assert "has no IPVS" in web
        assert len({task["Node"] for task in running}) == 2


def test_a_second_run_changes_nothing(cluster: LabCluster, directory: Path, web: str) -> None:
    before = sorted(task["ID"] for task in tasks(cluster))
    assert changes(applied(cluster, directory, WEB)) == 0
    assert sorted(task["ID"] for task in tasks(cluster)) == before


def test_check_mode_shows_the_change_and_makes_none(cluster: LabCluster, directory: Path, web: str) -> None:
    before = sorted(task["ID"] for task in tasks(cluster))
    output = applied(cluster, directory, {**WEB, "env": {"VERSION": "2"}}, "--check", "--diff")
    assert '"VERSION=2"' in output
    assert changes(output) == 1
    assert sorted(task["ID"] for task in tasks(cluster)) == before


def test_an_update_replaces_the_tasks_and_waits_for_it(cluster: LabCluster, directory: Path, web: str) -> None:
    assert changes(applied(cluster, directory, {**WEB, "env": {"VERSION": "3"}})) == 1
    running = tasks(cluster)
    assert len(running) == 2
    assert all("VERSION=3" in env(cluster, task) for task in running)


def with_image(image: str) -> dict[str, Any]:
    return {**WEB, "container": {**WEB["container"], "docker": {"image": image}}}


@pytest.mark.parametrize(
    ("app", "said"),
    [
        (with_image("missing:7"), "image: missing:7 cannot be had on "),
        ({**WEB, "cmd": "echo it is broken; exit 3"}, "with exit code 3; it printed last: it is broken"),
        ({**WEB, "constraints": [["rack", "CLUSTER", "z"]]},
         "no node has node.labels.rack==z (master1 has none, slave1 has a"),
        ({**WEB, "cpus": 500}, "resources: no node has them free"),
        ({**WEB, "healthChecks": [{**WEB["healthChecks"][0], "gracePeriodSeconds": 1, "command": {"value": "false"}}]},
         "health: the check "),
    ],
    ids=["image", "exit", "placement", "resources", "health"],
)  # fmt: skip
def test_a_failed_wait_says_why(cluster: LabCluster, directory: Path, web: str, app: dict[str, Any], said: str) -> None:
    assert said in refused(cluster, directory, app, swarm_wait_timeout=25)
    # The way back is the old definition.
    applied(cluster, directory, WEB)
    assert len(tasks(cluster)) == 2


def test_a_manager_that_costs_the_quorum_must_stay(cluster: LabCluster) -> None:
    host(cluster, "slave2").check_output("systemctl stop docker.socket docker")
    try:
        eventually(
            "the manager is missed", 90,
            lambda: nodes(cluster)["slave2"]["ManagerStatus"]["Reachability"] == "unreachable",
        )  # fmt: skip
        done = run(cluster, "swarm_leave", swarm_leaving="slave1")
        assert done.returncode != 0
        assert "slave1 must stay a manager: of the 2 managers that would stay only 1 answer and 2 must" in done.stdout
        assert nodes(cluster)["slave1"]["Spec"]["Role"] == "manager"
    finally:
        host(cluster, "slave2").check_output("systemctl start docker")
    eventually(
        "the manager is back", 90, lambda: nodes(cluster)["slave2"]["ManagerStatus"]["Reachability"] == "reachable"
    )


def test_a_manager_leaves_and_joins_again_without_a_token_to_be_seen(
    cluster: LabCluster, directory: Path, web: str
) -> None:
    good(cluster, "swarm_leave", swarm_leaving="slave2")
    assert sorted(nodes(cluster)) == ["master1", "slave1", "slave3"]
    assert "Swarm: inactive" in host(cluster, "slave2").check_output("docker info 2>/dev/null")
    others = {"master1", "slave1", "slave3"}
    eventually("its tasks run elsewhere", 60, lambda: {task["Node"] for task in tasks(cluster)} <= others)
    assert changes(good(cluster, "swarm_leave", swarm_leaving="slave2")) == 0

    assert changes(good(cluster, "swarm", "--check")) > 0
    assert sorted(nodes(cluster)) == ["master1", "slave1", "slave3"]
    output = good(cluster, "swarm", "-vvv")
    assert nodes(cluster)["slave2"]["ManagerStatus"]["Reachability"] == "reachable"
    assert "SWMTKN" not in output
    assert changes(good(cluster, "swarm")) == 0


def test_a_worker_becomes_a_manager_and_a_worker_again(cluster: LabCluster, tmp_path: Path) -> None:
    groups = {"swarm_managers": [*MANAGERS, "slave3"], "swarm_workers": []}
    inventory = tmp_path / "groups.yml"
    children = {group: {"hosts": dict.fromkeys(names)} for group, names in groups.items()}
    inventory.write_text(json.dumps({"all": {"children": children}}))
    lab = cluster.config.directory / "inventory.yml"
    done = playbook.run("quorum.mesos.swarm", lab, "-i", str(inventory), capture=True, seconds=600)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "swarm_managers has 4 managers, which survive the loss of 1, as 3 would" in done.stdout
    assert nodes(cluster)["slave3"]["ManagerStatus"]["Reachability"] == "reachable"
    good(cluster, "swarm")
    assert nodes(cluster)["slave3"]["Spec"]["Role"] == "worker"
    assert "ManagerStatus" not in nodes(cluster)["slave3"]
