from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module import option_types

SPEC = {
    "id": {"type": "str", "aliases": ["name"]},
    "count": {"type": "int", "aliases": ["number"]},
    "share": {"type": "float"},
    "wait": {"type": "bool"},
    "env": {"type": "dict"},
    "definition": {"type": "dict"},
    "rules": {"type": "list", "elements": "list"},
    "strategy": {"type": "dict", "options": {"share": {"type": "float"}}},
    "volumes": {
        "type": "list",
        "elements": "dict",
        "options": {"disk": {"type": "dict", "options": {"size": {"type": "int"}}}},
    },
}


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("count", "many", 'count must be a whole number, not "many"'),
        ("count", "inf", 'count must be a whole number, not "inf"'),
        ("number", float("-inf"), "number must be a whole number, not -inf"),
        ("number", [1], "number must be a whole number, not a list"),
        ("share", "many", 'share must be a number, not "many"'),
        ("wait", 5, "wait must be true or false, not 5"),
        ("strategy", 5, "strategy must be a mapping, not 5"),
        ("strategy", {"share": "many"}, 'strategy.share must be a number, not "many"'),
        ("volumes", ["text"], 'volumes[0] must be a mapping, not "text"'),
        ("volumes", [{"disk": {}}, {"disk": 5}], "volumes[1].disk must be a mapping, not 5"),
        ("volumes", [{"disk": {"size": "x"}}], 'volumes[0].disk.size must be a whole number, not "x"'),
        ("env", "PW hunter2", "env must be a mapping, not a text"),
        ("definition", "PW hunter2", "definition must be a mapping, not a text"),
    ],
)
def test_an_argument_of_another_type_is_named(option, value, sentence):
    assert option_types.wrong(SPEC, {option: value}) == {option: sentence}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("id", 5),
        ("count", "5"),
        ("wait", "yes"),
        ("env", '{"A": "b"}'),
        ("env", "A=b"),
        ("rules", [["hostname", "UNIQUE"]]),
        ("volumes", [{"disk": {"size": "5"}}]),
        ("strategy", None),
        ("other", 5),
    ],
)
def test_what_ansible_converts_is_left_to_it(option, value):
    assert option_types.wrong(SPEC, {option: value}) == {}
