"""What a Marathon answers, refusals aside, and tells as events has the keys and types that Marathon 1.11 gives them.

With MARATHON_URL the Marathon there is asked: it gets a group of its own with three apps and a pod, and loses it again.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

import pytest
from conformance.judging import Record, Verdicts
from conformance.known import MARATHON
from conformance.marathon_story import Answer, Story
from conformance.raml import differences, event
from conformance.verdict import Verdict
from local_cluster import LocalCluster, zookeeper_installed

GIVEN = os.environ.get("MARATHON_URL", "").rstrip("/")
pytestmark = pytest.mark.skipif(not GIVEN and not zookeeper_installed(), reason="ZooKeeper is not installed")

# What such a story has to bring about.
EVENTS = (
    "event_stream_attached", "api_post_event", "pod_created_event", "pod_updated_event", "pod_deleted_event",
    "group_change_success", "deployment_info", "deployment_step_success", "deployment_success", "deployment_failed",
    "status_update_event", "instance_changed_event", "instance_health_changed_event", "health_status_changed_event",
    "add_health_check_event", "remove_health_check_event", "app_terminated_event")


def _verdict(situation: str, name: str, found: list[str]) -> Verdict:
    explained: dict[str, list[str]] = {}
    unexplained = []
    for difference in found:
        reason = next((known.reason for known in MARATHON if known.explains(name, difference)), None)
        if reason is None:
            unexplained.append(difference)
        else:
            explained.setdefault(reason, []).append(difference)
    return Verdict(situation, name, unexplained, explained)


def _of_answer(answer: Answer) -> list[str]:
    response = answer.response
    if response.status_code != answer.status:
        return [f"status {response.status_code} instead of {answer.status}: {response.text[:200]}"]
    if answer.wanted is None:
        return [f"text {response.text[:200]!r} instead of nothing"] if response.content else []
    if response.headers.get("Content-Type", "").partition(";")[0] != "application/json":
        return [f"Content-Type {response.headers.get('Content-Type')}"]
    found = list(differences(answer.wanted, response.json()))
    if answer.wanted == "deploymentResult.DeploymentResult" and (
            response.headers.get("Marathon-Deployment-Id") != response.json().get("deploymentId")):
        found.append("Marathon-Deployment-Id is not the deployment's")
    return found


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if GIVEN:
        yield GIVEN
        return
    with LocalCluster(tmp_path_factory.mktemp("answers"), masters=1, agents=1, marathons=1,
                      marathon_flags={"min_revive_offers_interval": "500"}) as cluster:
        yield cluster.marathons[0].url


@pytest.fixture(scope="module")
def verdicts(url: str) -> Verdicts:
    story = Story(url)
    try:
        story.tell()
    finally:
        story.close()
    found = {answer.name: _verdict("answers", answer.name, _of_answer(answer)) for answer in story.answers}
    for kind in sorted({*EVENTS, *story.events.seen}):
        seen = story.events.seen.get(kind)
        told = ["not seen"] if not seen else list(dict.fromkeys(
            text for one in seen for text in differences(event(kind), one)))
        found[kind] = _verdict("events", kind, told)
    return found


@pytest.mark.parametrize("situation", ["answers", "events"])
def test_types(verdicts: Verdicts, situation: str, record_property: Record) -> None:
    told = [one for one in verdicts.values() if one.situation == situation]
    for one in told:
        record_property("conformance", dataclasses.asdict(one))
    assert told and not {one.name: one.unexplained for one in told if one.unexplained}


def test_every_known_difference_is_still_there(verdicts: Verdicts) -> None:
    seen = {reason for one in verdicts.values() for reason in one.explained}
    assert seen == {known.reason for known in MARATHON}
