"""Names that Mesos takes for roles."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import InvalidOption
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.shares import role_names


@pytest.mark.parametrize("name", ["prod", "prod/web", "a.b", "a-b_c", "*", "..."])
def test_names(name: str) -> None:
    assert role_names.checked(name) == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is empty"),
        ("a b", "white space"),
        ("a\n", "white space"),
        ("/a", "slash at an end"),
        ("a/", "slash at an end"),
        ("a//b", "two in a row"),
        (".", "the part ."),
        ("a/..", "the part .."),
        ("a/*", r"the part \*"),
        ("-a", "begins with a hyphen"),
        ("a/-b", "begins with a hyphen"),
    ],
)
def test_no_names(name: str, words: str) -> None:
    with pytest.raises(InvalidOption, match=f"role is '.*', which .*{words}.*: give a name like prod"):
        role_names.checked(name)
