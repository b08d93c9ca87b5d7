from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import arguments, http
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import MarathonError


class Failed(Exception):
    pass


class Module:
    def __init__(self, **params):
        defaults = {"url_username": None, "url_password": None, "validate_certs": True, "ca_path": None, "timeout": 30}
        self.params = {"url": ["http://m1:8080"], **defaults, **params}
        self.no_log_values = set()

    def fail_json(self, **result):
        raise Failed(result["msg"])


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(http, "requests", None)
    with pytest.raises(Failed, match="requests"):
        arguments.open_client(Module())


def test_a_password_in_the_url_is_refused_and_hidden():
    module = Module(url=["http://ops:secret@m1:8080"])
    with pytest.raises(MarathonError, match="use url_username, url_password"):
        arguments.open_client(module)
    assert module.no_log_values == {"secret"}


@pytest.mark.parametrize(
    ("params", "verify"),
    [
        ({}, True),
        ({"ca_path": "/etc/ca.pem"}, "/etc/ca.pem"),
        ({"validate_certs": False, "ca_path": "/etc/ca.pem"}, False),
    ],
)
def test_what_certificates_are_checked_against(monkeypatch, params, verify):
    opened = {}
    monkeypatch.setattr(http, "Http", lambda urls, **options: opened.update(options))
    arguments.open_client(Module(**params))
    assert opened["verify"] == verify
