"""The agent's configuration file: what is wrong in it is said in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marathon_discovery import config, settings_file
from marathon_discovery.settings_file import ConfigError

GOOD: dict[str, Any] = {"marathon": ["http://m1:8080", "https://m2/marathon"], "groups": ["external"]}


def load(directory: Path, values: Any) -> config.Config:
    file = directory / "agent.json"
    file.write_text(values if isinstance(values, str) else json.dumps(values))
    return config.load(str(file))


def test_the_defaults(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    assert found.marathon == ("http://m1:8080", "https://m2/marathon")
    assert (found.backends_file, found.interval, found.guard) == ("/etc/haproxy/marathon/backends.cfg", 30, 0.5)
    assert found.status_address == ("127.0.0.1", 9092)
    assert load(tmp_path, {**GOOD, "status_listen": "[::1]:9092"}).status_address == ("::1", 9092)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"marathn": []}, "unknown key 'marathn'"),
        ({"marathon": None}, "marathon is null, and must be a list of http or https URLs without a user name"),
        ({"marathon": []}, "marathon is [], and must be"),
        ({"marathon": ["m1:8080"]}, 'marathon is ["m1:8080"], and must be'),
        ({"marathon": ["http://user:pw@m1"]}, "and must be a list of http or https URLs without a user name"),
        ({"groups": []}, "groups is [], and must be"),
        ({"strict": "yes"}, 'strict is "yes", and must be true or false'),
        ({"http_port": 0}, "http_port is 0, and must be a port, or null"),
        ({"http_port": True}, "http_port is true, and must be a port, or null"),
        ({"http_port": 443}, "http_port, https_port and app_id_port must differ"),
        ({"reserved_ports": [80, "443"]}, "reserved_ports is"),
        ({"interval": 0}, "interval is 0, and must be a number of seconds from 1 to 3600"),
        ({"guard": 1.5}, "guard is 1.5, and must be a fraction from 0 to 1"),
        ({"guard": float("nan")}, "guard is NaN, and must be"),
        ({"socket": "admin.sock"}, "must be an absolute path"),
        ({"certificates": "/etc/a b"}, "must be an absolute path without blanks"),
        ({"status_listen": "9092"}, "must be an address and a port"),
    ],
)
def test_a_wrong_value_is_named(change: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as wrong:
        load(tmp_path, {**GOOD, **change})
    assert sentence in str(wrong.value) and "\n" not in str(wrong.value)


@pytest.mark.parametrize(("text", "sentence"), [("{", "is not JSON"), ("[]", "is not a JSON object")])
def test_a_file_that_is_none(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=sentence):
        load(tmp_path, text)


def test_a_missing_key_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="groups is missing"):
        load(tmp_path, {"marathon": GOOD["marathon"]})
    with pytest.raises(ConfigError, match="No such file"):
        config.load(str(tmp_path / "none.json"))


def test_credentials(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text('{"username": "u", "password": "p:w"}')
    file.chmod(0o600)
    found = settings_file.credentials(str(file))
    assert found and (found.username, found.password) == ("u", "p:w")
    assert settings_file.credentials(None) is None


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        ('{"username": "u", "password": "secret"}', 0o640, "its mode must be 0600"),
        ('{"username": "u", "password": "secret"', 0o600, "is not JSON"),
        ('{"username": "u", "passwort": "secret"}', 0o600, "must have the keys username and password"),
    ],
)
def test_wrong_credentials_are_not_shown(text: str, mode: int, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(ConfigError, match=sentence) as wrong:
        settings_file.credentials(str(file))
    assert "secret" not in str(wrong.value)
