"""What the stream and a difference both say is told once; what is news is never left out."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.told import Told

UPDATE = {"eventType": "status_update_event", "taskId": "t", "taskStatus": "TASK_RUNNING"}
HEALTH = {"eventType": "health_status_changed_event", "instanceId": "web.instance-1", "alive": True}


@pytest.mark.parametrize(
    "event",
    [
        UPDATE,
        HEALTH,
        {"eventType": "instance_changed_event", "instanceId": "i", "condition": "Running"},
        {"eventType": "deployment_success", "id": "d"},
        {"eventType": "deployment_failed", "id": "d"},
        {"eventType": "deployment_info", "plan": {"id": "d"}, "currentStep": {"actions": []}},
        {"eventType": "api_post_event", "appDefinition": {"id": "/web", "version": "1"}},
        {"eventType": "app_terminated_event", "appId": "/web"},
        {"eventType": "pod_deleted_event", "uri": "/v2/pods/web"},
    ],
)
def test_the_same_is_told_once(event: dict[str, Any]) -> None:
    told = Told([event])
    assert told.has({**event, "timestamp": "later"}) is True
    assert told.has(event) is False


def test_the_task_of_an_instance_is_the_instance() -> None:
    assert Told([HEALTH]).has({**HEALTH, "instanceId": "web.instance-1"})
    assert Told([HEALTH]).has({**HEALTH, "instanceId": None, "taskId": "web.instance-1._app.1"})


def test_what_comes_back_after_a_change_is_news() -> None:
    told = Told([HEALTH])
    assert [told.has({**HEALTH, "alive": alive}) for alive in (False, True, False)] == [False, False, False]


def test_what_was_told_last_is_what_counts() -> None:
    failed = {**UPDATE, "taskStatus": "TASK_FAILED"}
    assert Told([failed, UPDATE]).has(failed) is False
    assert Told([failed, UPDATE]).has(UPDATE) is True
