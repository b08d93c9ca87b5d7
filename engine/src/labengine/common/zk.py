"""ZooKeeper for asyncio: URL, connection, elections and the detection of the leading Mesos master.

url = ZkUrl.parse("zk://user:secret@zk1:2181,zk2:2181/mesos")
connection = Connection(url, session_timeout=10.0, on_lost=lost)
await connection.start(timeout=10.0)              # ZkUnavailable when nobody answers
data, stat = await connection.get("/marathon/state/x")

election = Election(connection, url.path, "json.info_", data)
await election.enter()
await election.wait_elected()

detector = MasterDetector("zk://zk1:2181/mesos")  # or "host:5050", or "file:///etc/mesos/zk"
await detector.start()
master = await detector.wait_for_change(None)     # Master(host, port, hostname, id) | None
"""

from __future__ import annotations

from kazoo.exceptions import KazooException, NoAuthError, NodeExistsError, NoNodeError

from labengine.common.zkconnection import Change, Connection, ZkUnavailable
from labengine.common.zkdetector import MASTER_PREFIX, Master, MasterDetector
from labengine.common.zkelection import RETRY_SECONDS, Election, Group
from labengine.common.zkurl import ZkUrl

__all__ = [
    "MASTER_PREFIX",
    "RETRY_SECONDS",
    "Change",
    "Connection",
    "Election",
    "Group",
    "KazooException",
    "Master",
    "MasterDetector",
    "NoAuthError",
    "NoNodeError",
    "NodeExistsError",
    "ZkUnavailable",
    "ZkUrl",
]
