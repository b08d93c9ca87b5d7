"""The labels of DC/OS: what they say, and when another text says the same."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._universe import labels

from .packages import built

PACKAGE = built(resource={"assets": {"uris": {"a": "https://files.example.com/a"}}}, release=7)
OPTIONS = {"a": 1, "b": {"c": None, "d": "ä"}}


def of_package(package=PACKAGE, source="file:///srv/universe", definition=True, **given):
    return labels.of_package(package, given.get("options", OPTIONS), source, definition)


def encoded(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def wrapped(document):
    data = base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()
    return encoded({"metadata": {"Content-Type": "application/json", "Content-Encoding": "gzip"}, "data": data})


def test_what_they_say():
    found = of_package()
    assert found[labels.NAME] == "notes"
    assert found[labels.VERSION] == "1.0.0"
    assert found[labels.SOURCE] == "file:///srv/universe"
    assert labels.stored_options(found) == {"a": 1, "b": {"d": "ä"}}
    assert labels.stored_package(found) == PACKAGE.document()
    kind = json.loads(base64.b64decode(found[labels.DEFINITION]))["metadata"]["Content-Type"]
    assert kind == "application/vnd.dcos.universe.package+json;charset=utf-8;version=v4"


def test_no_options_are_an_empty_object():
    assert of_package(options={})[labels.OPTIONS] == "e30="
    assert of_package(options={"a": None})[labels.OPTIONS] == "e30="


def test_the_same_package_gives_the_same_text(monkeypatch):
    first = of_package()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert of_package() == first


def test_the_long_one_can_be_left_out():
    assert labels.DEFINITION not in of_package(definition=False)


def test_another_text_of_the_same_stays():
    current = {
        labels.OPTIONS: encoded({"b": {"d": "ä"}, "a": 1}),
        labels.DEFINITION: wrapped({**PACKAGE.document(), "lastUpdated": 1}),
        labels.SOURCE: "https://universe.example.com/repo",
        "OWN": "gone",
    }
    wanted = of_package()
    kept = labels.kept(wanted, current, None)
    assert kept == {**wanted, **{name: value for name, value in current.items() if name != "OWN"}}
    assert labels.kept(wanted, current, "file:///srv/universe")[labels.SOURCE] == "file:///srv/universe"


@pytest.mark.parametrize(
    "current",
    [
        {labels.OPTIONS: encoded({"a": 2}), labels.DEFINITION: wrapped({**PACKAGE.document(), "releaseVersion": 8})},
        {labels.OPTIONS: "no base64", labels.DEFINITION: "e30="},
        {},
    ],
)
def test_what_says_something_else_is_replaced(current):
    assert labels.kept(of_package(), current, None) == of_package()


@pytest.mark.parametrize("text", [None, "", "?", "bnVsbA==", "W10=", encoded({"data": 1}), encoded({"metadata": []})])
def test_a_broken_label_says_nothing(text):
    assert labels.stored_package({labels.DEFINITION: text}) is None
    if text not in (encoded({"data": 1}), encoded({"metadata": []})):
        assert labels.stored_options({labels.OPTIONS: text}) is None


def test_a_label_that_unpacks_to_much_more_says_nothing():
    bomb = gzip.compress(b'{"a": "' + b"0" * labels.MAX_DEFINITION + b'"}')
    document = {"metadata": {"Content-Encoding": "gzip"}, "data": base64.b64encode(bomb).decode()}
    assert labels.stored_package({labels.DEFINITION: encoded(document)}) is None


def test_a_label_that_is_too_deep_is_no_label():
    deep = {}
    for _level in range(600):
        deep = {"a": deep}
    assert labels.stored_options({labels.OPTIONS: encoded(deep)}) is None
    assert labels.stored_package({labels.DEFINITION: wrapped(deep)}) is None
