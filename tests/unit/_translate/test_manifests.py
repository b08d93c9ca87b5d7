from __future__ import annotations

import json

import pytest
import yaml
from ansible_collections.quorum.mesos.plugins.module_utils._translate import manifests

# What one or another reader of YAML takes for a number, a boolean, a date, a key or the end of the document.
ODD = [
    *("yes", "No", "on", "y", "N", "null", "~", "True", "1e3", "0x1F", "08", "0o7", "12:30:45", "1_000", "+1", ".5"),
    *(".inf", ".nan", "=", "<<", "2001-01-01", "-", "- a", "---", "...", "a: b", "a #b", "#a", "&a", "*a", "!a", "%a"),
    *("{a}", "[a]", "'", '"', "`", "@a", "|", ">", "?", ": ", "a\nb", "a\n---\nkind: Pod", "\ta", " a ", "", "\x07"),
    *("\u2028", "\x85", "ü", "\U0001f600", "{{ a }}", "{% a %}", "$(a)", "a\\nb", "NaN", "Infinity", "nan", "OFF"),
]


@pytest.mark.parametrize("text", ODD)
def test_any_text_comes_back_as_text_value_and_key(text):
    content = {"value": text, "key": {text: "a"}, "list": [text]}
    written = manifests.as_yaml([content, {"kind": "last"}])
    assert list(yaml.safe_load_all(written)) == [content, {"kind": "last"}]
    assert json.loads(manifests.as_json(content)) == content


@pytest.mark.parametrize("text", ["yes", "y", "on", "1e3", "0x1F", "08", "12:30", "null", "1_000", ".5"])
def test_what_only_some_readers_take_for_another_type_is_in_quotes(text):
    assert f'"{text}"' in manifests.as_yaml([{"value": text}])


def test_no_anchor_of_shared_parts():
    shared = {"a": "b"}
    assert manifests.as_yaml([{"one": shared, "two": shared}]) == "---\none:\n  a: b\ntwo:\n  a: b\n"
