"""``/api/v1/scheduler``: every call of a subscribed framework, refused as the real master refuses it or carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labengine.common import log
from labengine.master import framework_rules, operations, scheduler_calls
from labengine.master.acceptance import Acceptance
from labengine.master.allocator import Allocator
from labengine.master.frameworks import Frameworks
from labengine.master.model import Cluster, Framework
from labengine.master.registry import Registry
from labengine.master.scheduler_calls import CallError
from labengine.master.tasks import Tasks

logger = log.get(__name__)

Call = dict[str, Any]
# What is counted where such a call does not make sense.
_INVALID = {
    "ACKNOWLEDGE": "master/invalid_status_update_acknowledgements",
    "ACKNOWLEDGE_OPERATION_STATUS": "master/invalid_operation_status_update_acknowledgements",
    "MESSAGE": "master/invalid_framework_to_executor_messages",
}
OK, ACCEPTED, BAD_REQUEST, FORBIDDEN, NOT_IMPLEMENTED = 200, 202, 400, 403, 501


class SchedulerApi:
    def __init__(
        self,
        cluster: Cluster,
        registry: Registry,
        frameworks: Frameworks,
        tasks: Tasks,
        allocator: Allocator,
        acceptance: Acceptance,
    ) -> None:
        self._cluster = cluster
        self._registry = registry
        self._frameworks = frameworks
        self._tasks = tasks
        self._allocator = allocator
        self._calls: dict[str, Callable[[Framework, Call], None]] = {
            "TEARDOWN": lambda framework, _call: frameworks.teardown(framework, "it asked for it"),
            "ACCEPT": acceptance.accept,
            "DECLINE": acceptance.decline,
            "ACCEPT_INVERSE_OFFERS": lambda framework, call: allocator.inverse.answer(framework, call, "ACCEPT"),
            "DECLINE_INVERSE_OFFERS": lambda framework, call: allocator.inverse.answer(framework, call, "DECLINE"),
            "REVIVE": self._revive,
            "SUPPRESS": self._suppress,
            "KILL": self._kill,
            "SHUTDOWN": self._shut_down,
            "ACKNOWLEDGE": self._acknowledge,
            "ACKNOWLEDGE_OPERATION_STATUS": self._acknowledge_operation,
            "RECONCILE": self._reconcile,
            "RECONCILE_OPERATIONS": self._reconcile_operations,
            "MESSAGE": self._message,
            "REQUEST": self._request,
            "UPDATE_FRAMEWORK": self._update_framework,
        }

    def read(self, body: Any, principal: str | None) -> Call:
        """The call of a body, as far as it makes sense by itself; CallError otherwise."""
        try:
            call = scheduler_calls.convert(body)
        except scheduler_calls.NotACall as error:
            raise CallError(BAD_REQUEST, f"Failed to convert JSON into Call protobuf: {error}") from error
        if problem := scheduler_calls.problem(call, principal):
            if call.get("type") in _INVALID:
                self._cluster.count(_INVALID[call["type"]])
            raise CallError(BAD_REQUEST, f"Failed to validate scheduler::Call: {problem}")
        return call

    def call(self, call: Call, stream_id: str | None, principal: str | None) -> int:
        """The HTTP status of any call but SUBSCRIBE; CallError when it is refused."""
        kind, framework_id = call["type"], call["framework_id"]["value"]
        framework = self._cluster.frameworks.get(framework_id)
        if framework is None:
            raise CallError(BAD_REQUEST, "Framework cannot be found")
        framework.count("calls", kind)
        owner = framework.info.get("principal", "")
        if principal is not None and principal != owner:
            raise CallError(
                BAD_REQUEST,
                f"Authenticated principal '{principal}' does not match principal '{owner}' set in `FrameworkInfo`",
            )
        if framework.stream is None:
            raise CallError(FORBIDDEN, "Framework is not subscribed")
        if stream_id is None:
            raise CallError(BAD_REQUEST, "All non-subscribe calls should include the 'Mesos-Stream-Id' header")
        if stream_id != framework.stream.id:
            raise CallError(
                BAD_REQUEST,
                f"The stream ID '{stream_id}' included in this request didn't match the stream ID currently "
                f"associated with framework ID {framework_id}",
            )
        if kind not in self._calls:
            return NOT_IMPLEMENTED
        try:
            self._calls[kind](framework, call.get(kind.lower(), {}))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # Deeper in it than what is looked at beforehand.
            raise CallError(
                BAD_REQUEST, f"Failed to convert JSON into Call protobuf: malformed {kind}: {error!r}"
            ) from error
        return OK if kind == "UPDATE_FRAMEWORK" else ACCEPTED

    def _revive(self, framework: Framework, call: Call) -> None:
        self._cluster.count("master/messages_revive_offers")
        if (roles := _own_roles(framework, call, "REVIVE")) is not None:
            self._allocator.revive(framework, roles)

    def _suppress(self, framework: Framework, call: Call) -> None:
        self._cluster.count("master/messages_suppress_offers")
        if (roles := _own_roles(framework, call, "SUPPRESS")) is not None:
            self._allocator.suppress(framework, roles)

    def _kill(self, framework: Framework, call: Call) -> None:
        self._cluster.count("master/messages_kill_task")
        self._tasks.kill(framework, call["task_id"]["value"], _agent_id(call), call.get("kill_policy"))

    def _shut_down(self, framework: Framework, call: Call) -> None:
        agent, executor_id = self._cluster.agents.get(call["agent_id"]["value"]), call["executor_id"]["value"]
        if agent is None:
            logger.warning("Unable to shut down executor '%s' of unknown agent %s", executor_id, _agent_id(call))
            return
        self._tasks.shut_down_executor(framework, agent, executor_id)

    def _acknowledge(self, framework: Framework, call: Call) -> None:
        self._cluster.count("master/messages_status_update_acknowledgement")
        self._tasks.acknowledge(framework, call["agent_id"]["value"], call["task_id"]["value"], call["uuid"])

    def _acknowledge_operation(self, framework: Framework, call: Call) -> None:
        # No agent ever sent an update of one.
        self._cluster.count("master/messages_operation_status_update_acknowledgement")
        self._cluster.count("master/invalid_operation_status_update_acknowledgements")
        logger.warning("Framework %s acknowledges unknown operation %s", framework.id, call["operation_id"]["value"])

    def _reconcile(self, framework: Framework, call: Call) -> None:
        self._tasks.reconcile(framework, [(one["task_id"]["value"], _agent_id(one)) for one in call.get("tasks", [])])

    def _reconcile_operations(self, framework: Framework, call: Call) -> None:
        operations.reconcile(self._cluster, self._registry.gone, framework, call.get("operations", []))

    def _message(self, framework: Framework, call: Call) -> None:
        """To an executor; the ones that there are here, as Mesos' own, make nothing of it."""
        self._cluster.count("master/messages_framework_to_executor")
        agent = self._cluster.agents.get(call["agent_id"]["value"])
        reached = agent is not None and agent.connected
        self._cluster.count(f"master/{'valid' if reached else 'invalid'}_framework_to_executor_messages")
        if not reached:
            logger.warning("Cannot send a message of framework %s: no agent %s", framework.id, _agent_id(call))

    def _request(self, _framework: Framework, _call: Call) -> None:
        # Mesos' allocator does not act upon it either.
        self._cluster.count("master/messages_resource_request")

    def _update_framework(self, framework: Framework, call: Call) -> None:
        if problem := self._frameworks.update(framework, call):
            raise CallError(BAD_REQUEST, problem)


def _agent_id(call: Call) -> str | None:
    return call.get("agent_id", {}).get("value")


def _own_roles(framework: Framework, call: Call, kind: str) -> list[str] | None:
    """The roles that are named, which may be none; one that is not the framework's makes the call void."""
    roles = call.get("roles", [])
    for role in roles:
        problem = framework_rules.role_problem(role)
        if problem or role not in framework.roles:
            logger.warning(
                "Dropping %s of framework %s: role '%s' %s",
                kind,
                framework.id,
                role,
                f"is invalid: {problem}" if problem else "is not one of the framework's subscribed roles",
            )
            return None
    return roles
