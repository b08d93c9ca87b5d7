"""One host that is ZooKeeper, master, slave and Marathon at once."""

from __future__ import annotations

from lab_cluster import LabCluster


def test_one_host_is_a_whole_cluster() -> None:
    cluster = LabCluster.from_environment()
    assert cluster.zookeeper_modes() == {"node1": "standalone"}
    assert cluster.active_agents() == ["node1"]
    (task,) = cluster.running("nginx")
    assert "nginx" in cluster.get(cluster.host_at(task["host"]), task["ports"][0], "/").text
