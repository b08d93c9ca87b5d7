"""Which apps, pods and groups an event is about."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.subject import actions, is_wanted

PLAN = {"id": "d", "steps": [{"actions": [{"action": "ScaleApplication", "app": "/shop/web"}]}]}
OLD_PLAN = {"id": "d", "steps": [[{"type": "StopApplication", "app": "/shop/web"}]]}
ABOUT = [
    {"appId": "/shop/web"},
    {"runSpecId": "/shop/web"},
    {"podId": "/shop/web"},
    {"appDefinition": {"id": "/shop/web"}},
    {"uri": "/v2/apps/shop/web"},
    {"uri": "/v2/pods/shop/web"},
    {"plan": PLAN},
    {"plan": OLD_PLAN},
]


@pytest.mark.parametrize("event", ABOUT)
@pytest.mark.parametrize(
    ("paths", "wanted"),
    [
        ([], True),
        (["/shop/web"], True),
        (["/shop"], True),
        (["/shop/"], True),
        (["/"], True),
        (["/other", "/shop"], True),
        (["/sho"], False),
        (["/shop/we"], False),
        (["/shop/web/more"], False),
    ],
)
def test_an_event_is_wanted_by_its_path(event: dict[str, Any], paths: list[str], wanted: bool) -> None:
    assert is_wanted(event, paths) is wanted


@pytest.mark.parametrize("event", [{}, {"frameworkId": "x"}, {"uri": "/v2/apps"}, {"uri": None}, {"plan": None}])
def test_what_is_about_nothing_is_not_wanted_of_a_path(event: dict[str, Any]) -> None:
    assert is_wanted(event, ["/shop"]) is False


def test_actions_of_every_form_of_a_plan() -> None:
    assert list(actions(PLAN)) == [("ScaleApplication", "/shop/web")]
    assert list(actions(OLD_PLAN)) == [("StopApplication", "/shop/web")]
    assert list(actions({"steps": [{"actions": [{"action": "StartPod", "pod": "/p"}]}]})) == [("StartPod", "/p")]
    assert list(actions(None)) == []


@pytest.mark.parametrize("steps", [5, ["x"], [{"actions": 5}], [{"actions": ["x", None]}]])
def test_a_plan_of_another_form_is_about_nothing(steps: Any) -> None:
    assert list(actions({"id": "d", "steps": steps})) == []
