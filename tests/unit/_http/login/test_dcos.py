"""What is asked of the login of DC/OS, and what its answers mean."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import LoginFailed, NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer, Login
from ansible_collections.quorum.mesos.plugins.module_utils._http.login import dcos

URL = "https://c.example.com/acs/api/v1/auth/login"
PASSWORD = Login(URL, "ops", password="hunter2")
ACCOUNT = Login(URL, "deployer", key=object())


def said(login, status, text="", **headers):
    asked = {"uid": login.uid, "password": login.password} if login.password else {"token": "signed.by.key"}
    with pytest.raises((LoginFailed, NoAnswer)) as failed:
        dcos.header(login, asked, Answer(status, text, headers))
    return failed.value


@pytest.mark.parametrize("url", ["https://c.example.com", "https://c.example.com/acs/api/v1/auth/login"])
def test_the_address_of_the_login(url):
    assert dcos.address(url) == URL


def test_a_password_is_sent_as_it_is():
    assert dcos.request(PASSWORD, 0) == {"uid": "ops", "password": "hunter2"}


def test_a_key_signs_for_a_short_time(monkeypatch):
    monkeypatch.setattr(dcos.service_account, "signed", lambda uid, key, expires: f"{uid} until {expires}")
    # DC/OS takes no signed token that is valid for longer than 600 seconds.
    assert dcos.request(ACCOUNT, 1000.9) == {"uid": "deployer", "token": "deployer until 1300", "exp": 4600}


def test_a_token_is_sent_in_the_header():
    assert dcos.header(PASSWORD, {}, Answer(200, '{"token": "a.b.c"}')) == "token=a.b.c"


@pytest.mark.parametrize(
    ("login", "status", "text", "words"),
    [
        (PASSWORD, 401, '{"code": "ERR_INVALID_CREDENTIALS", "description": "Invalid credentials."}',
         "it was refused (401: ERR_INVALID_CREDENTIALS, Invalid credentials.): check url_username and url_password"),
        (ACCOUNT, 401, "", "it was refused (401: no body): check that the account in url_service_account exists there"),
        (PASSWORD, 400, '{"code": "ERR_UNKNOWN"}', "DC/OS does not take it (400: ERR_UNKNOWN): check url_username"),
        (PASSWORD, 404, "<html><h1>Not Found</h1></html>", "the answer has no token (404: Not Found): give the addre"),
        (PASSWORD, 200, "<!doctype html><p>Welcome", "the answer has no token (200: Welcome): give the address"),
        (PASSWORD, 200, '{"token": "two words"}', "the answer has no token (200: JSON): give the address"),
        (PASSWORD, 200, '{"token": 5}', "the answer has no token (200: JSON)"),
        (PASSWORD, 200, '["a.b.c"]', "the answer has no token (200: JSON)"),
        (PASSWORD, 200, '"a.b.c"', "the answer has no token (200: JSON)"),
        (PASSWORD, 200, '{"token": "a.b.c"', "the answer has no token (200: JSON)"),
        (PASSWORD, 200, "[" * 100_000, "the answer has no token (200: JSON)"),
    ],
)  # fmt: skip
def test_an_answer_without_a_token(login, status, text, words):
    error = said(login, status, text)
    assert isinstance(error, LoginFailed)
    assert str(error).startswith(f"The login of {login.uid} at {URL} failed: ")
    assert words in str(error)


def test_a_redirect_is_named():
    error = said(PASSWORD, 302, Location="https://other.example.com/login")
    assert "it redirects to https://other.example.com/login (302), and nothing was sent there" in str(error)


def test_a_server_that_is_broken_may_answer_later():
    error = said(PASSWORD, 503, "<h1>Service Unavailable</h1>")
    assert isinstance(error, NoAnswer)
    assert str(error) == f"the login of ops at {URL} failed before: HTTP 503: Service Unavailable"
    # The request that needed it was not sent.
    assert (error.arrived, error.lasting) == (False, False)
    assert error.remedy == f"check that {URL} is the login of the DC/OS cluster, see url_login"


@pytest.mark.parametrize(("login", "secret"), [(PASSWORD, "hunter2"), (ACCOUNT, "signed.by.key")])
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_what_the_server_repeats_of_a_secret_is_masked(login, secret, status):
    error = said(login, status, f"<p>wrong: {secret}</p>")
    assert secret not in str(error) and "wrong: ********" in str(error)


def test_a_proxy_keeps_its_remedy():
    refused = NoAnswer("the proxy fails", arrived=True, lasting=True, remedy="correct http_proxy")
    error = dcos.unanswered(PASSWORD, refused)
    assert (error.arrived, error.lasting, error.remedy) == (False, True, "correct http_proxy")


def test_no_secret_is_shown():
    assert "hunter2" not in repr(PASSWORD)
