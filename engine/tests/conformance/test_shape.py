"""The comparison finds every difference of keys and types, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.shape import differences, shape_of


@pytest.mark.parametrize(("wanted", "actual", "found"), [
    ({"a": 1, "b": [{"c": "x"}]}, {"a": 2.5, "b": [{"c": "y"}, {"c": "z"}]}, []),
    ({"a": 1}, {}, [".a: missing"]),
    ({}, {"a": 1}, [".a: not in the recording"]),
    ({"a": 1}, {"a": "1"}, [".a: string instead of number"]),
    ({"a": True}, {"a": 1}, [".a: number instead of boolean"]),
    ({"a": None}, {"a": 1}, [".a: number instead of null"]),
    ({"a": {"b": 1}}, {"a": [1]}, [".a: list instead of object"]),
    # An empty list says nothing of its elements.
    ({"a": []}, {"a": [{"b": 1}]}, []),
    ({"a": [{"b": 1}]}, {"a": []}, []),
    # What only some elements had, none need have; what all had, all must have.
    ({"a": [{"b": 1, "c": 1}, {"b": 1}]}, {"a": [{"b": 1}]}, []),
    ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {}]}, [".a[].b: missing"]),
    ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": "x"}]}, [".a[].b: number|string instead of number"]),
    ([1], {"a": 1}, [".: object instead of list"]),
    # Names of resources and attributes are data.
    ({"resources": {"cpus": 1, "ports": "[1-2]"}}, {"resources": {"mem": 2}}, []),
    ({"resources": {"cpus": 1}}, {"resources": {"cpus": "1"}}, [".resources: object instead of resources"]),
    ({"attributes": {"rack": "r1"}}, {"attributes": {}}, []),
    ({"reserved_resources": {"prod": {"cpus": 1}}}, {"reserved_resources": {}}, []),
])
def test_differences(wanted: Any, actual: Any, found: list[str]) -> None:
    assert list(differences(shape_of(wanted), shape_of(actual))) == found
