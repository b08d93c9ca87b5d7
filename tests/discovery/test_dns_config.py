"""The configuration of the program that keeps names in DNS: what is wrong in it is said in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marathon_discovery.names import config
from marathon_discovery.settings_file import ConfigError

GOOD: dict[str, Any] = {
    "masters": ["http://10.0.0.1:5050"],
    "marathon": ["http://m1:8080"],
    "key_file": "/etc/marathon-dns/key.json",
    "nameservers": ["10.0.0.1"],
}
SECRET = "c2l4dGVlbiBieXRlcyBvciBtb3Jl"


def load(directory: Path, values: dict[str, Any]) -> config.Config:
    file = directory / "agent.json"
    file.write_text(json.dumps(values))
    return config.load(str(file))


def test_an_address_has_its_usual_form(tmp_path: Path) -> None:
    assert load(tmp_path, {**GOOD, "nameservers": ["2001:DB8:0::1"]}).nameservers == ("2001:db8::1",)


def test_the_defaults(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    assert (found.domain, found.ttl, found.ip_sources, found.guard) == ("mesos", 5, ("netinfo", "host"), 0.5)
    assert found.server_address == ("127.0.0.1", 53) and found.status_address == ("127.0.0.1", 9093)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"masters": []}, "masters is [], and must be a list of http or https URLs"),
        ({"nameservers": ["ns1"]}, 'nameservers is ["ns1"], and must be a list of IP addresses'),
        ({"domain": "Mesos."}, "must be a domain in lower case, without a dot at its end"),
        ({"domain": "a..b"}, "must be a domain in lower case"),
        ({"ttl": 0.5}, "ttl is 0.5, and must be a whole number of seconds"),
        ({"ttl": True}, "ttl is true, and must be a whole number of seconds"),
        ({"ip_sources": ["docker"]}, "must be a list of netinfo and host"),
        ({"server": "localhost:53"}, "must be an IP address and a port"),
        ({"server": "127.0.0.1"}, "must be an address and a port"),
    ],
)
def test_a_wrong_value_is_named(change: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as wrong:
        load(tmp_path, {**GOOD, **change})
    assert sentence in str(wrong.value) and "\n" not in str(wrong.value)


def key(directory: Path, values: Any, mode: int = 0o600) -> tuple[str, bytes]:
    file = directory / "key.json"
    file.write_text(json.dumps(values))
    file.chmod(mode)
    return config.key(str(file))


def test_the_key(tmp_path: Path) -> None:
    assert key(tmp_path, {"name": "marathon-dns", "secret": SECRET}) == ("marathon-dns", b"sixteen bytes or more")


@pytest.mark.parametrize(
    ("values", "mode", "sentence"),
    [
        ({"name": "marathon-dns", "secret": SECRET}, 0o640, "its mode must be 0600"),
        ({"name": "marathon-dns"}, 0o600, "must have the keys name and secret"),
        ({"name": 'a"; };', "secret": SECRET}, 0o600, "must be of a-z, 0-9, dots and dashes"),
        ({"name": "a", "secret": "c2hvcnQ="}, 0o600, "secret must be 16 bytes or more in base64"),
        ({"name": "a", "secret": "not base64 %"}, 0o600, "secret must be 16 bytes or more in base64"),
    ],
)
def test_a_wrong_key_is_said_without_its_secret(values: Any, mode: int, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=sentence) as wrong:
        key(tmp_path, values, mode)
    assert str(values.get("secret")) not in str(wrong.value)
