"""The pure parts under a master: RecordIO, ZooKeeper URLs, arithmetic on resources."""

from __future__ import annotations

import pytest
from mesos_clients import ports, scalar

from labengine.common import recordio
from labengine.common.resources import Resources
from labengine.common.zk import MasterDetector, ZkUrl


def test_recordio_in_pieces() -> None:
    objects = [{"type": "HEARTBEAT"}, {"text": "ä\n12\n"}, []]
    data = b"".join(recordio.encode(one) for one in objects)
    for size in (1, 2, 7, len(data)):
        decoder = recordio.Decoder()
        found = [one for start in range(0, len(data), size) for one in decoder.feed(data[start:start + size])]
        assert found == objects


@pytest.mark.parametrize("data", [b"x\n{}", b"-1\n{}", b"123456789012345678901234567890", b"3\nabc"])
def test_not_recordio(data: bytes) -> None:
    with pytest.raises(recordio.RecordError):
        recordio.Decoder().feed(data)


@pytest.mark.parametrize(("text", "hosts", "path", "user"), [
    ("zk://a:2181,b:2182/mesos", ("a:2181", "b:2182"), "/mesos", None),
    ("zk://a/x/y/", ("a:2181",), "/x/y", None),
    ("zk://user:p@ss@a:2181/mesos", ("a:2181",), "/mesos", "user"),
    ("zk://a:2181", ("a:2181",), "/", None),
])
def test_zk_url(text: str, hosts: tuple[str, ...], path: str, user: str | None) -> None:
    url = ZkUrl.parse(text)
    assert (url.hosts, url.path, url.user) == (hosts, path, user)


def test_zk_url_hides_credentials() -> None:
    url = ZkUrl.parse("zk://user:secret@a:2181/mesos")
    assert url.password == "secret"
    assert "secret" not in f"{url} {url!r}"


@pytest.mark.parametrize("text", ["a:2181/mesos", "http://a/mesos", "zk:///mesos", "zk://a:port/mesos",
                                  "zk://user@a:2181/mesos"])
def test_not_a_zk_url(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Invalid"):
        ZkUrl.parse(text)


@pytest.mark.parametrize("text", ["127.0.0.1:5050:1", "a b", "ftp://a"])
def test_not_a_master(text: str) -> None:
    with pytest.raises(ValueError, match="Failed to parse "):
        MasterDetector(text)


def test_arithmetic() -> None:
    total = Resources.parse([scalar("cpus", 4), scalar("mem", 1024), ports(31000, 31010), scalar("cpus", 1, "prod")])
    task = Resources.parse([scalar("cpus", 0.1), scalar("mem", 32), ports(31003, 31003)])
    left = total - task
    assert left.summary() == {"cpus": 4.9, "mem": 992.0, "disk": 0.0, "gpus": 0.0,
                              "ports": "[31000-31002, 31004-31010]"}
    assert (left + task).to_json() == total.to_json()
    assert total.contains(task)
    assert not task.contains(total)
    assert total.roles() == ["prod"]
    assert total.usable_by(["prod"]).scalar("cpus") == 5.0
    assert total.usable_by(["other"]).scalar("cpus") == 4.0
    assert not total - total


def test_thousandths_do_not_drift() -> None:
    total = Resources.parse([scalar("cpus", 1)])
    tenth = Resources.parse([scalar("cpus", 0.1)])
    for _ in range(10):
        total = total - tenth
    assert not total


def test_reservations_in_both_forms() -> None:
    old = Resources.parse([scalar("cpus", 1, "prod")])
    new = Resources.parse([{"name": "cpus", "type": "SCALAR", "scalar": {"value": 1},
                            "reservations": [{"role": "prod", "type": "STATIC"}]}])
    assert old.to_json() == new.to_json()
    assert old.to_json("prod")[0]["allocation_info"] == {"role": "prod"}


@pytest.mark.parametrize("resource", [{"name": "cpus"}, {"name": "cpus", "type": "SCALAR"}, {"type": "SCALAR"}])
def test_malformed_resources(resource: dict) -> None:
    with pytest.raises((ValueError, KeyError)):
        Resources.parse([resource])
