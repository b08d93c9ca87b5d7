"""What is told of definitions that Marathon refuses, or would refuse."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.bounds import refusals
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError, Invalid


@pytest.mark.parametrize("number", [1, 2])
def test_a_refusal_by_marathon_has_its_status(number):
    found = [refusals.Refusal(f"/a{index}", "/cpus: no", [], "a.json", 422) for index in range(number)]
    error = refusals.told(found)
    assert isinstance(error, Invalid)
    assert error.facts["status"] == 422


def test_a_refusal_by_its_known_rules_has_none():
    error = refusals.told([refusals.Refusal("/a", "/cpus: no", [], "a.json")])
    assert isinstance(error, DefinitionError) and not isinstance(error, Invalid)
    assert "status" not in error.facts
    assert str(error) == (
        "Marathon would refuse the definition: /cpus: no. Correct that in the definition of /a (a.json) and run again; "
        "nothing was changed"
    )
