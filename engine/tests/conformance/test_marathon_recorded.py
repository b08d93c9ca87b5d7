"""What a real Marathon 1.11.24 was asked gets the same answer: status, headers, body, and what GET shows afterwards.

With MARATHON_URL the Marathon there is asked, if it has none of the groups that the cases make; it loses them again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import requests
from conformance import marathon_recordings as recorded
from conformance.judging import Record, Verdicts, judge
from conformance.verdict import Verdict
from local_cluster import LocalCluster, wait_until, zookeeper_installed

GIVEN = os.environ.get("MARATHON_URL", "").rstrip("/")
pytestmark = pytest.mark.skipif(not GIVEN and not zookeeper_installed(), reason="ZooKeeper is not installed")
SECONDS = 20


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if GIVEN:
        there = [name for name in recorded.GROUPS if _is_there(GIVEN, name)]
        if there:
            pytest.skip(f"{GIVEN} has {', '.join(there)}, in which the cases would write")
        yield GIVEN
        _remove(GIVEN)
        return
    with LocalCluster(tmp_path_factory.mktemp("recorded"), masters=1, agents=1, marathons=1,
                      agent_flags={"containerizers": "mesos"}) as cluster:
        yield cluster.marathons[0].url


def _is_there(url: str, name: str) -> bool:
    return any(requests.get(f"{url}/v2/{kind}/{name}", timeout=SECONDS).status_code == 200
               for kind in ("groups", "apps"))


def _remove(url: str) -> None:
    for name in recorded.GROUPS:
        for kind in ("groups", "apps"):
            requests.delete(f"{url}/v2/{kind}/{name}", params={"force": "true"}, timeout=SECONDS)
    wait_until("the groups are gone", lambda: not [name for name in recorded.GROUPS if _is_there(url, name)], SECONDS)


@pytest.fixture(scope="module")
def found(url: str) -> Verdicts:
    requests.post(f"{url}/v2/apps", json=recorded.BEFORE, timeout=SECONDS).raise_for_status()
    return {case.title: Verdict("recorded", case.title, recorded.differences(case, url), {})
            for case in recorded.in_order()}


def test_every_case_is_asked_once() -> None:
    titles = [case.title for case in recorded.in_order()]
    files = ("apps", "apps-isolated", "groups", "pods")
    assert sorted(titles) == sorted(case.title for file in files for case in recorded.cases(file))
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("title", [case.title for case in recorded.in_order()])
def test_case(found: Verdicts, title: str, record_property: Record) -> None:
    judge(found, title, record_property)
