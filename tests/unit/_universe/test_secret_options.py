from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.secrets import MASKED
from ansible_collections.quorum.mesos.plugins.module_utils._universe import secret_options

OPTIONS = {
    "service": {"name": "notes", "password": "hunter2", "pin": 1234, "ports": [1]},
    "users": [{"name": "me", "api_key": 'a"bcd'}],
    "tls": {"token_ttl": 3600, "secret": {"key": "abcdef", "on": True}},
    "auth": "",
}
NAMES = ["service.pin", "tls.secret"]


def test_what_is_named_and_what_looks_like_it_is_masked():
    assert secret_options.masked(OPTIONS, NAMES) == {
        "service": {"name": "notes", "password": MASKED, "pin": MASKED, "ports": [1]},
        "users": [{"name": "me", "api_key": MASKED}],
        "tls": {"token_ttl": 3600, "secret": MASKED},
        "auth": "",
    }


def test_the_texts_that_are_hidden_wherever_they_occur():
    assert secret_options.values(OPTIONS, NAMES) == {"hunter2", "1234", 'a"bcd', 'a\\"bcd', "abcdef"}


def test_a_short_text_is_hidden_at_its_place_only():
    assert secret_options.values({"password": "abc"}, []) == set()
    assert secret_options.masked({"password": "abc"}, []) == {"password": MASKED}


def test_whether_there_is_one():
    assert secret_options.present({"a": {"password": "x"}}, [])
    assert secret_options.present({"a": {"b": "x"}}, ["a.b"])
    assert not secret_options.present({"a": {"b": "x"}}, ["b"])
    assert not secret_options.present(None, [])


def test_names_of_no_option():
    assert secret_options.unmatched(["service.pin", "service.pim", "tls"], OPTIONS) == ["service.pim"]


def test_what_is_no_mapping_is_left_as_it_is():
    assert secret_options.masked("text", []) == "text"
    assert secret_options.values(None, []) == set()
