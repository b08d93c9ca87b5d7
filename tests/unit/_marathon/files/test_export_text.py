from __future__ import annotations

import json

import pytest
import yaml
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import export_text
from jinja2 import Environment

TEXTS = [
    "plain",
    "{{ app }}",
    "{{{ twice }}}",
    "{% raw %}{{ x }}{% endraw %}",
    "a {# note #} b",
    "{",
    "{}",
    'quotes " and \' and \\u007b{',
    "two\nlines {{ here }}",
    "next\x85line",
    "Grüße {{ an }} " + "lange Worte " * 20,
    "true",
    "0777",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    ("write", "read"), [(export_text.as_json, json.loads), (export_text.as_yaml, yaml.safe_load)], ids=["json", "yaml"]
)
def test_jinja_leaves_the_text_alone_and_it_means_the_same(write, read, text):
    definition = {"id": "/a", "env": {"TEXT": text, text: "x"}, "labels": {}, "args": [text], "cpus": 0.1}
    written = write(definition)
    assert Environment(keep_trailing_newline=True).from_string(written).render() == written
    assert read(written) == definition
