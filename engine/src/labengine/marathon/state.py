"""What the leader knows of definitions: the tree, its history, and the framework id; kept in the store."""

from __future__ import annotations

from typing import Any

from labengine.marathon.clock import VersionClock, timestamp
from labengine.marathon.store import Store
from labengine.marathon.tree import App, Tree

# The name of the real one's znode.
FRAMEWORK_ID = "framework-id"


def file_name(app_id: str) -> str:
    """An app id as a znode name; ids never hold an underscore."""
    return app_id.strip("/").replace("/", "_")


class State:
    """``root`` documents hold the groups and the version of every app; app definitions are stored by version.

    The root is the last that is written of a change: what is newer belongs to one that a leader did not get through
    with, so that nobody has heard of it. ``version`` is that of the newest root.
    """

    def __init__(self, store: Store, max_versions: int) -> None:
        self.store = store
        self.tree = Tree()
        self.framework_id: str | None = None
        self.clock = VersionClock()
        self._max_versions = max_versions
        self._versions: dict[str, dict[str, App]] = {}
        self._created: dict[str, str] = {}
        self._roots: dict[str, dict[str, Any]] = {}

    def load(self, documents: dict[str, Any]) -> None:
        self.framework_id = documents.get(FRAMEWORK_ID)
        for key, document in documents.items():
            if key.startswith("roots/"):
                self._roots[document["version"]] = document
        latest = max(self._roots, default="")
        for key, document in documents.items():
            if key.startswith("apps/"):
                if document["version"] > latest:
                    self.store.delete(key)
                else:
                    self._versions.setdefault(document["id"], {})[document["version"]] = document
        if latest:
            self.clock = VersionClock(latest)
            self._created = dict(self._roots[latest]["created"])
            self.tree = self._restored(self._roots[latest])
        else:
            self.tree.touch(["/"], self.clock.next())
            self._write_root()

    @property
    def version(self) -> str:
        return max(self._roots)

    def _restored(self, root: dict[str, Any]) -> Tree:
        apps = {
            app_id: self._versions[app_id][version]
            for app_id, version in root["apps"].items()
            if version in self._versions.get(app_id, {})
        }
        return Tree(apps, dict(root["groups"]))

    def commit(self, tree: Tree) -> None:
        """Make the tree the present one."""
        before, self.tree = self.tree, tree
        for app_id in before.services.keys() - tree.services.keys():
            self._created.pop(app_id, None)
        for app_id, app in tree.services.items():
            if before.services.get(app_id) is not app:
                self._created.setdefault(app_id, app["version"])
                self._keep(app)
        self._write_root()
        self._forget_unused()

    def _keep(self, app: App) -> None:
        self._versions.setdefault(app["id"], {})[app["version"]] = app
        self.store.put(f"apps/{file_name(app['id'])}@{app['version']}", app)

    def _write_root(self) -> None:
        version = self.tree.groups["/"]["version"]
        root = {
            "version": version,
            "groups": dict(self.tree.groups),
            "created": dict(self._created),
            "apps": {app_id: app["version"] for app_id, app in self.tree.services.items()},
        }
        self._roots[version] = root
        self.store.put(f"roots/{version}", root)
        for old in sorted(self._roots)[: -self._max_versions]:
            del self._roots[old]
            self.store.delete(f"roots/{old}")

    def _forget_unused(self) -> None:
        for app_id, kept in list(self._versions.items()):
            if len(kept) <= 1 and app_id in self.tree.services:
                continue
            needed = {root["apps"].get(app_id) for root in self._roots.values()}
            needed.update(self.app_versions(app_id)[-self._max_versions :])
            for version in kept.keys() - needed:
                del kept[version]
                self.store.delete(f"apps/{file_name(app_id)}@{version}")
            if not kept:
                del self._versions[app_id]

    def app_versions(self, app_id: str) -> list[str]:
        """Oldest first; the history of an app begins anew when it is deleted and created again."""
        if app_id not in self.tree.services:
            return []
        since = self._created.get(app_id, "")
        return sorted(version for version in self._versions.get(app_id, {}) if version >= since)

    def app_at(self, app_id: str, version: str) -> App | None:
        return self._versions.get(app_id, {}).get(version) if version in self.app_versions(app_id) else None

    def group_versions(self, group_id: str) -> list[str]:
        """Those of the root in which the group is: every change anywhere makes one."""
        return sorted(version for version, root in self._roots.items() if group_id in root["groups"])

    def tree_at(self, group_id: str, version: str) -> Tree | None:
        """The tree of that version, if the group was in it."""
        root = self._roots.get(version)
        return self._restored(root) if root and group_id in root["groups"] else None

    def set_framework_id(self, framework_id: str | None) -> None:
        if framework_id == self.framework_id:
            return
        self.framework_id = framework_id
        if framework_id:
            self.store.put(FRAMEWORK_ID, framework_id)
        else:
            self.store.delete(FRAMEWORK_ID)


class Failures:
    """The last failure of each app."""

    def __init__(self, store: Store, documents: dict[str, Any]) -> None:
        self._store = store
        self._last = {document["appId"]: document for key, document in documents.items() if key.startswith("failures/")}

    def last(self, app_id: str) -> dict[str, Any] | None:
        return self._last.get(app_id)

    def record(
        self,
        app_id: str,
        *,
        task_id: str,
        state: str,
        message: str,
        host: str,
        version: str,
        agent_id: str | None,
        containers: list[dict[str, Any]],
        started_at: float,
    ) -> None:
        """``containers`` are those of an instance of a pod."""
        failure = {
            "appId": app_id,
            "host": host,
            "message": message,
            "state": state,
            "taskId": task_id,
            "timestamp": timestamp(),
            "version": version,
        }
        if agent_id:
            failure["slaveId"] = agent_id
        if containers:
            failure |= {"containers": containers, "startedAt": timestamp(started_at)}
        self._last[app_id] = failure
        self._store.put(f"failures/{file_name(app_id)}", failure)

    def forget(self, app_id: str) -> None:
        if self._last.pop(app_id, None):
            self._store.delete(f"failures/{file_name(app_id)}")
