from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import kinds
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module import app_options

APP = {"id": "/a", "cmd": "sleep 1"}
POD = {"id": "/p", "containers": []}


@pytest.mark.parametrize(
    ("definition", "wanted", "words"),
    [
        ({"apps": [APP]}, kinds.APP, "a list of 1 apps, as /v2/apps answers: use the module marathon_apps"),
        ({"id": "/g", "apps": [APP]}, kinds.APP, "is that of a group, not of an app: use marathon_group"),
        ({"id": "/g", "enforceRole": True}, kinds.APP, "is that of a group, not of an app"),
        ({"id": "/g", "dependencies": ["/a"]}, kinds.POD, "is that of a group, not of a pod"),
        (POD, kinds.APP, "is that of a pod, not of an app: use marathon_pod"),
        (POD, kinds.GROUP, "is that of a pod, not of a group"),
        (APP, kinds.POD, "is that of an app, not of a pod"),
        (APP, kinds.GROUP, "is that of an app, not of a group"),
        ({"apiVersion": "v1", "kind": "Pod", "spec": {}}, kinds.APP, r"a Kubernetes object \(kind Pod\)"),
        ({"services": {"web": {}}}, kinds.APP, "a Compose file"),
        ({"id": "j", "run": {"cmd": "x"}}, kinds.APP, "a job of Metronome or Chronos"),
        ({"name": "j", "schedule": "R//P", "command": "x"}, kinds.APP, "a job of Metronome or Chronos"),
        ({"version": "2020", "deploymentId": "x"}, kinds.APP, "an answer of Marathon to a write"),
        ({"message": "App '/a' does not exist"}, kinds.APP, "an answer of Marathon to a write or its error"),
    ],
)
def test_what_is_no_such_definition_is_said(definition, wanted, words):
    with pytest.raises(DefinitionError, match=words):
        kinds.only(definition, wanted)


def test_a_saved_answer_about_one_is_read():
    assert kinds.only({"app": APP}, kinds.APP) == APP
    assert kinds.only({"id": "/p", "spec": POD, "status": "STABLE", "instances": []}, kinds.POD) == POD
    assert kinds.only({"id": "/g"}, kinds.GROUP) == {"id": "/g"}
    assert kinds.only({}, kinds.GROUP) == {}
    assert kinds.only({"apps": [APP]}, kinds.GROUP) == {"apps": [APP]}


def test_by_the_options_of_the_module():
    params = dict.fromkeys(app_options.app_options_spec())
    assert app_options.definition_of({**params, "merge": False, "definition": {"app": APP}}) == APP
    with pytest.raises(DefinitionError, match="that of a pod"):
        app_options.definition_of({**params, "merge": False, "definition": POD})


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ({"executorResources": {"cpus": 0.2}}, kinds.POD),
        ({"id": "/p", "scaling": {"instances": 2}}, kinds.POD),
        ({"labels": {"team": "a"}}, kinds.POD),
        ({"id": "/a", "dependencies": ["/b"]}, kinds.APP),
        ({"id": "/a", "labels": {"team": "a"}}, kinds.APP),
    ],
)
def test_a_part_that_is_merged_can_be_one_of_each(part, wanted):
    assert kinds.only(part, wanted) == part
