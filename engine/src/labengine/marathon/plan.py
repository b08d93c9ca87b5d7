"""Deployment plans: from one tree to the next, in steps."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labengine.marathon.definition import compare, paths
from labengine.marathon.definition.errors import invalid_object
from labengine.marathon.tree import App, Tree, is_pod

START, STOP, SCALE, RESTART = "Start", "Stop", "Scale", "Restart"


@dataclass(frozen=True)
class Action:
    kind: str
    app_id: str
    pod: bool = False

    def render(self) -> dict[str, str]:
        if self.pod:
            return {"action": f"{self.kind}Pod", "pod": self.app_id}
        return {"action": f"{self.kind}Application", "app": self.app_id}


@dataclass
class Plan:
    """``original`` and ``target`` hold the definitions of the affected apps alone; None where there is none."""

    version: str
    original: dict[str, App | None]
    target: dict[str, App | None]
    steps: list[list[Action]]
    new_groups: list[str] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @cached_property
    def affected(self) -> list[str]:
        return sorted({action.app_id for step in self.steps for action in step})

    @cached_property
    def pods(self) -> set[str]:
        return {action.app_id for step in self.steps for action in step if action.pod}

    def render(self) -> dict[str, Any]:
        return {"id": self.id, "version": self.version, "steps": [render_step(step) for step in self.steps]}

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "version": self.version,
            "original": self.original,
            "target": self.target,
            "newGroups": self.new_groups,
            "steps": [[[one.kind, one.app_id, one.pod] for one in step] for step in self.steps],
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Plan:
        steps = [[Action(*action) for action in step] for step in document["steps"]]
        return cls(
            document["version"], document["original"], document["target"], steps, document["newGroups"], document["id"]
        )


def render_step(step: Iterable[Action]) -> dict[str, Any]:
    return {"actions": [action.render() for action in step]}


def make(before: Tree, after: Tree, version: str, restarted: Iterable[str] = ()) -> Plan:
    """``restarted`` apps are replaced though their definitions are the same."""
    changed = {
        app_id
        for app_id in before.services.keys() | after.services.keys()
        if before.services.get(app_id) is not after.services.get(app_id)
    } | set(restarted)
    stops, starts = [], []
    by_depth: dict[int, list[Action]] = {}
    depths = Depths(after)
    original: dict[str, App | None] = {}
    target: dict[str, App | None] = {}
    for app_id in sorted(changed):
        old, new = before.services.get(app_id), after.services.get(app_id)
        original[app_id], target[app_id] = old, new
        if new is None:
            assert old is not None
            stops.append(Action(STOP, app_id, is_pod(old)))
            continue
        if old is None:
            starts.append(Action(START, app_id, is_pod(new)))
            kind = SCALE
        elif new["instances"] > 0 and (app_id in restarted or compare.is_upgrade(old, new)):
            kind = RESTART
        else:
            kind = SCALE
        by_depth.setdefault(depths.of(app_id), []).append(Action(kind, app_id, is_pod(new)))
    steps = [stops, starts, *(by_depth[depth] for depth in sorted(by_depth))]
    new_groups = sorted(after.groups.keys() - before.groups.keys())
    return Plan(version, original, target, [step for step in steps if step], new_groups)


def refuse_cycles(tree: Tree) -> None:
    """Of the whole tree: a group's dependencies may close a circle of apps that nobody changed."""
    if any("dependencies" in app for app in tree.services.values()) or any(
        group["dependencies"] for group in tree.groups.values()
    ):
        depths = Depths(tree)
        for app_id in tree.services:
            depths.of(app_id)


class Depths:
    """How many dependencies an app has below it, one after the other."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[str, int] = {}
        self._below: dict[str, set[str]] = {}

    def _dependencies(self, app_id: str) -> set[str]:
        wanted = list(self._tree.services[app_id].get("dependencies", []))
        group_id = paths.parent(app_id)
        while True:
            wanted += self._tree.groups.get(group_id, {}).get("dependencies", [])
            if group_id == "/":
                break
            group_id = paths.parent(group_id)
        found: set[str] = set()
        for name in wanted:
            if name in self._tree.services:
                found.add(name)
            elif name in self._tree.groups:
                found |= self._in_group(name)
        return found

    def _in_group(self, group_id: str) -> set[str]:
        if group_id not in self._below:
            self._below[group_id] = {one["id"] for one in self._tree.services_below(group_id)}
        return self._below[group_id]

    def of(self, app_id: str) -> int:
        """Raises 422 when the dependencies go round in a circle."""
        stack: list[tuple[str, list[str]]] = [(app_id, sorted(self._dependencies(app_id)))]
        running = {app_id}
        while stack:
            current, left = stack[-1]
            following = next((name for name in left if name not in self._known), None)
            if following is None:
                below = [self._known[name] for name in left]
                self._known[current] = 1 + max(below) if below else 0
                running.discard(current)
                stack.pop()
            elif following in running:
                raise invalid_object([("/", "Dependency graph has cyclic dependencies.")])
            else:
                running.add(following)
                stack.append((following, sorted(self._dependencies(following))))
        return self._known[app_id]


def reverted(plan: Plan, tree: Tree) -> Tree:
    """The tree without what the plan changed; what other deployments changed meanwhile stays."""
    result = tree.copy()
    for app_id, original in plan.original.items():
        if original is not None:
            result.put(original)
        else:
            result.services.pop(app_id, None)
    for group_id in sorted(plan.new_groups, reverse=True):
        if group_id in result.groups and result.is_empty(group_id):
            del result.groups[group_id]
    return result
