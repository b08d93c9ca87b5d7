"""No secret of a label, a variable or a parameter is in an event."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.likely_secrets import SecretNames
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.events.masked_event import masked

NAMES = SecretNames(["OURS"], likely=True)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"labels": {"labels": [{"key": "DB_PASSWORD", "value": "s"}]}}, "*"),
        ({"labels": {"labels": [{"key": "OURS", "value": "s"}]}}, "*"),
        ({"labels": {"labels": [{"key": "tier", "value": "s"}]}}, "s"),
        ({"environment": {"variables": [{"name": "API_TOKEN", "value": "s"}]}}, "*"),
        ({"docker": {"parameters": [{"key": "env", "value": "API_TOKEN=s"}]}}, "API_TOKEN=*"),
        ({"docker": {"parameters": [{"key": "env", "value": "LEVEL=s"}]}}, "LEVEL=s"),
        ({"resources": [{"name": "OURS", "value": "s"}]}, "s"),
    ],
)
def test_values_are_masked_by_their_names(given: dict[str, Any], shown: str) -> None:
    event = {"type": "TASK_ADDED", "task_added": {"task": given}}
    found = masked(event, NAMES.hold, "*")
    (inner,) = found["task_added"]["task"].values()
    while isinstance(inner, (dict, list)) and "value" not in inner:
        inner = inner[0] if isinstance(inner, list) else next(iter(inner.values()))
    assert inner["value"] == shown
    assert found["type"] == "TASK_ADDED"
