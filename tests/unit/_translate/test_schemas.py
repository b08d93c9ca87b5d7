"""Every object passes the strict schemas of Kubernetes, the oldest and the newest release that are meant."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import kubernetes_validate.utils
import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation

DATA = Path(__file__).parent / "data"
VECTORS = [vector for name in ("apps", "pods") for vector in json.loads((DATA / f"{name}.json").read_text())]
FIELD = sorted((Path(__file__).parents[1] / "_marathon" / "data" / "field").glob("*.json"))
EVERYTHING = {
    "config_map": True,
    "compat_env": "all",
    "cfs": True,
    "storage_class": "fast",
    "pre_stop_seconds": 5,
    "mem_headroom": 10,
    "ingress_class": "haproxy",
    "role_labels": {"slave_public": "public=true"},
    "namespace_by_group": True,
    "host_network": True,
}


@pytest.fixture(autouse=True, scope="module")
def _schemas_are_read_once():
    with pytest.MonkeyPatch.context() as patch:
        read = functools.lru_cache(maxsize=None)(kubernetes_validate.utils.schema_contents)
        patch.setattr(kubernetes_validate.utils, "schema_contents", read)
        yield


def objects(definition, options):
    made = translation.for_target(definition, options, "kubernetes")
    assert not [note for note in made["notes"] if "would refuse" in note["text"]]
    return made["objects"]


@pytest.mark.parametrize("release", ["1.29", "1.37"])
@pytest.mark.parametrize("options", [{}, EVERYTHING, {"kind": "Job"}], ids=["plain", "everything", "job"])
def test_strict_schemas(release, options):
    definitions = [vector["marathon"] if "marathon" in vector else vector["pod"] for vector in VECTORS]
    definitions += [json.loads(path.read_text()) for path in FIELD]
    made = [one for definition in definitions for one in objects(definition, options)]
    assert len(FIELD) == 9
    assert len(made) > 40
    for one in made:
        kubernetes_validate.validate(one, release, strict=True)


def test_the_schemas_find_what_is_wrong():
    made = objects(VECTORS[0]["marathon"], {})
    made[0]["spec"]["template"]["spec"]["containers"][0]["imagePullpolicy"] = "Always"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(made[0], "1.37", strict=True)
