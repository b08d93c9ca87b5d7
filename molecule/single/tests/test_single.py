"""One host that is ZooKeeper, master, slave and Marathon at once."""

from __future__ import annotations

from lab_cluster import LabCluster


def test_one_host_is_a_whole_cluster() -> None:
    cluster = LabCluster.from_environment()
    assert cluster.zookeeper_modes() == {"node1": "standalone"}
    assert cluster.active_agents() == ["node1"]
    (task,) = cluster.running("nginx")
    assert "nginx" in cluster.get(cluster.host_at(task["host"]), task["ports"][0], "/").text


def test_the_engines_marathon_gets_nothing_for_java() -> None:
    """Its archive has no jar, so neither libmesos nor an option of Java is looked for."""
    cluster = LabCluster.from_environment()
    shell = cluster.shell(cluster.config.in_group("marathon")[0])
    lines = shell.file("/etc/mesos/marathon.env").content_string.splitlines()
    assert "JAVA_OPTS=-Xmx512m" in lines
    assert not [line for line in lines if line.startswith("MESOS_NATIVE")]
    assert not shell.file("/etc/mesos/libmesos.so").exists
