"""What the cluster survives: a stopped Docker, a killed leader, a lost host. Runs last and leaves all healed."""

from __future__ import annotations

import pytest
from lab_cluster import LabCluster, eventually

from lab import machine_docker
from lab.hosts.containers import container_name


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.mark.long
def test_tomcat_moves_when_docker_stops(cluster: LabCluster) -> None:
    (before,) = cluster.running("tomcat")
    lost = cluster.host_at(before["host"])
    shell = cluster.shell(lost)
    assert shell.run("systemctl stop docker.socket docker.service").rc == 0
    try:

        def moved() -> str | None:
            places = [cluster.host_at(task["host"]) for task in cluster.running("tomcat")]
            others = [host for host in places if host != lost]
            return others[0].name if others and cluster.get(others[0], 31001, "/").ok else None

        assert eventually("tomcat on another slave", 120, moved) != lost.name
    finally:
        assert shell.run("systemctl start docker.service").rc == 0
    eventually("no deployment left", 60, lambda: cluster.marathon("/v2/deployments") == [])
    for app in ("nginx", "bridged-webapp"):
        wanted = cluster.marathon(f"/v2/apps/{app}")["app"]["instances"]
        eventually(f"{app} back at {wanted}", 120, lambda app=app, n=wanted: len(cluster.running(app)) == n)


def test_no_task_restarts_when_the_leading_master_is_killed(cluster: LabCluster) -> None:
    tasks = cluster.all_task_ids()
    killed = cluster.leading_master()
    assert killed is not None
    shell = cluster.shell(killed)
    assert shell.run("systemctl kill --kill-who=main --signal=SIGKILL mesos-master").rc == 0

    def another() -> str | None:
        leader = cluster.leading_master()
        return leader.name if leader and leader != killed else None

    eventually("another master leads", 60, another)
    slaves = sorted(host.name for host in cluster.config.in_group("mesos_slaves"))
    eventually("every slave is back", 60, lambda: sorted(cluster.active_agents()) == slaves)
    eventually("the killed master is back", 60, lambda: shell.service("mesos-master").is_running)
    assert cluster.all_task_ids() == tasks


def test_no_task_restarts_when_the_leading_marathon_is_killed(cluster: LabCluster) -> None:
    tasks = cluster.all_task_ids()
    killed = cluster.host_at(cluster.marathon("/v2/leader")["leader"].rsplit(":", 1)[0])
    shell = cluster.shell(killed)
    assert shell.run("systemctl kill --kill-who=main --signal=SIGKILL marathon").rc == 0

    def another() -> bool:
        return cluster.host_at(cluster.marathon("/v2/leader")["leader"].rsplit(":", 1)[0]) != killed

    eventually("another Marathon leads", 60, another)
    eventually("it knows the same tasks", 60, lambda: cluster.all_task_ids() == tasks)
    eventually("the killed Marathon is back", 60, lambda: cluster.get(killed, 8080, "/ping").ok)


@pytest.mark.long
def test_nginx_moves_when_its_host_is_lost(cluster: LabCluster) -> None:
    (before,) = cluster.running("nginx")
    lost = cluster.host_at(before["host"])
    machine = machine_docker.client().containers.get(container_name(cluster.config, lost))
    machine.kill()
    try:

        def moved() -> bool:
            places = [(cluster.host_at(task["host"]), task["ports"][0]) for task in cluster.running("nginx")]
            return any(host != lost and cluster.get(host, port, "/").ok for host, port in places)

        # The master gives an agent up after five pings of 15 s.
        eventually("nginx on another slave", 180, moved)
    finally:
        machine.start()
    slaves = sorted(host.name for host in cluster.config.in_group("mesos_slaves"))
    eventually("the lost host is back", 90, lambda: sorted(cluster.active_agents()) == slaves)
    for app in ("nginx", "tomcat", "basic-0", "bridged-webapp"):
        wanted = cluster.marathon(f"/v2/apps/{app}")["app"]["instances"]
        eventually(f"{app} at {wanted}", 120, lambda app=app, n=wanted: len(cluster.running(app)) == n)
