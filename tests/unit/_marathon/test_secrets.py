from __future__ import annotations

import copy

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.secrets import (
    MASKED,
    MASKED_CHANGED,
    mask,
    values_to_hide,
)

CASES = [
    ({"env": {"PW": "hunter2", "A": "1"}}, {"env": {"PW": MASKED, "A": "1"}}, ["hunter2"]),
    ({"env": {"PW": 31337}}, {"env": {"PW": MASKED}}, ["31337"]),
    ({"labels": {"PW": "hunter2"}}, {"labels": {"PW": MASKED}}, ["hunter2"]),
    ({"env": {"PW": None}}, {"env": {"PW": None}}, []),
    # Not the form that it should have, but perhaps the secret.
    ({"env": "PW=hunter2"}, {"env": MASKED}, ["PW=hunter2"]),
    ({"env": [{"name": "PW", "value": "hunter2"}]}, {"env": MASKED}, ["hunter2"]),
    ({"env": ["A=hunter2"]}, {"env": ["A=hunter2"]}, []),
    ({"env": {"PW": ["hunter2"]}}, {"env": {"PW": MASKED}}, ["hunter2"]),
    ({"secrets": {"PW": "vault/a"}}, {"secrets": {"PW": MASKED}}, ["vault/a"]),
    ({"secrets": ["vault/a"]}, {"secrets": MASKED}, ["vault/a"]),
    ({"secrets": {"PW": {}}}, {"secrets": {"PW": {}}}, []),
    # As messages quote it: on one line, in JSON, in quotes of Python.
    ({"env": {"PW": 'a"b\ncde'}}, {"env": {"PW": MASKED}}, ['a"b\ncde', 'a"b cde', 'a"b\\ncde', 'a\\"b\\ncde']),
    # Too short to be hidden as text, masked in its place all the same.
    ({"env": {"PW": "1"}}, {"env": {"PW": MASKED}}, []),
    ({"env": {"PW": {"secret": "name"}}}, {"env": {"PW": MASKED}}, ["name"]),
    # An app, a pod and a group, wherever they are.
    (
        {"groups": [{"apps": [{"id": "PW", "env": {"PW": "hunter2"}}]}]},
        {"groups": [{"apps": [{"id": "PW", "env": {"PW": MASKED}}]}]},
        ["hunter2"],
    ),
    (
        {"containers": [{"environment": {"PW": "hunter2"}}]},
        {"containers": [{"environment": {"PW": MASKED}}]},
        ["hunter2"],
    ),
    ({"secrets": {"PW": {"source": "vault/a"}}}, {"secrets": {"PW": {"source": MASKED}}}, ["vault/a"]),
    ({"secrets": {"source": {"source": "vault/a"}}}, {"secrets": {"source": {"source": MASKED}}}, ["vault/a"]),
    (
        {"container": {"docker": {"pullConfig": {"secret": "registry"}}}},
        {"container": {"docker": {"pullConfig": {"secret": MASKED}}}},
        [],
    ),
    (
        {"docker": {"credential": {"principal": "me", "secret": "hunter2"}}},
        {"docker": {"credential": {"principal": "me", "secret": MASKED}}},
        ["hunter2"],
    ),
    (
        {"docker": {"parameters": [{"key": "env", "value": "PW=hunter2"}, {"key": "env", "value": "A=1"}]}},
        {"docker": {"parameters": [{"key": "env", "value": f"PW={MASKED}"}, {"key": "env", "value": "A=1"}]}},
        ["hunter2"],
    ),
    (
        {"fetch": [{"uri": "https://me:hunter2@host/.docker.tgz"}], "uris": ["ftp://host/a@b:c"]},
        {"fetch": [{"uri": f"https://me:{MASKED}@host/.docker.tgz"}], "uris": ["ftp://host/a@b:c"]},
        ["hunter2"],
    ),
    (
        {"cmd": "fetch http://a:first@h/1 http://b:second@h/2"},
        {"cmd": f"fetch http://a:{MASKED}@h/1 http://b:{MASKED}@h/2"},
        ["first", "second"],
    ),
    (
        {"fetch": [{"uri": "https://h/a.tgz?v=2&access_token=hunter2&X-Amz-Signature=a0b1%3D#part"}]},
        {"fetch": [{"uri": f"https://h/a.tgz?v=2&access_token={MASKED}&X-Amz-Signature={MASKED}#part"}]},
        ["a0b1%3D", "hunter2"],
    ),
]


@pytest.mark.parametrize(("definition", "masked", "texts"), CASES)
def test_what_is_secret(definition, masked, texts):
    given = copy.deepcopy(definition)
    assert mask(definition, ("PW",)) == masked
    assert values_to_hide(definition, ("PW",)) == texts
    assert definition == given


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"env": {"PW": "a"}}, {"env": {"PW": "b"}}),
        ({"secrets": {"s": {"source": "a"}}}, {"secrets": {"s": {"source": "b"}}}),
        ({"fetch": [{"uri": "http://u:a@h/"}]}, {"fetch": [{"uri": "http://u:b@h/"}]}),
        ({"fetch": [{"uri": "http://h/?sig=a&n=1"}]}, {"fetch": [{"uri": "http://h/?sig=b&n=1"}]}),
        (
            {"parameters": [{"key": "env", "value": "PW=a"}]},
            {"parameters": [{"key": "env", "value": "PW=b"}]},
        ),
    ],
)
def test_a_change_of_a_secret_is_seen(before, after):
    assert MASKED_CHANGED in str(mask(after, ("PW",), before))
    assert MASKED_CHANGED not in str(mask(before, ("PW",), before))
    assert mask(after, ("PW",), {}) == mask(before, ("PW",))


def test_stars_stay_what_they_say():
    masked = mask({"env": {"PW": "b"}, "cmd": "http://u:b@h"}, ("PW",), {"env": {"PW": "a"}, "cmd": "http://u:a@h"})
    assert mask(masked, ("PW",)) == masked


@pytest.mark.parametrize("password", ["hunter2", "hun@ter2", "hun:ter2", "hun#ter2"])
def test_a_password_in_an_address_is_masked_up_to_its_last_sign(password):
    text = f"Failed to fetch 'https://me:{password}@host:80/a@b'"
    assert mask(text, ()) == f"Failed to fetch 'https://me:{MASKED}@host:80/a@b'"
    assert password in values_to_hide({"msg": text}, ())


def test_a_token_in_an_address_of_a_message_is_masked():
    text = "Failed to fetch 'https://h/a.tgz?token=hunter2': HTTP 403; see https://h/help?page=token"
    assert mask(text, ()) == text.replace("hunter2", MASKED)


def test_without_names_named_fields_are_shown():
    assert mask({"env": {"PW": "a"}, "labels": {"PW": "a"}}, ()) == {"env": {"PW": "a"}, "labels": {"PW": "a"}}
