"""Fields that a definition leaves to others: what can be named, and that the write does not touch them."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.plan import Rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.writes import arranged
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    app as app_plan,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    ignored,
    ownership,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    pod as pod_plan,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Request, plan_present

from ..app_runs import DEPLOYMENT, INFO, get, run
from ..apps.planning.test_plan import app as of_set
from ..apps.planning.test_plan import plan as plan_set
from ..apps.planning.test_plan import there
from ..apps.test_run import app, put, read
from ..apps.test_run import run as run_set
from ..fakes import Call, pod_status, stored, stored_pod
from ..group.test_run import group
from ..group.test_run import run as run_group
from ..pod import test_run as pod_runs
from .test_app import wanted
from .test_pod import declared as pod

IMAGE = {"type": "DOCKER", "docker": {"image": "x:1"}, "volumes": []}

MATCHING_NOTHING = [
    ("instanes", r"'instanes' is not a field that an app declares; did you mean 'instances'\?"),
    ("healthChecks.path", r"'healthChecks.path' matches nothing, because healthChecks is a list, of which no part can"),
    ("fetch.uri", r"because fetch is a list"),
    ("container.volumes.hostPath", r"because container.volumes is a list"),
    ("cpus.x", r"'cpus.x' matches nothing, because cpus is a single value, .*: name cpus itself$"),
    ("container.docker.image.tag", r"because container.docker.image is a single value"),
    ("container.docker.imgae", r"'container.docker.imgae' matches nothing in container.docker; did you mean 'image'\?"),
    ("container.zzz", r"matches nothing in container; the fields are type, docker, appc, portMappings"),
    ("upgradeStrategy.min", r"matches nothing in upgradeStrategy; .*minimumHealthCapacity, maximumOverCapacity"),
    ("unreachableStrategy.inactive", r"matches nothing in unreachableStrategy"),
    ("container.docker.network", r"'container.docker.network' is 'networks' since Marathon 1.5: name that instead"),
    ("ports", r"'ports' is 'portDefinitions' since Marathon 1.5"),
]


@pytest.mark.parametrize(("path", "words"), MATCHING_NOTHING)
def test_a_path_that_no_app_can_have_is_refused(path, words):
    with pytest.raises(DefinitionError, match=f"^ignore_fields: .*{words}"):
        ignored.check_app((path,))
    with pytest.raises(DefinitionError, match=r"^leave_out: "):
        ignored.check_app((path,), "leave_out")


@pytest.mark.parametrize(
    "path",
    ["instances", "env", "env.A", "env.A.B", "labels.traefik.enable", "container", "container.docker.image",
     "container.portMappings", "upgradeStrategy.minimumHealthCapacity", "unreachableStrategy.expungeAfterSeconds",
     "secrets.s", "resourceLimits.cpus", "check.http.path"],
)  # fmt: skip
def test_a_path_that_an_app_can_have_is_taken(path):
    ignored.check_app((path,))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("enviroment", "did you mean 'environment'"),
        ("containers.image", "containers is a list"),
        ("scaling.instance", "did you mean 'instances'"),
        ("instances.x", "instances is a single value"),
        ("scheduling.placement.constraints.x", "is a list"),
        ("user.x", "user is a single value"),
    ],
)
def test_in_a_pod(path, words):
    with pytest.raises(DefinitionError, match=f"^ignore_fields: .*{words}"):
        pod_plan.check_ignored((path,))


@pytest.mark.parametrize("path", ["instances", "scaling", "environment.A", "scheduling.backoff", "labels.a.b"])
def test_a_path_that_a_pod_can_have_is_taken(path):
    pod_plan.check_ignored((path,))


UNKNOWN_KEY = r"^ignore_fields: 'env.a' matches nothing, because env has no 'a', neither in the definition nor on "


def test_a_text_has_no_parts_but_a_reference_to_a_secret_has():
    told = "ignore_fields: 'env.DB.x' matches nothing, because env has no 'DB.x'"
    sentences = ignored.unmatched(["env.DB.x", "env.PW.secret"], [{"env": {"DB": "1", "PW": {"secret": "s"}}}])
    assert [sentence.partition(", neither")[0] for sentence, _near in sentences] == [told]


class TestAKeyThatNothingHas:
    def test_of_an_app(self):
        definition = {"id": "a", "cmd": "sleep 1000", "env": {"A": "1"}}
        for current in (None, stored(), stored(env={"A": "2", "B": "3"})):
            with pytest.raises(DefinitionError, match=UNKNOWN_KEY + r"Marathon; did you mean 'A'\?"):
                run(get(current), definition=definition, ignored=("env.a",))

    def test_that_is_like_none_may_come_later_and_is_told(self):
        definition = {"id": "a", "cmd": "sleep 1000", "labels": {"rack": "1"}}
        warnings = []
        run(get(stored(labels={"rack": "1"})), definition=definition, ignored=("labels.zzz",), warnings=warnings)
        told = "ignore_fields: 'labels.zzz' matches nothing, because labels has no 'zzz', neither in the definition"
        assert warnings == [f"{told} nor on Marathon; there are rack: name one of these"]
        warnings = []
        run_set(read(stored("/g/a")), declared=[app("/g/a")], ignored=("labels.zzz",), warnings=warnings)
        assert len(warnings) == 1 and warnings[0].endswith("there is none: leave it out, or declare it")

    @pytest.mark.parametrize("env", [{"A": "1"}, {}])
    def test_is_found_in_the_definition_or_on_marathon(self, env):
        definition = {"id": "a", "cmd": "sleep 1000", "env": env}
        assert run(get(stored(env={"A": "2"})), definition=definition, ignored=("env.A",))["action"] == "none"

    def test_of_a_set_is_one_that_no_app_of_it_has(self):
        rules = Rules(ignored=("env.A",))
        tree = there(stored("/a", env={"A": "2"}), stored("/b"))
        assert not plan_set([of_set("/a"), of_set("/b")], tree, rules).changed
        with pytest.raises(DefinitionError, match="did you mean 'A'"):
            plan_set([of_set("/a"), of_set("/b")], tree, Rules(ignored=("env.a",)))

    def test_of_a_group(self):
        call = Call("GET", "/v2/groups/g", data=group("/g", stored("/g/a", env={"A": "1"})))
        with pytest.raises(DefinitionError, match="did you mean 'A'"):
            run_group(call, definition={"apps": [{"id": "a", "cmd": "sleep 1000"}]}, ignored=("env.a",))

    def test_of_a_pod(self):
        want = pod_plan.WantedPod(pod(environment={"A": "1"}), ignored=("environment.a",))
        with pytest.raises(DefinitionError, match="did you mean 'A'"):
            pod_plan.plan_present(want, stored_pod(environment={"A": "1"}))


class TestKeeping:
    def test_the_value_is_kept_and_does_not_count(self):
        current = stored(instances=7, env={"A": "1"})
        plan = plan_present(wanted(ignored=("instances",), instances=1, env={"A": "2"}), current)
        assert plan.after["instances"] == 7
        assert plan_present(wanted(ignored=("instances",), env={"A": "1"}), current).action == app_plan.NONE

    def test_one_key_of_a_mapping(self):
        current = stored(env={"A": "1", "B": "1"}, labels={"traefik.enable": "true"})
        want = wanted(ignored=("env.A", "labels.traefik.enable"), env={"A": "2", "B": "1"}, labels={"x": "y"})
        plan = plan_present(want, current)
        assert plan.after["env"] == {"A": "1", "B": "1"}
        assert plan.request == Request("PUT", {"labels": {"traefik.enable": "true", "x": "y"}}, partial=True)
        assert plan.carried == ("labels.traefik.enable",)

    def test_a_nested_field(self):
        want = wanted(ignored=("container.docker.image",), container={"docker": {"image": "x:2"}})
        assert plan_present(want, stored(container=IMAGE)).action == app_plan.NONE

    def test_what_the_app_does_not_have_is_not_added(self):
        assert plan_present(wanted(ignored=("env",), env={"A": "1"}), stored()).action == app_plan.NONE
        assert plan_present(wanted(ignored=("env.A",), env={"A": "1"}), stored()).action == app_plan.NONE

    def test_the_declared_value_is_used_at_creation(self):
        assert plan_present(wanted(ignored=("instances",), instances=3), None).request.body["instances"] == 3


FULL = stored(user="www", env={"A": "1"}, labels={"a": "b"}, instances=1, dependencies=["/z"], cpus=2.0)


class TestTheWriteLeavesOut:
    """What another writes between the read and the write survives."""

    @pytest.mark.parametrize("options", [{"ignored": ("instances",)}, {"merge": True}])
    def test_what_it_does_not_change(self, options):
        want = wanted(**options, env={"A": "2"}, user="www", labels={"a": "b"}, cpus=2, dependencies=["/z"])
        plan = plan_present(want, FULL)
        assert (plan.request, plan.carried) == (Request("PUT", {"env": {"A": "2"}}, partial=True), ())

    def test_but_names_what_goes_and_repeats_what_marathon_would_drop(self):
        current = stored(**{**FULL, "resourceLimits": {"mem": 256}, "check": None})
        half = {"maximumOverCapacity": 0}
        want = wanted(ignored=("instances", "user"), resourceLimits={"mem": 256}, upgradeStrategy=half)
        body = plan_present(want, current).request.body
        assert body == {
            "env": {},
            "labels": {},
            "dependencies": [],
            "cpus": 1.0,
            "resourceLimits": {"mem": 256.0},
            "upgradeStrategy": {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 0.0},
        }

    @pytest.mark.parametrize(
        ("current", "declared"),
        [
            ({"user": "www"}, {}),
            ({"taskKillGracePeriodSeconds": 5}, {}),
            ({}, {"cmd": None, "args": ["x"]}),
            ({"tty": True}, {}),
            ({}, {"networks": [{"mode": "container/bridge"}]}),
        ],
    )
    def test_unless_only_a_full_write_can_do_it(self, current, declared):
        plan = plan_present(wanted(ignored=("instances",), **declared), stored(instances=4, **current))
        assert (plan.request.partial, plan.request.body["instances"]) == (False, 4)
        assert plan.carried == ("instances",)

    def test_with_an_old_release(self):
        want = wanted(ignored=("instances",), env={"A": "2"}, instances=1)
        for release in ((0, 13), (1, 3), (1, 4, 6)):
            there = app_definition.canonical({"id": "/a", "cmd": "sleep 1000", "env": {"A": "1"}}, release)
            before = {**there, "instances": 4}
            body = plan_present(want, before, release).request.body
            assert "instances" not in body and "cpus" not in body and body["env"] == {"A": "2"}


class TestOneApp:
    def test_is_written_without_the_field(self):
        """An autoscaler's 4 that comes after the read."""
        definition = {"id": "a", "cmd": "sleep 1000", "env": {"A": "2"}}
        scaled = stored(env={"A": "2"}, instances=4)
        write = Call("PUT", "/v2/apps/a", data=DEPLOYMENT, params={}, body={"env": {"A": "2"}})
        warnings = []
        told = {"definition": definition, "ignored": ("instances",), "warnings": warnings}
        result = run(get(stored(env={"A": "1"})), INFO, write, get(scaled), **told)
        assert (result["app"]["instances"], warnings) == (4, [])

    def test_is_read_again_where_the_field_cannot_be_left_out(self):
        warnings = []
        body = {"id": "/a", "cmd": "sleep 1000", "env": {"A": "2"}, "role": "*", "instances": 4}
        result = run(
            get(stored(env={"A": "1"}, user="www")),
            INFO,
            get(stored(env={"A": "1"}, user="www", instances=4)),
            Call("PUT", "/v2/apps/a", data=DEPLOYMENT, params={"partialUpdate": "false"}, body=body),
            get(stored(env={"A": "2"}, instances=4)),
            definition={"id": "a", "cmd": "sleep 1000", "env": {"A": "2"}},
            ignored=("instances",),
            warnings=warnings,
        )
        assert (result["after"]["instances"], result["app"]["instances"]) == (4, 4)
        assert warnings == [
            "the write to /a cannot leave out instances of ignore_fields, because Marathon replaces what holds it as a "
            "whole; it is read again right before, but a change that another makes in between is lost"
        ]

    def test_that_another_made_as_declared_meanwhile_is_not_written(self):
        current = stored(env={"A": "1", "B": "1"})
        definition = {"id": "a", "cmd": "sleep 1000", "env": {"A": "2"}}
        then = get(stored(env={"A": "2", "B": "3"}))
        result = run(get(current), INFO, then, definition=definition, ignored=("env.B",), wait=False)
        assert not result["changed"]


