"""Every change of the tree: checked as a whole, versioned, stored, deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labengine.marathon import places
from labengine.marathon import plan as planning
from labengine.marathon.backoff import Backoff
from labengine.marathon.definition import compare, errors, paths, ports, volumes
from labengine.marathon.definition.settings import Settings
from labengine.marathon.deployments import Deployments
from labengine.marathon.events import EventBus
from labengine.marathon.plan import Plan
from labengine.marathon.state import Failures, State
from labengine.marathon.tree import App, Tree, is_pod

Change = Callable[[Tree], None]


class GroupManager:
    def __init__(
        self,
        state: State,
        deployments: Deployments,
        failures: Failures,
        backoff: Backoff,
        events: EventBus,
        settings: Settings,
        max_apps: int | None,
    ) -> None:
        self.settings = settings
        self._state = state
        self._deployments = deployments
        self._failures = failures
        self._backoff = backoff
        self._events = events
        self._max_apps = max_apps

    def enforced_groups(self) -> set[str]:
        """Top-level groups whose apps get the group's name as role."""
        return {
            group_id[1:]
            for group_id, group in self._state.tree.groups.items()
            if group.get("enforceRole") and "/" not in group_id[1:]
        }

    async def update(
        self,
        change: Change,
        *,
        touched: Iterable[str],
        announced: str,
        force: bool,
        restarted: Iterable[str] = (),
        committed: Callable[[], None] = lambda: None,
    ) -> Plan:
        """Apply ``change`` to a copy of the tree and deploy the difference.

        ``touched`` are the groups the request addressed: they get a new version even when nothing changed;
        ``announced`` is the one that the events name. ``committed()`` runs in one step with the change, before
        anybody acts upon that.
        """
        version = self._state.clock.next()
        try:
            plan = self._updated(change, version, touched, force, set(restarted))
        except errors.ApiError as error:
            self._events.publish(
                "group_change_failed", groupId=announced, version=version, reason=error.body["message"]
            )
            raise
        self._deployments.start(plan)
        committed()
        await self._state.store.flush()
        self._events.publish("group_change_success", groupId=announced, version=version)
        return plan

    def _updated(self, change: Change, version: str, touched: Iterable[str], force: bool, restarted: set[str]) -> Plan:
        """The tree is changed when this returns; it is as it was when this raises."""
        self._deployments.check_limit()
        before = self._state.tree
        after = before.copy()
        change(after)
        changed, unnoticed = self._complete(before, after, version, restarted)
        after.touch(["/", *touched, *changed_groups(before, after, changed)], version)
        self._validate(before, after)
        plan = planning.make(before, after, version, restarted)
        self._deployments.check(plan, force=force)
        if not self._state.store.fits(plan.document()):
            raise errors.unprocessable(
                f"The deployment of {len(plan.affected)} apps is too large to be stored: change "
                "fewer apps at once, or raise zk_max_node_size here and in ZooKeeper."
            )
        self._deployments.keep(plan)
        self._state.commit(after)
        after.services.update(unnoticed)
        for app_id in changed:
            if app_id not in after.services:
                self._failures.forget(app_id)
            if app_id not in after.services or after.services[app_id]["versionInfo"]["lastConfigChangeAt"] == version:
                # What an older definition failed at, or where, says nothing about this one.
                self._backoff.reset(app_id)
        return plan

    async def enforce_role(self, group_id: str, enforced: bool) -> None:
        """A change that is stored under the present version, and that nobody is told of."""
        after = self._state.tree.copy()
        after.groups[group_id] = {**after.groups[group_id], "enforceRole": enforced}
        self._state.commit(after)
        await self._state.store.flush()

    def _validate(self, before: Tree, after: Tree) -> None:
        """Rules on the whole tree."""
        if self._max_apps is not None and len(after.services) > max(self._max_apps, len(before.services)):
            raise errors.unprocessable(
                f"This Marathon instance may only handle up to {self._max_apps} Apps! "
                "(Override with command line option --max_apps)"
            )
        for shared in sorted(after.services.keys() & after.groups.keys()):
            kind = "Pods" if is_pod(after.services[shared]) else "Applications"
            place = places.of_group(after, paths.parent(shared))
            raise errors.invalid_object([(place, f"Groups and {kind} may not have the same identifier.")])
        conflicts = volumes.name_conflicts(after.apps_below("/"))
        if conflicts:
            raise errors.invalid_object(
                (f"{places.of_app(after, app_id)}/container", text)
                for app_id, texts in conflicts.items()
                for text in texts
            )
        planning.refuse_cycles(after)

    def preview(self, change: Change) -> Plan:
        """The plan of a change that is not made; without ports and versions, as Marathon's dry run."""
        after = self._state.tree.copy()
        change(after)
        return planning.make(self._state.tree, after, self._state.clock.next())

    def _complete(
        self, before: Tree, after: Tree, version: str, restarted: set[str]
    ) -> tuple[list[str], dict[str, App]]:
        """Give changed apps ports and versions, and unchanged ones back their identity.

        What did change, and the pods whose change Marathon does not notice: GET shows it until the leader changes.
        """
        changed = [
            app_id
            for app_id in before.services.keys() | after.services.keys()
            if before.services.get(app_id) is not after.services.get(app_id) or app_id in restarted
        ]
        taken = {port for app in before.services.values() for port in ports.service_ports(app)}
        really, unnoticed = [], {}
        for app_id in sorted(changed):
            new, old = after.services.get(app_id), before.services.get(app_id)
            if new is None:
                really.append(app_id)
                continue
            new = ports.assign_service_ports(_plain(new), previous=old, taken=taken, settings=self.settings)
            taken.update(ports.service_ports(new))
            after.services[app_id] = versioned(old, new, version, restarted=app_id in restarted)
            if after.services[app_id] is not old:
                really.append(app_id)
            elif is_pod(new):
                unnoticed[app_id] = {**new, "version": old["version"], "versionInfo": old["versionInfo"]}
        return really, unnoticed


def changed_groups(before: Tree, after: Tree, changed: Iterable[str]) -> list[str]:
    groups = [app_id.rpartition("/")[0] or "/" for app_id in changed]
    return [*groups, *(after.groups.keys() - before.groups.keys())]


def _plain(app: App) -> App:
    return {name: value for name, value in app.items() if name not in ("version", "versionInfo")}


def versioned(old: App | None, new: App, version: str, *, restarted: bool = False) -> App:
    """The new definition with its version; the old one itself when nothing differs."""
    if old is None or restarted or compare.is_upgrade(old, new):
        info = {"lastScalingAt": version, "lastConfigChangeAt": version}
    elif old["instances"] != new["instances"]:
        info = {"lastScalingAt": version, "lastConfigChangeAt": old["versionInfo"]["lastConfigChangeAt"]}
    else:
        # A change of executorResources alone is not noticed by Marathon either.
        return old
    return {**new, "version": version, "versionInfo": info}
