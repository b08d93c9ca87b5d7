from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition

from ..app_runs import DEFINITION, DEPLOYMENT, DRY, INFO, NO_REASON, get, run, second, version
from ..fakes import LATE, Call, stored, task


class TestSuspended:
    def test_an_app_as_it_is(self):
        result = run(
            get(stored(instances=3, cpus=2.0)),
            INFO,
            Call("PUT", "/v2/apps/a", data=DEPLOYMENT, params={}, body={"instances": 0}),
            get(stored(instances=0, cpus=2.0)),
            definition=None,
            app_id="a",
            state="suspended",
        )
        assert (result["action"], result["restarts"], result["steps"]) == ("scaled", False, ["ScaleApplication"])
        assert (result["resume_instances"], result["endpoints"]) == (3, [])
        assert result["msg"] == "/a is suspended; state=present with instances=3 starts it again"

    def test_a_changed_definition_replaces_nothing(self):
        result = run(get(stored(cpus=2.0)), INFO, DRY, state="suspended", check_mode=True)
        assert (result["action"], result["restarts"], result["steps"]) == ("updated", False, ["ScaleApplication"])
        assert (result["before"]["instances"], result["after"]["instances"]) == (1, 0)

    def test_of_a_suspended_app_the_versions_tell_the_instances(self):
        result = run(
            get(stored(instances=0)),
            Call("GET", "/v2/apps/a/versions", data={"versions": [version(2), version(1)]}),
            Call("GET", f"/v2/apps/a/versions/{version(2)}", data=stored(instances=0)),
            Call("GET", f"/v2/apps/a/versions/{version(1)}", data=stored(instances=4)),
            definition=None,
            app_id="a",
            state="suspended",
        )
        assert (result["changed"], result["resume_instances"]) == (False, 4)

    @pytest.mark.parametrize(
        ("definition", "ignored", "instances"),
        [({**DEFINITION, "instances": 5}, (), 5), (DEFINITION, (), 1), ({**DEFINITION, "instances": "2"}, (), 2)],
    )
    def test_the_declared_number_counts(self, definition, ignored, instances):
        result = run(get(stored(instances=3)), INFO, DRY, definition=definition, state="suspended", check_mode=True)
        assert result["resume_instances"] == instances


class TestRestarted:
    def test_all_tasks_have_to_go(self):
        old_and_new = [task(0), task(9, version=version(1))]
        result = run(
            get(stored()),
            Call("POST", "/v2/apps/a/restart", data=DEPLOYMENT),
            get(second(tasks=old_and_new, tasksRunning=2, deployments=[{"id": "d1"}])),
            get(second(tasks=[task(0)])),
            get(second()),
            definition=None,
            app_id="a",
            state="restarted",
        )
        assert (result["action"], result["restarts"], result["steps"]) == ("restarted", True, ["RestartApplication"])
        assert [found["id"] for found in result["tasks"]] == [task(9)["id"]]

    def test_check_mode_says_what_is_replaced(self):
        result = run(get(stored(instances=2)), definition=None, app_id="a", state="restarted", check_mode=True)
        assert (result["changed"], result["restarts"]) == (True, True)
        assert result["diff"]["after_header"] == "/a (replaces 2 running instances)"

    def test_nothing_runs(self):
        result = run(get(stored(instances=0)), definition=None, app_id="a", state="restarted")
        assert (result["changed"], result["action"], result["steps"]) == (False, "none", [])

    @pytest.mark.parametrize("done", [True, False])
    def test_without_an_answer_it_is_repeated_only_where_the_version_is_the_old_one(self, done):
        repeat = () if done else (Call("POST", "/v2/apps/a/restart", data=DEPLOYMENT),)
        result = run(
            get(stored()),
            Call("POST", "/v2/apps/a/restart", raises=LATE),
            get(second() if done else stored()),
            *repeat,
            get(second()),
            definition=None,
            app_id="a",
            state="restarted",
        )
        assert result["changed"]


@pytest.mark.parametrize(("wait_for_health", "fails"), [(True, True), (False, False)])
def test_an_unhealthy_instance_is_a_failure_only_where_health_is_waited_for(wait_for_health, fails):
    checks = [{"protocol": "MESOS_TCP", "portIndex": 0}]
    app = stored(healthChecks=normalised_checks(checks), tasksHealthy=0, tasksUnhealthy=1)
    options = {"definition": {**DEFINITION, "healthChecks": checks}, "healthy": wait_for_health, "timeout": 0}
    if not fails:
        assert not run(get(app), **options)["changed"]
        return
    with pytest.raises(errors.WaitFailed):
        run(get(app), *NO_REASON, **options)


def normalised_checks(checks):
    return app_definition.complete(app_definition.declared({**DEFINITION, "healthChecks": checks}))["healthChecks"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rollback": True, "wait": False}, "on_failure=rollback needs wait"),
        ({"state": "suspended", "instances": 1}, "instances is 1, but state=suspended sets the number itself"),
        ({"state": "restarted", "instances": 1}, "instances is 1, but state=restarted"),
        ({"state": "suspended", "ignored": ("instances",)}, "ignore_fields has instances"),
    ],
)
def test_options_that_contradict_each_other(options, words):
    with pytest.raises(errors.DefinitionError, match=words):
        run(**options)


@pytest.mark.parametrize("state", ["suspended", "restarted"])
def test_what_does_not_exist_is_neither_suspended_nor_restarted(state):
    with pytest.raises(errors.DefinitionError, match=f"/a does not exist, so it cannot be {state}"):
        run(get(), definition=None, app_id="a", state=state)
