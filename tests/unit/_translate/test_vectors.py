"""Apps and pods with the services, objects and notes that they must become (data/*.json).

The order of variables, mounts, secrets, ports and constraints of a service says nothing; nor does the text of a note.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation

DATA = Path(__file__).parent / "data"
VECTORS = [
    pytest.param(vector, id=vector["name"])
    for name in ("apps", "pods")
    for vector in json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
]
UNORDERED = ("Env", "Mounts", "Secrets", "Ports", "Constraints")


def translated(vector, target):
    definition = vector["marathon"] if "marathon" in vector else vector["pod"]
    return translation.for_target(definition, vector["options"], target)


def without_order(value):
    if isinstance(value, dict):
        return {
            name: sorted(map(without_order, inner), key=lambda one: json.dumps(one, sort_keys=True))
            if name in UNORDERED
            else without_order(inner)
            for name, inner in value.items()
        }
    return [without_order(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("vector", VECTORS)
def test_services(vector):
    wanted = vector["swarm"] if isinstance(vector["swarm"], list) else [vector["swarm"]]
    assert without_order(translated(vector, "swarm")["objects"]) == without_order(wanted)


@pytest.mark.parametrize("vector", VECTORS)
def test_objects(vector):
    def by_name(objects):
        return {(one["kind"], one["metadata"]["name"]): one for one in objects}

    found = translated(vector, "kubernetes")["objects"]
    assert by_name(found) == by_name(vector["kubernetes"])
    assert len(found) == len(vector["kubernetes"])


@pytest.mark.parametrize("target", ["swarm", "kubernetes"])
@pytest.mark.parametrize("vector", VECTORS)
def test_notes(vector, target):
    wanted = {(one["level"], one["field"]) for one in vector["notes"] if one["target"] in (target, "both")}
    found = translated(vector, target)["notes"]
    assert {(one["level"], one["field"]) for one in found} == wanted
    assert {one["target"] for one in found} <= {target}
    assert all(one["text"] for one in found)


@pytest.mark.parametrize("vector", VECTORS)
def test_the_same_twice(vector):
    for target in ("swarm", "kubernetes"):
        assert json.dumps(translated(vector, target)) == json.dumps(translated(vector, target))
