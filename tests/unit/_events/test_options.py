"""The options of the event source are those of the modules, and their mistakes have a sentence each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("requests")

from ansible_collections.quorum.mesos.plugins.module_utils._events.options import OptionError, read, with_login

URL = "http://127.0.0.1:8080"


def test_what_is_not_given_is_as_for_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARATHON_USERNAME", "operator")
    found = read({"url": f"{URL},http://other:8080", "url_username": None, "eda_feedback_queue": object()})
    assert found["url"] == [URL, "http://other:8080"]
    assert (found["url_username"], found["validate_certs"], found["timeout"]) == ("operator", True, 30)
    assert (found["queue_interval"], found["apps"], found["mesos"]) == (30, [], None)


def test_marathon_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARATHON_URL", URL)
    assert read({})["url"] == [URL]


def test_the_masters_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARATHON_URL", raising=False)
    found = read({"mesos": {"url": ["http://master1:5050"], "url_username": "me"}})
    assert found["url"] is None
    assert (found["mesos"]["url"], found["mesos"]["url_username"]) == (["http://master1:5050"], "me")
    monkeypatch.setenv("MARATHON_URL", "")
    assert read({"mesos": {"url": ["http://master1:5050"]}})["url"] is None
    with pytest.raises(OptionError, match="url names no address"):
        read({})


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, "one of the following is required: url, mesos"),
        ({"url": URL, "evnt_types": []}, "evnt_types"),
        ({"url": URL, "queue_interval": -1}, "queue_interval is -1"),
        ({"url": URL, "queue_interval": "often"}, "queue_interval"),
        ({"url": URL, "apps": ["shop"]}, "paths of apps, pods or groups that begin with /"),
        ({"url": URL, "mesos": {}}, "url"),
        ({"url": []}, "url names no address"),
    ],
)
def test_mistakes(args: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARATHON_URL", raising=False)
    monkeypatch.delenv("MESOS_URL", raising=False)
    with pytest.raises(OptionError) as failed:
        read(args)
    assert words in str(failed.value)


def test_no_mistake_shows_a_secret() -> None:
    with pytest.raises(OptionError) as failed:
        read({"url": URL, "url_password": "must-not-be-shown", "timeout": "must-not-be-shown"})
    assert "must-not-be-shown" not in str(failed.value)


def test_the_login_in_a_file_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "password"
    options = read({"url": URL, "url_username": "me", "url_password_file": str(file)})
    for password in ("one two", "three"):
        file.write_text(password + "\n")
        assert with_login(options)["url_password"] == password
    token = tmp_path / "token"
    token.write_text("abc")
    assert with_login(read({"url": URL, "url_token_file": str(token)}))["url_token"] == "abc"


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"\n", "is empty"), (b"\xff", "not text")])
def test_a_file_without_a_login(content: bytes | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(OptionError) as failed:
        with_login(read({"url": URL, "url_username": "me", "url_password_file": str(file)}))
    assert words in str(failed.value) and str(file) in str(failed.value)
