"""What must hold for the translation of every app: it ends, its objects pass the schemas, and it is the same twice."""

from __future__ import annotations

import functools
import json

import kubernetes_validate.utils
import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import files, translation
from definitions import definitions
from hypothesis import given

TARGETS = ("kubernetes", "swarm")
OPTIONS = [
    {},
    {"compat_env": "all", "config_map": True, "cfs": True, "publish_mode": "host", "ingress_class": "x"},
    {"kind": "CronJob", "schedule": "* * * * *", "host_network": True},
]


@pytest.fixture(autouse=True, scope="module")
def _schemas_are_read_once():
    with pytest.MonkeyPatch.context() as patch:
        read = functools.lru_cache(maxsize=None)(kubernetes_validate.utils.schema_contents)
        patch.setattr(kubernetes_validate.utils, "schema_contents", read)
        yield


@pytest.mark.parametrize("options", OPTIONS, ids=["plain", "all", "cron"])
@given(definition=definitions())
def test_every_app_is_translated(options, definition):
    (one,) = translation.translate([(definition, "x")], options)
    for made in one.objects["kubernetes"]:
        kubernetes_validate.validate(made, "1.29", strict=True)
    assert not [note for note in one.all_notes(TARGETS) if "would refuse" in note["text"]]
    (again,) = translation.translate([(definition, "x")], options)
    assert json.dumps(files.of_set([one], TARGETS)) == json.dumps(files.of_set([again], TARGETS))
