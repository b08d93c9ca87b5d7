"""New versions by upgrade.yml under a probe, what stops at the first host, and an agent built anew; in this order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import newer_docker
import one_agent
import other_archives
import pytest
from lab_cluster import LabCluster, eventually

from lab import machine_docker, playbook, up
from lab.config import Host, Program
from lab.hosts import containers as hosts
from lab.watch import FailOver, Watch

NEXT, BROKEN = "1.11.100", "1.11.101"
ROLES = ("mesos_master", "mesos_slave", "marathon")
AGENTS = ("sbin/mesos-agent", "sbin/mesos-slave")
# The app of the lab with two instances, each of which is asked by itself.
APP = "bridged-webapp"
EVERY = 0.1


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def engine() -> Program:
    return up.engine_program()


def program(cluster: LabCluster, engine: Program, name: str, version: str, **programs: str) -> dict[str, Any]:
    """Variables with another archive for all that comes from one."""
    broken = {path: programs[kind] for kind, paths in PATHS.items() if kind in programs for path in paths}
    found = other_archives.build(engine, cluster.config.directory / "archives" / f"{name}.tar.gz", version, broken)
    return variables(found) | {"upgrade_versions": {"mesos": version, "marathon": version}}


PATHS = {"master": ("sbin/mesos-master",), "agent": AGENTS, "marathon": ("bin/marathon",)}


def variables(found: Program) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for role in ROLES:
        given |= {f"{role}_archive": found.archive, f"{role}_archive_checksum": found.checksum}
    return given


def run(
    cluster: LabCluster, name: str, given: dict[str, Any] | None = None, *arguments: str
) -> tuple[int, str]:
    inventory = cluster.config.directory / "inventory.yml"
    done = playbook.run(f"quorum.mesos.{name}", inventory, "-e", json.dumps(given or {}), *arguments, capture=True)
    return done.returncode, done.stdout


def upgrade(cluster: LabCluster, given: dict[str, Any], *arguments: str) -> tuple[int, str]:
    return run(cluster, "upgrade", {"upgrade_backup": False, **given}, *arguments)


def changes(output: str) -> set[str]:
    return set(re.findall(r"changed=(\d+)", output))


def on(cluster: LabCluster, host: Host, command: str) -> str:
    container = machine_docker.client().containers.get(hosts.container_name(cluster.config, host))
    return container.exec_run(["sh", "-c", command])[1].decode()


def versions(cluster: LabCluster) -> dict[str, str]:
    """What each program says that it is."""
    config = cluster.config
    found = {f"master {one.name}": cluster.get(one, 5050, "/version") for one in config.in_group("mesos_masters")}
    found |= {f"agent {one.name}": cluster.get(one, 5051, "/version") for one in config.in_group("mesos_slaves")}
    found |= {f"marathon {one.name}": cluster.get(one, 8080, "/v2/info") for one in config.in_group("marathon")}
    return {name: answer.json()["version"] for name, answer in found.items()}


def tasks(cluster: LabCluster) -> set[str]:
    return {task["id"] for task in cluster.marathon("/v2/tasks")["tasks"] if task["state"] == "TASK_RUNNING"}


def containers(cluster: LabCluster) -> set[str]:
    """Those of tasks, each with its start."""
    listed = (
        "docker ps --quiet --no-trunc --filter name=mesos- | xargs -r docker inspect -f '{{.Id}} {{.State.StartedAt}}'"
    )
    return {line for host in cluster.config.in_group("mesos_slaves") for line in on(cluster, host, listed).splitlines()}


def agents(cluster: LabCluster) -> dict[str, str]:
    return {name: one["id"] for name, one in one_agent.agents(cluster).items()}


def all_run(cluster: LabCluster) -> bool:
    apps = cluster.marathon("/v2/apps")["apps"]
    return bool(apps) and all(app["tasksRunning"] == app["instances"] for app in apps)


def watch(cluster: LabCluster) -> Watch:
    """Each instance of the app by itself, ten times a second."""
    eventually("all apps run", 180, lambda: all_run(cluster))
    return Watch(
        {
            f"{APP} {number}": FailOver([f"http://{cluster.host_at(task['host']).address}:{task['ports'][0]}/"])
            for number, task in enumerate(cluster.running(APP), start=1)
        },
        every=EVERY,
    )


def nothing_lost(seen: Watch) -> None:
    print(seen.table())
    assert len(seen.questions()) == 2
    for question in seen.questions():
        assert seen.losses(question).failures == 0, seen.table()
        assert seen.losses(question).requests > 100


def nothing_kept(cluster: LabCluster) -> None:
    for host in cluster.config.hosts:
        assert on(cluster, host, "ls /var/lib/quorum-mesos/kept 2>/dev/null") == ""


def test_what_does_not_go_together_is_refused(cluster: LabCluster, engine: Program) -> None:
    new = program(cluster, engine, "next", NEXT)
    before = versions(cluster)
    code, output = upgrade(cluster, {**new, "upgrade_layers": "mesos_slave"})
    assert code != 0
    assert f"agents would be newer ({NEXT}) than masters (1.11.0)" in output
    assert changes(output) == {"0"}, output
    assert versions(cluster) == before


def test_a_broken_version_stops_at_the_first_host(cluster: LabCluster, engine: Program) -> None:
    """A master that ends at once: a follower, which is on the old version again without help."""
    new = program(cluster, engine, "broken", BROKEN, master=other_archives.ENDS)
    seen = watch(cluster)
    before, leader = versions(cluster), cluster.leading_master()
    ids, running = tasks(cluster), containers(cluster)
    with seen:
        code, output = upgrade(cluster, new)
    assert code != 0
    assert versions(cluster) == before
    assert cluster.leading_master() == leader
    went = re.findall(r"(master\d)  masters  +1.11.0  +1.11.101 .* WENT BACK", output)
    assert len(went) == 1, output[-4000:]
    assert leader is not None
    assert went[0] != leader.name
    # Two masters, two agents and three Marathons.
    assert len(re.findall("1.11.101 .* not begun", output)) == 7, output[-4000:]
    assert "It runs 1.11.0 again and is healthy" in output
    assert (tasks(cluster), containers(cluster)) == (ids, running)
    nothing_lost(seen)
    nothing_kept(cluster)
    # Nothing is left half done, and the lock is free.
    code, output = run(cluster, "site")
    assert code == 0, output[-4000:]
    assert changes(output) == {"0"}, output


def test_the_next_version_of_everything(cluster: LabCluster, engine: Program, tmp_path: Path) -> None:
    new = program(cluster, engine, "next", NEXT)
    check = tmp_path / "check.yml"
    check.write_text('- ansible.builtin.debug: {msg: "own check of {{ upgrade_layer }} on {{ upgrade_host }}"}\n')
    report, backups = tmp_path / "report.json", tmp_path / "backups"
    new |= {"upgrade_backup": True, "backup_dir": str(backups), "upgrade_report": str(report)}
    new["upgrade_check_tasks"] = str(check)
    seen = watch(cluster)
    ids, running, registered = tasks(cluster), containers(cluster), agents(cluster)
    with seen:
        code, output = upgrade(cluster, new)
    assert code == 0, output[-6000:]
    assert set(versions(cluster).values()) == {NEXT}
    assert (tasks(cluster), containers(cluster), agents(cluster)) == (ids, running, registered)
    nothing_lost(seen)
    nothing_kept(cluster)
    assert len([path for path in backups.iterdir() if path.name.endswith("Z")]) == 1
    # Once in each layer, on its first host.
    assert re.findall(r"own check of (\w+) on", output) == list(ROLES)
    rows = json.loads(report.read_text())["hosts"]
    assert [row["result"] for row in rows] == ["done"] * 8
    assert {(row["tasks_before"], row["tasks_after"]) for row in rows} == {(len(ids), len(ids))}
    # A second run has nothing to do, and takes no backup.
    code, output = upgrade(cluster, new)
    assert code == 0, output[-4000:]
    assert "Nothing to upgrade." in output
    assert changes(output) == {"0"}, output
    assert len(list(backups.iterdir())) == 1


def test_an_agent_that_never_registers_is_back_before_it_is_missed(cluster: LabCluster, engine: Program) -> None:
    """The masters wait 75 s for an agent, and its tasks would be started elsewhere then."""
    new = program(cluster, engine, "hangs", NEXT, agent=other_archives.HANGS)
    seen = watch(cluster)
    before, ids, running, registered = versions(cluster), tasks(cluster), containers(cluster), agents(cluster)
    with seen:
        code, output = upgrade(cluster, {**new, "upgrade_layers": ["mesos_slave"]})
    assert code != 0
    assert len(re.findall(r"agents .* WENT BACK", output)) == 1, output[-4000:]
    assert len(re.findall(r"agents .* not begun", output)) == 1, output[-4000:]
    eventually("the agents are there", 60, lambda: agents(cluster) == registered)
    assert (versions(cluster), tasks(cluster), containers(cluster)) == (before, ids, running)
    nothing_lost(seen)
    nothing_kept(cluster)


def test_docker_goes_back_and_is_upgraded_on_drained_agents(
    cluster: LabCluster, engine: Program, tmp_path: Path
) -> None:
    """A check of the operator refuses the first host; then it does not."""
    slaves = cluster.config.in_group("mesos_slaves")
    old = on(cluster, slaves[0], "dpkg-query --show --showformat='${Version}' docker.io")
    for host in slaves:
        newer_docker.offer(cluster.shell(host), old)
    (newer,) = {newer_docker.offer(cluster.shell(host)) for host in slaves}
    given = program(cluster, engine, "next", NEXT)
    given |= {"docker_packages": [f"docker.io={newer}"], "upgrade_layers": ["docker"]}
    refusal = tmp_path / "refuse.yml"
    refusal.write_text("- ansible.builtin.fail: {msg: this Docker is not wanted}\n")
    installed = "dpkg-query --show --showformat='${Version}' docker.io"
    with one_agent.app_on(cluster, slaves[0]):
        with one_agent.watch(cluster) as seen:
            code, output = upgrade(cluster, {**given, "upgrade_check_tasks": str(refusal)})
        assert code != 0
        assert "this Docker is not wanted" in output
        assert len(re.findall("Docker .* WENT BACK", output)) == 1, output[-4000:]
        assert {on(cluster, host, installed) for host in slaves} == {old}
        eventually("both agents are active", 60, lambda: len(agents(cluster)) == 2)
        one_agent.nothing_lost(seen)
        nothing_kept(cluster)
        with one_agent.watch(cluster) as seen:
            code, output = upgrade(cluster, given)
        assert code == 0, output[-6000:]
        assert {on(cluster, host, installed) for host in slaves} == {newer}
        assert len(agents(cluster)) == 2
        one_agent.nothing_lost(seen)


def test_a_host_that_is_built_anew_returns_under_its_name(cluster: LabCluster, engine: Program) -> None:
    """As docs/upgrade.md has it for another release of the operating system."""
    new = program(cluster, engine, "next", NEXT)
    new["docker_packages"] = ["docker.io"]
    stays, goes = cluster.config.in_group("mesos_slaves")
    old = agents(cluster)
    with one_agent.app_on(cluster, goes):
        with one_agent.watch(cluster) as seen:
            code, output = run(cluster, "mesos_slave_drain", new, "--limit", goes.name)
            assert code == 0, output[-4000:]
            rebuild(cluster, goes)
            code, output = run(cluster, "site", new, "--limit", goes.name)
            assert code == 0, output[-6000:]
            eventually("it is registered", 60, lambda: set(agents(cluster)) == {stays.name, goes.name})
        one_agent.nothing_lost(seen)
    found = agents(cluster)
    assert found[stays.name] == old[stays.name]
    assert found[goes.name] != old[goes.name]
    # It gets tasks.
    with one_agent.app_on(cluster, goes):
        pass
    code, output = run(cluster, "status", new)
    assert code == 0, output[-4000:]


def rebuild(cluster: LabCluster, host: Host) -> None:
    """What the operator does: a new system on the host, which knows nothing of the old one."""
    client = machine_docker.client()
    name = hosts.container_name(cluster.config, host)
    client.containers.get(name).remove(force=True, v=True)
    client.volumes.get(f"{name}-docker").remove(force=True)
    hosts.up(client, cluster.config, print)
