from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import bounded_json


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{,}", "is not JSON: Expecting property name"),
        (b"\xff", "is not JSON: 'utf-8' codec"),
        ('{"a": NaN}', "NaN is not a number of JSON"),
        ("[" * 101 + "]" * 101, "has more than 100 levels"),
        ("[" * 100_000, "has more than 100 levels"),
        ("1" * 5000, "is not JSON"),
    ],
)
def test_refused(text, words):
    with pytest.raises(DefinitionError, match=r"^here ") as error:
        bounded_json.parse(text, "here")
    assert words in str(error.value)


def test_a_hundred_levels_are_taken():
    assert bounded_json.parse("[" * 100 + "]" * 100, "here")


def test_an_object_is_asked_for():
    assert bounded_json.parse_object('{"a": 1}', "here") == {"a": 1}
    with pytest.raises(DefinitionError, match="here is not a JSON object"):
        bounded_json.parse_object("[]", "here")
