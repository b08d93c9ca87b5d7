"""A Marathon that is registered keeps its principal: the masters say which it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lab_cluster import eventually
from local_cluster import LocalCluster, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")


@pytest.fixture(scope="module")
def mesos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path_factory.mktemp("principal"), agents=0, marathons=1) as mesos:
        yield mesos


def asked(ansible: Any, url: str, principal: str = "", name: str = "marathon") -> str:
    done = ansible.module(module="quorum.mesos._framework_principal", url=[url], name=name, principal=principal,
                          option="marathon_mesos_principal", timeout=5)  # fmt: skip
    assert not done["failed"], done
    return str(done["problem"])


def test_a_registered_framework_gets_no_other_principal(ansible: Any, mesos: LocalCluster) -> None:
    url = mesos.masters[0].url
    said = "it is registered with Mesos with no principal, and marathon_mesos_principal is 'ops'; Mesos refuses"
    eventually("Marathon is registered", 60, lambda: asked(ansible, url, "ops").startswith(said))
    assert asked(ansible, url) == ""
    assert asked(ansible, url, "ops", "another") == ""


def test_before_the_first_start_nothing_is_refused(ansible: Any) -> None:
    assert asked(ansible, "http://127.0.0.1:9", "ops") == ""
