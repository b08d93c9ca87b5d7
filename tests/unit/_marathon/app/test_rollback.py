from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors

from ..app_runs import DEPLOYMENT, INFO, NO_REASON, get, run, second, version
from ..fakes import LATE, REFUSED, Call, stored


class TestRollback:
    def fails(self, *calls, **options):
        with pytest.raises(errors.WaitFailed) as failure:
            run(*calls, rollback=True, timeout=0, **options)
        return str(failure.value), failure.value.facts["rollback"]

    def test_a_running_deployment_is_cancelled(self):
        hanging = second(tasksRunning=0, deployments=[{"id": "d1"}])
        message, rollback = self.fails(
            get(stored(cpus=2.0)),
            INFO,
            Call("PUT", "/v2/apps/a", data=DEPLOYMENT),
            get(hanging),
            *NO_REASON,
            get(hanging),
            Call("DELETE", "/v2/deployments/d1", params={}, data={"deploymentId": "d2"}),
            get(stored(cpus=2.0, deployments=[{"id": "d2"}])),
            *NO_REASON,
        )
        assert rollback == {"action": "cancelled", "deployment_id": "d2", "confirmed": False}
        assert (
            "The rollback was started (its deployment was cancelled by deployment d2), but is not confirmed" in message
        )

    def test_the_version_of_before_is_restored_when_the_deployment_is_over(self):
        over = second(tasksRunning=0)
        message, rollback = self.fails(
            get(stored(cpus=2.0)),
            INFO,
            Call("PUT", "/v2/apps/a", data=DEPLOYMENT),
            get(over),
            *NO_REASON,
            get(over),
            Call("PUT", "/v2/apps/a", body={"version": version(0)}, data={"deploymentId": "d2"}),
            get(stored(cpus=2.0, tasksRunning=0)),
            *NO_REASON,
        )
        assert (rollback["action"], rollback["deployment_id"]) == ("restored", "d2")
        assert "its previous version was restored by deployment d2" in message

    def test_a_removal_without_an_answer_is_not_called_undone(self):
        starting = get(stored(tasksRunning=0))
        silent = Call("GET", "/v2/apps/a", raises=REFUSED)
        message, rollback = self.fails(
            get(),
            INFO,
            Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT),
            starting,
            *NO_REASON,
            starting,
            Call("DELETE", "/v2/apps/a", raises=LATE),
            *[silent] * 6,
        )
        assert rollback == {"action": "none", "deployment_id": None, "confirmed": False}
        assert "It may not have been rolled back: Marathon at http://m1:8080 gave no answer to DELETE" in message
        assert "does not answer at" in message

    def test_a_created_app_is_removed_again(self):
        message, rollback = self.fails(
            get(),
            INFO,
            Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT),
            get(stored(tasksRunning=0)),
            *NO_REASON,
            get(stored(tasksRunning=0)),
            Call("DELETE", "/v2/apps/a", params={"force": "false"}, data={"deploymentId": "d2"}),
            get(),
            Call("GET", "/v2/deployments", data=[]),
        )
        assert rollback == {"action": "removed", "deployment_id": "d2", "confirmed": True}
        assert message.endswith("It was rolled back (it was removed by deployment d2): /a is removed again")

    def test_what_somebody_else_changed_is_left_alone(self):
        message, rollback = self.fails(
            get(stored(cpus=2.0)), INFO, Call("PUT", "/v2/apps/a", data=DEPLOYMENT), get(second(cpus=7.0))
        )
        assert rollback == {"action": "none", "deployment_id": None, "confirmed": False}
        assert message.endswith("Nothing was rolled back")

    def test_an_unchanged_app_and_a_removal_are_left_alone(self):
        for calls, options in (
            ((get(stored(tasksRunning=0)), *NO_REASON), {}),
            (
                (
                    get(stored()),
                    Call("DELETE", "/v2/apps/a", data=DEPLOYMENT),
                    get(),
                    Call("GET", "/v2/deployments", data=[{"id": "d1", "affectedApps": ["/a"]}]),
                ),
                {"state": "absent"},
            ),
        ):
            with pytest.raises(errors.WaitFailed) as failure:
                run(*calls, rollback=True, timeout=0, **options)
            assert "rollback" not in failure.value.facts
