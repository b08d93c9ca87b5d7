"""Which logins can be given, and what is told of those that cannot."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import BadOption
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Access
from ansible_collections.quorum.mesos.plugins.module_utils._http.login import options, service_account

URL = "https://c.example.com"
LOGIN = f"{URL}/acs/api/v1/auth/login"
USER = {"url_username": "ops", "url_password": "hunter2"}


@pytest.fixture
def account(tmp_path):
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()

    def write(**more):
        path = tmp_path / "account.json"
        path.write_text(json.dumps({"uid": "deployer", "private_key": key.private_bytes(*form).decode(), **more}))
        return str(path)

    return write


def access(**params):
    return options.access_of({**dict.fromkeys(options.login_spec("MESOS")), **params}, "MESOS", timeout=5)


def test_the_spec_names_the_product():
    spec = options.login_spec("MESOS")
    assert [option["fallback"][1] for option in spec.values()] == [
        ["MESOS_USERNAME"], ["MESOS_PASSWORD"], ["MESOS_TOKEN"], ["MESOS_LOGIN"], ["MESOS_SERVICE_ACCOUNT"],
    ]  # fmt: skip
    assert [name for name, option in spec.items() if option.get("no_log")] == ["url_password", "url_token"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, Access(timeout=5)),
        (USER, Access("ops", "hunter2", timeout=5)),
        ({"url_token": "t"}, Access(token="t", timeout=5)),
        ({**USER, "url_login": ""}, Access("ops", "hunter2", timeout=5)),
    ],
)
def test_what_needs_no_login_at_dcos(params, expected):
    assert access(**params) == expected
    assert options.unencrypted(access(**params)) is None


@pytest.mark.parametrize("url", [URL, f"{URL}/", LOGIN])
def test_a_password_for_dcos(url):
    found = access(**USER, url_login=url)
    # Not for the service too.
    assert (found.username, found.password, found.token, found.timeout) == (None, None, None, 5)
    assert (found.login.url, found.login.uid, found.login.password) == (LOGIN, "ops", "hunter2")
    assert "hunter2" not in repr(found)


def test_a_password_without_encryption_is_told():
    words = options.unencrypted(access(**USER, url_login="http://c.example.com"))
    assert words.startswith("url_login is http://c.example.com/acs/api/v1/auth/login: the password of ops is sent")
    assert options.unencrypted(access(**USER, url_login=URL)) is None


def test_a_key_logs_in_where_its_file_says(account):
    login = access(url_service_account=account(login_endpoint=LOGIN)).login
    assert (login.url, login.uid, login.password) == (LOGIN, "deployer", None)
    assert login.key is not None


def test_an_address_is_put_before_the_one_in_the_file(account):
    path = account(login_endpoint="https://leader.mesos/acs/api/v1/auth/login")
    assert access(url_service_account=path, url_login="http://c").login.url == "http://c/acs/api/v1/auth/login"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "there is no login_endpoint of url_service_account '.*': give the address of the DC/OS cluster as url_l"),
        ({"login_endpoint": "http://leader.mesos"}, "is http://leader.mesos/acs/.*, which is not encrypted: to use"),
        ({"login_endpoint": "leader.mesos"}, "'leader.mesos' is not the address of a DC/OS cluster"),
    ],
)
def test_a_key_without_a_usable_address(account, more, words):
    with pytest.raises(BadOption, match=words):
        access(url_service_account=account(**more))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url_token": "t", "url_username": "ops"}, r"url_token excludes .* \(MESOS_TOKEN, MESOS_USERNAME, MESOS_PA"),
        ({"url_token": "t", "url_login": URL}, "url_token excludes url_login and url_service_account"),
        ({"url_token": "t", "url_service_account": "/a"}, "url_token excludes url_login and url_service_account"),
        ({**USER, "url_service_account": "/a"}, "url_service_account excludes url_username and url_password"),
        ({"url_password": "hunter2"}, "url_password is set without url_username"),
        ({"url_login": URL}, "url_login is .*, and there is no login: give url_username and url_password, or url_ser"),
        ({"url_login": URL, "url_username": "ops"}, "url_login is .*, and there is no login"),
        ({**USER, "url_login": "c.example.com"}, "url_login 'c.example.com' is not the address of a DC/OS cluster"),
        ({**USER, "url_login": "https://o:hunter2@c"}, "url_login holds a user name or password"),
    ],
)
def test_logins_that_are_none(params, words):
    with pytest.raises(BadOption, match=words) as refused:
        access(**params)
    assert "hunter2" not in str(refused.value)


def test_a_password_inside_an_address_is_hidden():
    params = {"url": ["http://a:one@m1", "http://m2"], "url_login": "https://a:two@c"}
    assert options.passwords_in_urls(params) == {"one", "two"}


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(service_account, "CRYPTOGRAPHY_IMPORT_ERROR", "Traceback: no module")
    with pytest.raises(BadOption, match=r"cryptography.* for url_service_account") as missing:
        access(url_service_account="/a.json")
    assert missing.value.facts == {"exception": "Traceback: no module"}
