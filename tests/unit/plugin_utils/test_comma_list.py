"""Options that are lists in a file and texts with commas on the command line."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils import comma_list


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("docker, marathon", ["docker", "marathon"]), (["docker", " marathon"], ["docker", "marathon"]),
        ("docker,,", ["docker"]), ("", []), (None, []), ([], []),
    ],
)  # fmt: skip
def test_the_names(given: Any, names: list[str]) -> None:
    assert comma_list.names(given) == names
