"""The request and response vectors for Marathon 1.11 (data/vectors.json): plans, and what becomes of refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted, plan_present

from ..fakes import Call, FakeSession

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "vectors.json").read_text(encoding="utf-8"))
TAKEN = [pytest.param(vector, id=vector["name"]) for vector in VECTORS if vector["status"] == 201]
REFUSED = [pytest.param(vector, id=vector["name"]) for vector in VECTORS if vector["status"] != 201]
ASSIGNED = 10042


def definition(vector):
    app_id = vector["path"].removeprefix("/v2/apps")
    return {"id": app_id, **vector["request"]} if app_id else vector["request"]


def got(vector):
    """What GET returns, a service port in the place of <assigned>."""
    return json.loads(json.dumps(vector["get_app"]).replace('"<assigned>"', str(ASSIGNED)))


def unassigned(app):
    return json.loads(json.dumps(app).replace(str(ASSIGNED), "0"))


@pytest.mark.parametrize("vector", TAKEN)
def test_the_canonical_form_is_what_get_returns(vector):
    app = got(vector)
    if vector["name"] == "hc-post-no-index":
        # The next write of any kind adds it; a plan with it is no change, see below.
        app["healthChecks"][0]["portIndex"] = 0
    canonical = app_definition.canonical({**definition(vector), "role": "*"})
    assert canonical == unassigned(app)
    assert app_definition.canonical(got(vector)) == app


@pytest.mark.parametrize("vector", TAKEN)
def test_what_get_returns_plans_to_nothing(vector):
    plan = plan_present(Wanted(app_definition.declared(definition(vector))), got(vector))
    assert (plan.action, plan.before) == (app_plan.NONE, plan.after)


@pytest.mark.parametrize("vector", TAKEN)
def test_a_creation_is_planned_to_be_what_get_returns(vector):
    plan = plan_present(Wanted(app_definition.declared(definition(vector))), None)
    assert {**plan.after, "role": "*"} == app_definition.canonical(unassigned(got(vector)))


@pytest.mark.parametrize("vector", REFUSED)
def test_a_refusal_is_told_with_its_place(vector):
    call = Call("PUT", "/v2/apps/a", status=vector["status"], data=vector["error"])
    client = Client(Http(["http://m1:8080"], lambda _seconds: None, session=FakeSession(call)))
    with pytest.raises(errors.MarathonError) as failure:
        client.put_app("/a", vector["request"], partial=False, force=False)
    for detail in vector["error"].get("details", []):
        assert f"{detail['path']}: " in str(failure.value)
        # The object that lacks the field is not for everybody's eyes.
        assert "is undefined on object" in detail["errors"][0] or detail["errors"][0] in str(failure.value)
    if "details" not in vector["error"]:
        assert vector["error"]["message"] in str(failure.value)


def test_what_is_refused_that_way_is_not_sent_in_the_first_place():
    by_name = {vector["name"]: vector["request"] for vector in VECTORS}
    body = plan_present(Wanted(app_definition.declared(by_name["nginx-unique-empty"])), None).request.body
    assert body["constraints"] == [["hostname", "UNIQUE"]]
    assert "version" not in app_definition.declared({"id": "/basic-0", **by_name["version-with-fields"]})
    with pytest.raises(errors.DefinitionError, match="/id must be a string, not 123"):
        app_definition.declared(by_name["id-not-string"])


@pytest.mark.parametrize(
    ("path", "message"),
    [("app", "App '/nope' does not exist"), ("pod", '{"message": "pod with /nope does not exist"}')],
)
def test_what_does_not_exist_is_none(path, message):
    call = Call("GET", f"/v2/{path}s/nope", status=404, data={"message": message})
    client = Client(Http(["http://m1:8080"], lambda _seconds: None, session=FakeSession(call)))
    assert getattr(client, path)("/nope") is None
