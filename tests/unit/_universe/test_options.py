from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._universe import options


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({}, {}),
        ({"properties": {"a": {"default": 1}, "b": {"type": "string"}}}, {"a": 1}),
        ({"properties": {"a": {"properties": {"b": {"default": 0}}}}}, {"a": {"b": 0}}),
        # An empty object is left out; a default ends the way.
        ({"properties": {"a": {"properties": {"b": {}}}}}, {}),
        ({"properties": {"a": {"default": {}, "properties": {"b": {"default": 1}}}}}, {"a": {}}),
        ({"properties": {"a": {"default": None}}}, {"a": None}),
        ({"properties": {"a": {"oneOf": [{"default": 1}]}, "b": {"items": {"default": 1}}}}, {}),
        ({"properties": {"a": True}}, {}),
        ({"properties": []}, {}),
    ],
)
def test_defaults(schema, wanted):
    assert options.defaults(schema) == wanted


def test_a_default_is_not_shared():
    schema = {"properties": {"a": {"default": [1]}}}
    options.defaults(schema)["a"].append(2)
    assert options.defaults(schema) == {"a": [1]}


def test_objects_are_joined_and_all_else_is_replaced():
    base = {"a": {"x": 1, "y": [1]}, "b": {"x": 1}, "c": 1}
    over = {"a": {"y": [2], "z": None}, "b": 3, "d": {}}
    assert options.joined(base, over) == {"a": {"x": 1, "y": [2], "z": None}, "b": 3, "c": 1, "d": {}}
    assert base == {"a": {"x": 1, "y": [1]}, "b": {"x": 1}, "c": 1}


def test_nulls_are_dropped_at_any_depth():
    assert options.without_nulls({"a": None, "b": {"c": None, "d": [None]}}) == {"b": {"d": [None]}}
