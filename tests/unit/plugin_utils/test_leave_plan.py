"""What the playbook leave refuses, of which class an app is, and what it does with it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils import leave_plan

ASKED: dict[str, Any] = {
    "apps": "/web", "classes": {}, "shares": [1, 10, 50, 100], "pause": 30, "soak": 300, "drain_timeout": 300,
    "wait_timeout": 300, "back": False, "tags": ["all"], "skip": [], "url": "http://m:8080",
    "balancer_group": "load_balancers", "manager_group": "swarm_managers", "managers": ["n1"],
    "balancers": [["lb1", "", "10.0.0.9"]],
}  # fmt: skip
APP: dict[str, Any] = {
    "instances": 2, "running": 2, "healthy": 0, "is_checked": False, "deployments": [], "framework": "",
    "deployment_group": "", "is_single": False, "has_fixed_ports": False, "persistent": [], "external": [],
    "local_image": False, "image": "nginx",
}  # fmt: skip
SERVED = MappingProxyType(
    {"backends": {"web_10000": {"index": 0, "mode": "http", "up": 2}}, "knows_outside": True, "why_not": ""}
)
UNSERVED = {"backends": {}, "knows_outside": True, "why_not": ""}
BEGUN = {"id": "/web", "class": "http", "modes": {"0": "http"}, "instances": 2, "done": {"save": "x", "translate": "x"}}
ALL = dict.fromkeys(["save", "translate", "start", "probe", "shift", "drain", "scale", "soak", "remove"], "x")


def plan(
    app: dict[str, Any] | None = None, state: dict[str, Any] | None = None, seen: Any = SERVED,
    nodes: Any = ("10.0.0.1",), differs: Any = (), **asked: Any,
) -> dict[str, Any]:  # fmt: skip
    app = APP if app is None else app
    found = {"/web": {"app": app, "state": state or {}, "directory": "/d/web", "differs": list(differs)}}
    served = [{"item": ["/web", "lb1"], **seen}] if seen else []
    return leave_plan.plan(found, {**ASKED, **asked}, served, nodes)


def refused(**more: Any) -> str:
    found = plan(**more)
    assert found["apps"] == []
    (said,) = found["problems"]
    return str(said)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"apps": ""}, "leave_apps is not set"),
        ({"apps": "/a,/a"}, "leave_apps has /a twice"),
        ({"apps": ["/a b"]}, "no ID of an app"),
        ({"url": ""}, "no Marathon is known"),
        ({"classes": []}, "leave_classes is no mapping"),
        ({"classes": {"/web": "fast"}}, "leave_classes has fast for /web"),
        ({"shares": [10, 5, 100]}, "leave_shares is [10, 5, 100]"),
        ({"shares": [1, 50]}, "that end with 100"),
        ({"shares": "100%"}, "leave_shares is [100%]"),
        ({"shares": "[1, 100]"}, "leave_shares is [[1, 100]]"),
        ({"shares": [0, 100]}, "leave_shares"),
        ({"pause": "1m"}, "leave_pause is 1m"),
        ({"managers": []}, "no swarm is known: the group swarm_managers"),
        ({"tags": ["shfit"]}, "--tags names shfit"),
        ({"skip": ["removal"]}, "--skip-tags names removal"),
        ({"tags": ["shift"], "back": True}, "leave_back has no phases"),
    ],
)
def test_the_command(asked: dict[str, Any], word: str) -> None:
    (said,) = leave_plan.option_problems({**ASKED, **asked})
    assert word in said


def test_a_right_command() -> None:
    assert leave_plan.option_problems(ASKED) == []
    assert leave_plan.app_ids(" shop/web, /x/ ,") == leave_plan.app_ids(["shop/web", "/x"]) == ["/shop/web", "/x"]


@pytest.mark.parametrize(
    ("app", "seen", "classes", "kind"),
    [
        ({}, SERVED, {}, "http"),
        ({"is_single": True}, SERVED, {}, "single"),
        ({"has_fixed_ports": True}, SERVED, {}, "single"),
        ({"external": ["/data"]}, SERVED, {}, "single"),
        ({}, UNSERVED, {"/web": "consumer"}, "consumer"),
        ({}, UNSERVED, {"/web": "cron"}, "cron"),
        ({}, SERVED, {"/web": "single"}, "single"),
    ],
)
def test_classes(app: dict[str, Any], seen: Any, classes: dict[str, str], kind: str) -> None:
    (one,) = plan(app={**APP, **app}, seen=seen, classes=classes)["apps"]
    assert one["class"] == kind


@pytest.mark.parametrize(
    ("app", "word"),
    [
        ({"framework": "kafka"}, "a scheduler of Mesos (DCOS_PACKAGE_FRAMEWORK_NAME kafka)"),
        ({"persistent": ["db"]}, "local persistent volumes (db)"),
        ({"local_image": True, "image": "localhost:5000/x"}, "its image localhost:5000/x is only on one host"),
        ({"deployment_group": "g"}, "the deployment group g"),
        ({"instances": 0, "running": 0}, "it has 0 instances"),
        ({"deployments": ["d1"]}, "a deployment is running (d1)"),
        ({"running": 1}, "of its 2 instances 1 run"),
        ({"is_checked": True, "healthy": 1}, "1 are healthy"),
    ],
)
def test_what_cannot_move(app: dict[str, Any], word: str) -> None:
    assert word in refused(app={**APP, **app})


def test_what_the_load_balancers_lack() -> None:
    assert "the group load_balancers has no hosts" in refused(seen=None, balancers=[], classes={"/web": "http"})
    assert "needs a port that the load balancers serve: its label" in refused(
        seen={**UNSERVED, "why_not": "its label is wrong"}, classes={"/web": "http"}
    )
    assert "no load balancer serves it" in refused(seen=UNSERVED)
    assert "lb1 is of an older release" in refused(seen={**SERVED, "knows_outside": False})
    assert "lb1 is a load balancer and a node" in refused(balancers=[["lb1", "", "10.0.0.1"]])
    assert "its ports on the host are fixed" in refused(
        app={**APP, "has_fixed_ports": True}, classes={"/web": "http"}
    )


def test_an_app_that_is_not_there() -> None:
    assert "/web: it is not on Marathon" in refused(app={})


def test_a_run_goes_on_where_it_stopped_with_the_class_of_then() -> None:
    (one,) = plan(state=BEGUN)["apps"]
    assert one["phases"] == ["start", "probe", "shift", "drain", "scale", "soak", "remove"]
    assert "it has begun to leave as http" in refused(state=BEGUN, classes={"/web": "single"})
    assert "/web: the phase start comes first" in refused(state=BEGUN, tags=["shift"])


def test_what_has_begun_is_not_held_up_by_what_it_did_itself() -> None:
    """Scaled to 0, or gone from Marathon: that is the way."""
    assert plan(app={**APP, "instances": 0, "running": 0}, state=BEGUN)["problems"] == []
    (one,) = plan(app={}, state={**BEGUN, "done": ALL, "share": 100})["apps"]
    assert (one["phases"], one["lines"]) == ([], ["/web (http): nothing is left"])


def test_the_way_back() -> None:
    (one,) = plan(state=BEGUN, back=True)["apps"]
    assert (one["back"], one["phases"]) == (["restore", "end"], [])
    assert "there is no way back" in refused(back=True)
    found = plan(state={"id": "/web", "back": "x"}, back=True)
    assert (found["problems"], found["apps"], found["lines"]) == ([], [], ["/web: nothing is left"])


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ("100", [100]),
        (100, [100]),
        ("1, 10,100", [1, 10, 100]),
        ([1, "50", 100], [1, 50, 100]),
        ([1.5, 100], [-1, 100]),
    ],
)
def test_shares_are_read_once_for_the_check_and_for_the_way(given: Any, numbers: list[int]) -> None:
    assert leave_plan.shares(given) == numbers
    if -1 not in numbers:
        assert leave_plan.option_problems({**ASKED, "shares": given}) == []
        assert plan(shares=given)["apps"][0]["shares"] == numbers
    assert plan(shares=given, classes={"/web": "single"})["apps"][0]["shares"] == [100]


def test_marathon_keeps_its_tasks_until_the_swarm_has_all_requests() -> None:
    (http,) = plan()["apps"]
    looked = {"app": {**APP, "instances": 0}, "differs": [], "directory": "/d/web"}
    for phase in ("drain", "scale", "remove"):
        assert "the swarm gets 0 percent of the requests" in leave_plan.guard(http, phase, {"share": 0}, looked)
        assert leave_plan.guard(http, phase, {"share": 100}, looked) == ""
    (single,) = plan(classes={"/web": "single"})["apps"]
    assert leave_plan.guard(single, "scale", {"share": 0}, looked) == ""
    assert "needs all of them there" in leave_plan.guard(single, "remove", {"share": 1}, looked)
    (unserved,) = plan(seen=UNSERVED, classes={"/web": "consumer"})["apps"]
    assert leave_plan.guard(unserved, "scale", {"share": 0}, looked) == ""


def test_what_has_changed_on_marathon_is_not_scaled_or_removed() -> None:
    (http,) = plan()["apps"]
    looked: dict[str, Any] = {"app": APP, "differs": ["cmd", "env"], "directory": "/d/web"}
    for phase in ("drain", "scale", "remove"):
        why = leave_plan.guard(http, phase, {"share": 100}, looked)
        assert "has changed since it was saved (cmd, env): go back (leave_back=true)" in why
    looked["differs"] = []
    assert leave_plan.guard(http, "scale", {"share": 100}, looked) == ""
    assert "it has 2 instances on Marathon again" in leave_plan.guard(http, "remove", {"share": 100}, looked)
    assert leave_plan.guard(http, "remove", {"share": 100}, {**looked, "app": {}}) == ""


def test_a_run_does_not_go_on_with_a_definition_that_has_changed() -> None:
    assert "has changed since it was saved (env)" in refused(state=BEGUN, differs=["env"])
    assert plan(state=BEGUN, differs=["env"], back=True)["problems"] == []


def test_requests_that_went_back_to_marathon_are_moved_again() -> None:
    done = dict.fromkeys(("save", "translate", "start", "probe", "shift"), "x")
    (one,) = plan(state={**BEGUN, "done": done, "share": 0})["apps"]
    assert one["phases"] == ["shift", "drain", "scale", "soak", "remove"]
    (one,) = plan(state={**BEGUN, "done": done, "share": 100})["apps"]
    assert one["phases"][0] == "drain"
    assert "the phase shift comes first" in refused(state={**BEGUN, "done": done, "share": 10}, tags=["drain"])


@pytest.mark.parametrize(
    ("kind", "done", "looked", "share", "said"),
    [
        ("http", ["start"], {"app": {"running": 2}}, 0, "Marathon has all requests again."),
        ("consumer", ["start"], {"app": {"running": 1}}, 0, "Marathon has all requests again."),
        # Marathon does not answer, which ends no task of it.
        ("http", ["start"], {"msg": "refused"}, 0, "Marathon has all requests again."),
        ("http", ["start"], {"app": {"running": 0}}, -1, "because no task on Marathon serves."),
        ("http", ["start", "scale", "remove"], {"app": {}}, -1, "because no task on Marathon serves."),
        ("http", ["start", "scale"], {"app": {"running": 2}}, -1, "because no task on Marathon serves."),
        ("single", ["start"], {"app": {"running": 1}}, -1, "The requests stay where they are."),
    ],
)
def test_requests_go_back_only_to_tasks_that_serve(
    kind: str, done: list[str], looked: dict[str, Any], share: int, said: str
) -> None:
    then = leave_plan.after_failure({"class": kind}, {"done": dict.fromkeys(done, "x")}, looked)
    assert then["share"] == share
    assert said in then["said"]


def test_a_swarm_without_a_node_that_takes_tasks() -> None:
    assert "the swarm has no node that takes tasks" in plan(nodes=[])["problems"][0]
    assert plan(nodes=[], state=BEGUN, back=True)["problems"] == []


LOST = {"unreachable": True, "msg": "No route to host."}
GONE = {**BEGUN, "service": "web"}


def test_the_way_forward_needs_the_swarm_and_every_load_balancer() -> None:
    assert "no host of the group swarm_managers is a manager" in refused(nodes=None)
    assert "lb1 does not answer (No route to host): correct that, or take it out of" in refused(seen=LOST)


def test_the_way_back_of_what_may_run_twice_needs_no_swarm() -> None:
    found = plan(state=GONE, nodes=None, back=True)
    (one,) = found["apps"]
    assert (one["back"], one["forget"], found["problems"]) == (["restore"], False, [])
    assert "its service stays on the swarm, because no manager" in found["unfinished"][0]
    (one,) = plan(state=BEGUN, nodes=None, back=True)["apps"]
    assert (one["back"], one["forget"]) == (["restore", "end"], True)
    assert "must end before it runs on Marathon" in refused(state={**GONE, "class": "single"}, nodes=None, back=True)


def test_the_way_back_leaves_out_a_load_balancer_that_does_not_answer() -> None:
    balancers = [["lb1", "", ""], ["lb2", "", ""]]
    found = plan(state=GONE, seen=LOST, balancers=balancers, back=True)
    (one,) = found["apps"]
    # It may be out of reach and yet send requests to the swarm.
    assert (one["back"], one["forget"], found["balancers"]) == (["restore"], False, ["lb2"])
    assert "lb1 keeps its servers on the swarm, because it does not answer (No route" in found["unfinished"][0]
    (one,) = plan(state={**GONE, "class": "cron"}, seen=LOST, balancers=balancers, back=True)["apps"]
    assert (one["back"], one["forget"]) == (["end", "restore"], False)


def test_load_balancers_that_gave_no_answer_are_named() -> None:
    results = [{"item": "lb1", "backends": {}}, {"item": "lb2", "failed": False, "msg": "The agent is silent."}]
    assert leave_plan.missed_sentence(results) == "Not done on lb2 (The agent is silent)."
    assert leave_plan.missed_sentence(results[:1]) == ""


TRANSLATED: dict[str, Any] = {"unaccepted": [], "refusal": "", "names": {"/web": {"swarm": ["web"]}}}
SPEC = {"EndpointSpec": {"Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 10000}]}}


@pytest.mark.parametrize(
    ("translated", "rehearsed", "service", "word"),
    [
        ({"unaccepted": [{}], "refusal": "1 notes are not accepted: no image"}, {"skipped": True}, {}, "no image."),
        ({}, {"msg": "the network apps is missing."}, {}, "/web: the network apps is missing."),
        ({}, {"spec": SPEC}, {"owner": "/other"}, "a service web that was not made of it"),
        ({}, {"spec": {}}, {}, "the port 0 has no fixed number"),
    ],
)
def test_what_would_stop_the_service_is_known_before_anything_changes(
    translated: dict[str, Any], rehearsed: dict[str, Any], service: dict[str, Any], word: str
) -> None:
    (app,) = plan()["apps"]
    (said,) = leave_plan.rehearsal(app, {"0": 80}, {**TRANSLATED, **translated}, rehearsed, service)["problems"]
    assert word in said


def test_a_service_that_the_swarm_takes() -> None:
    (app,) = plan()["apps"]
    for service in ({}, {"owner": "/web"}):
        found = leave_plan.rehearsal(app, {"0": 80}, TRANSLATED, {"spec": SPEC}, service)
        assert found == {"problems": [], "ports": {"0": 10000}}