class TestASet:
    def test_is_one_array_of_partial_definitions(self):
        tree = there(stored("/a", env={"A": "1"}, instances=2), stored("/scaled", instances=2))
        declared = [of_set("/a", env={"A": "2"}), of_set("/new", instances=3), of_set("/scaled")]
        (write,) = arranged(plan_set(declared, tree, Rules(ignored=("instances",))))
        assert write.partial
        assert write.body == [
            {"id": "/a", "env": {"A": "2"}},
            # In such an array a new app gets no port by itself.
            {"id": "/new", "cmd": "sleep 1000", "instances": 3,
             "portDefinitions": [{"port": 0, "name": "default", "protocol": "tcp"}]},
        ]  # fmt: skip

    def test_what_needs_a_full_write_goes_alone(self):
        tree = there(stored("/a", user="www"), stored("/b", env={"A": "1"}), stored("/c", env={"A": "1"}))
        writes = arranged(plan_set([of_set("/a"), of_set("/b"), of_set("/c")], tree, Rules(ignored=("instances",))))
        assert [(write.kind, write.apps) for write in writes] == [("app", ("/a",)), ("apps", ("/b", "/c"))]
        assert writes[1].body == [{"id": "/b", "env": {}}, {"id": "/c", "env": {}}]

    def test_without_ignored_fields_is_one_array_of_whole_definitions(self):
        (write,) = arranged(plan_set([of_set("/a", cpus=3), of_set("/b")], there(stored("/a"))))
        assert not write.partial and [body["instances"] for body in write.body] == [1, 1]

    def test_is_sent_and_rehearsed_as_such(self):
        bodies = [{"id": "/g/a", "env": {}}, {"id": "/g/b", "env": {}}]
        apps = [stored(name, env={"A": "1"}) for name in ("/g/a", "/g/b")]
        result = run_set(
            read(*apps), INFO, put(params={}, body=bodies), declared=[app("/g/a"), app("/g/b")], ignored=("instances",)
        )
        assert result["changed"]
        whole = {"id": "/g/a", "cmd": "sleep 1000", "role": "*", "instances": 1}
        check = Call("PUT", "/v2/groups/g", data={"steps": []}, params={"dryRun": "true"}, body={"apps": [whole]})
        run_set(read(apps[0]), INFO, check, declared=[app("/g/a")], ignored=("instances",), check_mode=True)

    def test_is_read_again_where_a_field_cannot_be_left_out(self):
        warnings = []
        before, then = (stored("/g/a", env={"A": "1", "B": b}) for b in ("1", "2"))
        write = Call("PUT", "/v2/apps/g/a", data=DEPLOYMENT, params={}, body={"env": {"A": "2", "B": "2"}})
        run_set(read(before), INFO, read(then), write, declared=[app("/g/a", env={"A": "2"})], ignored=("env.B",),
                warnings=warnings)  # fmt: skip
        (warning,) = warnings
        assert warning.startswith("file1: the write to /g/a cannot leave out env.B of ignore_fields, because")

    def test_with_prune_takes_nothing_that_came_meanwhile(self):
        before = stored("/g/a", env={"A": "1", "B": "1"})
        write = Call("PUT", "/v2/apps/g/a", data=DEPLOYMENT, params={}, body={"env": {"A": "2", "B": "1"}})
        run_set(read(before), INFO, read(before, stored("/g/new")), write, declared=[app("/g/a", env={"A": "2"})],
                ignored=("env.B",), owner=ownership.read("/g", None), prune=True)  # fmt: skip


def test_a_group_is_scaled_without_the_rest_of_its_apps():
    call = Call("GET", "/v2/groups/g", data=group("/g", stored("/g/a"), stored("/g/b")))
    bodies = [{"id": "/g/a", "instances": 2}, {"id": "/g/b", "instances": 2}]
    versions = Call("GET", "/v2/groups/g/versions", data=[])
    run_group(call, call, INFO, put(params={}, body=bodies), versions, scale_by=2)


def test_a_pod_is_read_again_because_it_is_only_written_whole():
    """Marathon has no partial write for pods, so an autoscaler is heard until right before."""
    warnings = []
    definition = {**pod_runs.DEFINITION, "id": "/p", "labels": {"a": "b"}}
    then = stored_pod(instances=4)
    result = pod_runs.run(
        pod_runs.status(pod_status()),
        INFO,
        pod_runs.status({**pod_status(), "spec": then}),
        Call("PUT", "/v2/pods/p", data=then),
        definition=definition,
        ignored=("instances",),
        wait=False,
        warnings=warnings,
    )
    assert result["pod"]["scaling"]["instances"] == 4
    assert [("cannot leave out instances of ignore_fields" in text) for text in warnings] == [True]
