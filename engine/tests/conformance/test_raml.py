"""How values are held against types."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.raml import EVENTS, TYPES, differences, event

TASK = {"id": "a", "appId": "/a", "host": "h", "state": "TASK_RUNNING", "role": "*"}


@pytest.mark.parametrize(("wanted", "value", "found"), [
    ("task.Task", TASK, []),
    ("task.Task", {**TASK, "ports": [1, "2", "3"]}, [".ports[]: string instead of integer"]),
    ("task.Task", {**TASK, "extra": 1}, [".extra: not in the type"]),
    ("task.Task", {name: value for name, value in TASK.items() if name != "host"}, [".host: missing"]),
    ("task.Task", {**TASK, "zone": None}, [".zone: null instead of string"]),
    ("task.TaskList", {"tasks": {}}, [".tasks: object instead of list"]),
    ("task.TaskList", [], [".: list instead of object"]),
    ("label.KVLabels", {"a": "x", "b": True}, [".b: boolean instead of string"]),
    ({"enum": ["a", "b"]}, "c", [".: 'c' is none of a, b"]),
    ({"either": ["string", {"secret": "string"}]}, {"secret": "s"}, []),
    ({"either": ["string", {"secret": "string"}]}, {"secret": "s", "x": 1}, [".x: not in the type"]),
    ("number", 1, []),
    ("integer", 1.5, [".: number instead of integer"]),
    ("integer", True, [".: boolean instead of integer"]),
])
def test_differences(wanted: Any, value: Any, found: list[str]) -> None:
    assert list(differences(wanted, value)) == found


def test_every_name_in_the_data_is_a_type() -> None:
    def words(shape: Any) -> list[str]:
        if isinstance(shape, str):
            return [shape]
        if isinstance(shape, list):
            return [word for one in shape for word in words(one)]
        if "enum" in shape:
            return []
        return [word for one in shape.values() for word in words(one)]

    named = {word for shape in [*TYPES.values(), *EVENTS.values()] for word in words(shape)}
    assert named <= TYPES.keys() | {"string", "number", "integer", "boolean", "null"}
    assert event("app_terminated_event") == {
        "appId": "string", "eventType": {"enum": ["app_terminated_event"]}, "timestamp": "string"}
