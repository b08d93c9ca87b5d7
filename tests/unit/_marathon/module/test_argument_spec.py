from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http import session
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Access
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api import http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module import argument_spec


class Module:
    def __init__(self, **params):
        self.params = given(**params)
        self.no_log_values = set()
        self.warned = []

    def warn(self, words):
        self.warned.append(words)


def given(**params):
    defaults = {name: argument.get("default") for name, argument in argument_spec.connection_spec().items()}
    return {**defaults, "url": ["http://m1:8080"], **params}


def access_of(monkeypatch, **params):
    opened = {}
    monkeypatch.setattr(http, "Http", lambda urls, **options: opened.update(options))
    argument_spec.client_from(given(**params), pytest.fail)
    return opened["access"]


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("http://ops:secret@m1:8080", "secret"),
        ("http://ops:se@cret@m1:8080", "se@cret"),
        ("http://ops:se#cret@m1:8080", "se#cret"),
        ("http://ops:se/cret@m1:8080", "se/cret"),
        ("http://ops:secret@m1:many", "secret"),
        ("http://ops:secret@[m1", "secret"),
        ("ops:secret@m1:8080", "secret"),
        ("//ops:secret@m1", "secret"),
        ("htp://ops:secret@m1", "secret"),
    ],
)
def test_a_password_in_the_url_is_refused_and_hidden(url, password):
    module = Module(url=[url])
    with pytest.raises(MarathonError, match="use url_username, url_password") as refused:
        argument_spec.open_client(module)
    assert module.no_log_values == {password}
    assert password not in str(refused.value)


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(session, "requests", None)
    with pytest.raises(MarathonError, match="requests"):
        argument_spec.client_from(given(), pytest.fail)


def test_what_is_given_is_used(monkeypatch):
    assert access_of(monkeypatch) == Access()
    access = access_of(
        monkeypatch,
        url_username="ops",
        url_password="pw",
        validate_certs=False,
        ca_path="/ca.pem",
        client_cert="/cert.pem",
        client_key="/key.pem",
        timeout=5,
        connect_timeout=2,
    )
    assert access == Access("ops", "pw", None, False, "/ca.pem", "/cert.pem", "/key.pem", 5, 2)
    assert access_of(monkeypatch, url_token="t").token == "t"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url_token": "t", "url_username": "ops"}, "url_token excludes url_username and url_password.*MARATHON_TOKEN"),
        ({"url_token": "t", "url_password": "pw"}, "url_token excludes"),
        ({"url_token": "two words"}, "url_token is not a token"),
        ({"url_token": ""}, "url_token is not a token"),
        ({"url_password": "pw"}, "url_password is set without url_username"),
        ({"timeout": 0}, "timeout is 0: give a number of seconds above 0"),
        ({"connect_timeout": -1}, "connect_timeout is -1"),
        ({"url": ["https://m1"], "ca_path": "/nonexistent/ca.pem"}, "ca_path '/nonexistent/ca.pem' cannot be used"),
        ({"url": ["https://m1"], "client_cert": "/nonexistent/c.pem"}, "client_cert '/nonexistent/c.pem' cannot be"),
        ({"url": ["https://m1"], "client_key": "/nonexistent/k.pem"}, "client_key is set without client_cert"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_sent(params, words):
    with pytest.raises(MarathonError, match=words):
        argument_spec.client_from(given(**params), pytest.fail)


def test_every_option_may_come_from_the_environment():
    variables = {argument["fallback"][1][0] for argument in argument_spec.connection_spec().values()}
    assert variables == {
        "MARATHON_" + name
        for name in [
            "URL",
            "USERNAME",
            "PASSWORD",
            "TOKEN",
            "LOGIN",
            "SERVICE_ACCOUNT",
            "VALIDATE_CERTS",
            "CA_PATH",
            "CLIENT_CERT",
            "CLIENT_KEY",
            "TIMEOUT",
            "CONNECT_TIMEOUT",
        ]
    }


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"wait_timeout": -1}, "wait_timeout is -1: give a number of seconds, 0 or more"),
        ({"wait_timeout": 5, "healthy_for": -1}, "healthy_for is -1: give a number of seconds, 0 or more"),
        ({"wait_timeout": 60, "healthy_for": 60, "wait": True}, "healthy_for is 60 and wait_timeout is 60: no wait"),
    ],
)
def test_a_wait_that_cannot_be(params, words):
    with pytest.raises(MarathonError, match=words):
        argument_spec.open_client(Module(**params))


def test_a_password_that_goes_unencrypted_is_a_warning():
    module = Module(url_login="http://c.example.com", url_username="ops", url_password="pw")
    argument_spec.open_client(module)
    (words,) = module.warned
    assert words.startswith("url_login is http://c.example.com/acs/api/v1/auth/login: the password of ops is sent")


def test_a_wait_that_can_be():
    argument_spec.open_client(Module(wait_timeout=0, healthy_for=None, wait=True))
    argument_spec.open_client(Module(wait_timeout=30, healthy_for=60, wait=False))
