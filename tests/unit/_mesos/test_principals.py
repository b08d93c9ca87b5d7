"""A framework that is registered keeps its principal."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos import principals


def framework(name: str, principal: str | None = None) -> dict[str, Any]:
    info = {"name": name, "id": {"value": name}, **({"principal": principal} if principal else {})}
    return {"framework_info": info}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({}, []),
        ({"frameworks": [framework("marathon")]}, [""]),
        ({"frameworks": [framework("marathon", "m"), framework("chronos", "c")]}, ["m"]),
        # After a restart of the masters only agents know of it.
        ({"recovered_frameworks": [{"name": "marathon", "principal": "m"}]}, ["m"]),
        ({"completed_frameworks": [framework("marathon", "old")]}, []),
    ],
)
def test_what_is_registered(answer: dict[str, Any], found: list[str]) -> None:
    assert principals.registered(answer, "marathon") == found


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        ([], "m", None),
        ([""], "", None),
        (["m"], "m", None),
        (["", "m"], "m", None),
        ([""], "m", "it is registered with Mesos with no principal, and marathon_mesos_principal is 'm'; "),
        (["m"], "", "it is registered with Mesos with the principal 'm', and marathon_mesos_principal is not set; "),
        (["m"], "n", "it is registered with Mesos with the principal 'm', and marathon_mesos_principal is 'n'; "),
    ],
)
def test_what_mesos_would_refuse(found: list[str], wanted: str, said: str | None) -> None:
    problem = principals.problem(found, wanted, "marathon_mesos_principal")
    assert (problem or "").startswith(said or "")
    assert (problem is None) is (said is None)
