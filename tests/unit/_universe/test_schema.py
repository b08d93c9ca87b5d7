"""Options that do not match, each told by its path and without its value; schemas that cannot be used."""

from __future__ import annotations

import re

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import schema


def refusal(options, rules):
    with pytest.raises(DefinitionError) as error:
        schema.check(options, rules)
    return error.value


def below(name, rule):
    return {"properties": {name: rule}}


@pytest.mark.parametrize(
    ("options", "rules", "path", "text"),
    [
        ({"a": "1"}, below("a", {"type": "integer"}), "/a", "is text, but must be a whole number"),
        ({"a": 1}, below("a", {"type": ["string", "null"]}), "/a", "is a whole number, but must be text or null"),
        ({"a": True}, below("a", {"type": "number"}), "/a", "is true or false, but must be a number"),
        ({"a": 0.01}, below("a", {"minimum": 0.1}), "/a", "is 0.01, but must be 0.1 or more"),
        ({"a": 9}, below("a", {"maximum": 8}), "/a", "is 9, but must be 8 or less"),
        ({"a": "x"}, below("a", {"enum": ["b", "c"]}), "/a", "must be one of b, c"),
        ({"a": "x"}, below("a", {"pattern": "^b"}), "/a", "must match ^b"),
        ({"a": [1, 1]}, below("a", {"uniqueItems": True}), "/a", "must not have an element twice"),
        ({"a": [1, "b"]}, below("a", {"items": {"type": "integer"}}), "/a/1", "is text, but must be a whole number"),
        ({"a": {}}, below("a", {"required": ["b"]}), "/a/b", "is required and not set"),
        ({"a": 1}, below("a", {"oneOf": [{"type": "string"}]}), "/a", "does not have exactly one of the forms"),
        ({"a": 1}, below("a", {"not": {}}), "/a", "has a form that the schema excludes"),
        ({"a/b": 1}, below("a/b", {"type": "string"}), "/a~1b", "is a whole number, but must be text"),
        ({"nam": 1}, {"properties": {"name": {}}, "additionalProperties": False}, "/nam", "did you mean name?"),
        ({"zzz": 1}, {"properties": {"a": {}}, "additionalProperties": False}, "/zzz", "the options there are a"),
        ({"a": {"b": 1}}, below("a", {"dependencies": {"b": ["c"]}}), "/a", "does not meet dependencies"),
    ],
)
def test_an_error_has_its_path(options, rules, path, text):
    error = refusal(options, rules)
    assert [one["path"] for one in error.facts["details"]] == [path]
    assert text in error.facts["details"][0]["errors"][0]
    assert f"the options do not match the schema of the package: {path} " in str(error)


def test_all_errors_are_told_each_once():
    rules = {
        "properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"required": ["c", "d"]}},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    error = refusal({"a": 1, "b": {"d": 1}, "x-own": 1, "e": 1}, rules)
    assert {one["path"]: len(one["errors"]) for one in error.facts["details"]} == {"/a": 2, "/b/c": 1, "/e": 1}


@pytest.mark.parametrize(
    "rule", [{"enum": ["x"]}, {"pattern": "^x"}, {"maxLength": 1}, {"type": "integer"}, {"not": {}}]
)
def test_no_text_is_quoted(rule):
    assert "hunter2" not in str(refusal({"a": "hunter2"}, below("a", rule)))


def test_options_that_match():
    rules = {"definitions": {"n": {"type": "integer"}}, **below("a", {"$ref": "#/definitions/n"})}
    schema.check({"a": 1}, rules)
    assert "/a is text" in str(refusal({"a": "x"}, rules))


@pytest.mark.parametrize("place", ["http://127.0.0.1:9/schema", "file:///etc/passwd", "other.json", "#/nowhere"])
def test_nothing_is_fetched(place, monkeypatch):
    def refused(*arguments, **_options):
        raise AssertionError(f"fetched {arguments}")

    monkeypatch.setattr("urllib.request.urlopen", refused)
    assert re.search("refers to .*, which is not in it", str(refusal({"a": 1}, below("a", {"$ref": place}))))


def test_a_schema_in_a_circle():
    assert "refers to itself without end" in str(refusal({"a": 1}, below("a", {"$ref": "#/properties/a"})))


@pytest.mark.parametrize("rule", [{"type": "text"}, {"required": True}, {"minimum": "1"}, {"pattern": "("}])
def test_a_wrong_schema(rule):
    assert "the schema of the options is wrong at /" in str(refusal({"a": "b"}, below("a", rule)))


def test_another_draft_is_read_as_the_fourth():
    rules = {"$schema": "http://json-schema.org/draft-07/schema#", **below("a", {"const": 1})}
    schema.check({"a": 2}, rules)


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ({"a": 1}, {"patternProperties": {"(": {}}}),
        ({"a": 1}, below("a", {"$ref": 5})),
        ({"a": 1}, {"id": 5}),
        ({"a": 10**400}, below("a", {"multipleOf": 0.5})),
    ],
)
def test_a_schema_that_its_own_rules_let_pass(options, rules):
    assert "the schema of the options cannot be used: " in str(refusal(options, rules))
