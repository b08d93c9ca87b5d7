"""What a removal takes while somebody else works on the same apps, and what is said of it before."""

from __future__ import annotations

import contextlib

import pytest
from faulty_proxy import Fault, FaultyProxy

MODULE = "quorum.mesos.marathon_apps"
SLEEP = {"cmd": "sleep 1000", "cpus": 0.01, "mem": 16}


@pytest.fixture
def running(marathon, group):
    """The apps a and b of a set, each of which runs."""
    for name in "ab":
        assert marathon.write("PUT", f"/v2/apps{group}/{name}", SLEEP).ok
    marathon.settle(group)
    return group


CONTAINER = {
    "name": "c",
    "exec": {"command": {"shell": "sleep 1000"}},
    "resources": {"cpus": 0.01, "mem": 16},
}
POD = {"containers": [CONTAINER], "scaling": {"kind": "fixed", "instances": 0}}


@pytest.fixture
def proxy(marathon):
    """A second writer works in the moment in which the first read is answered."""

    def session():
        return contextlib.nullcontext(marathon.ask)

    with FaultyProxy(lambda: marathon.url, session).serving() as proxy:
        yield proxy


def meanwhile(proxy, action):
    proxy.add("race", Fault("GET", lost=False, meanwhile=action))
    return proxy.url("race")


@pytest.mark.parametrize("kind", ["pod", "app"])
def test_what_comes_into_a_group_after_the_read_stays(ansible, marathon, group, proxy, kind):
    for name in ("g/a", "keep"):
        assert marathon.write("PUT", f"/v2/apps{group}/{name}", {**SLEEP, "instances": 0}).ok
    marathon.settle(group)

    def create():
        if kind == "pod":
            answer = marathon.write("POST", "/v2/pods", {"id": f"{group}/g/new", **POD})
        else:
            answer = marathon.write("PUT", f"/v2/apps{group}/g/new", {**SLEEP, "instances": 0})
        assert answer.ok, answer.text
        marathon.settle(group)

    done = ansible.module(
        module=MODULE,
        url=meanwhile(proxy, create),
        definitions=[{"id": f"{group}/keep", **SLEEP, "instances": 0}],
        owner_group=group,
        prune=True,
    )
    assert not done["failed"], done["output"]
    assert (done["removed"], done["groups"]) == ([f"{group}/g/a"], [])
    assert f"the group {group}/g is kept, because {group}/g/new came into it meanwhile" in done["output"]
    assert marathon.app(f"{group}/g/a") is None
    assert marathon.write("GET", f"/v2/{kind}s{group}/g/new").ok


def test_an_app_that_another_set_takes_over_after_the_read_stays(ansible, marathon, group, proxy):
    idle = {**SLEEP, "instances": 0}
    for name in "ab":
        body = {**idle, "labels": {"owner": group[1:]}}
        assert marathon.write("PUT", f"/v2/apps{group}/{name}", body).ok

    def take_over():
        assert marathon.write("PUT", f"/v2/apps{group}/b", {"labels": {"owner": "bank"}}).ok
        marathon.settle(group)

    marathon.settle(group)
    done = ansible.module(
        module=MODULE,
        url=meanwhile(proxy, take_over),
        definitions=[{"id": f"{group}/a", **idle}],
        owner_label=f"owner={group[1:]}",
        prune=True,
    )
    assert not done["failed"], done["output"]
    assert (done["changed"], done["removed"]) == (False, [])
    assert marathon.app(f"{group}/b")["labels"] == {"owner": "bank"}
    # A set that owns the whole group names it.
    owned = {"definitions": [{"id": f"{group}/a", **idle, "labels": {"owner": group[1:]}}], "owner_group": group}
    planned = ansible.module("--check", module=MODULE, prune=True, **owned)
    assert planned["removed"] == []
    assert f"owned by another set: {group}/b (owner=bank)" in " ".join(planned["output"].split())


@pytest.mark.parametrize("switches", [["--check"], []], ids=["check", "run"])
def test_a_running_deployment_of_what_is_to_go_is_refused_before_anything_is_written(
    ansible, marathon, running, switches
):
    assert marathon.write("PUT", f"/v2/apps{running}/a", {"mem": 10000000}).ok
    refused = ansible.module(
        *switches, module=MODULE, definitions=[{"id": f"{running}/b", **SLEEP, "mem": 17}], owner_group=running,
        prune=True,
    )  # fmt: skip
    assert refused["failed"]
    assert f"another deployment holds {running}/a (" in refused["msg"]
    assert "Nothing was changed" in refused["msg"]
    assert not refused["changed"]
    assert marathon.app(f"{running}/b")["mem"] == SLEEP["mem"]


def test_the_plan_is_shown_with_what_goes(ansible, running):
    options = {"definitions": [{"id": f"{running}/a", **SLEEP}], "owner_group": running, "prune": True}
    line = f"[localhost] Plan: 0 to create, 0 to change, 1 to remove ({running}/b), 1 unchanged"
    assert line in ansible.module("--check", module=MODULE, **options)["output"]
    assert line in ansible.module(module=MODULE, **options)["output"]
