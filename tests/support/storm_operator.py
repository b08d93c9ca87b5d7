"""Who changes apps by a module while everything around it is killed, and holds the module to what it says."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable
from typing import Any

import requests
from storm import Living, clock

ATTEMPTS = 20
PAUSE_SECONDS = 1.0
ANSWER_SECONDS = 90
WAIT_TIMEOUT = 60
NAMES = ("a", "b", "c", "d", "e")
SHOWN = ("cmd", "env", "instances")
# A write of which the module cannot know whether it was done.
UNCERTAIN = "may or may not have been done"

Apps = dict[str, dict[str, Any]]
Module = Callable[..., dict[str, Any]]


class Lie(AssertionError):
    """A module said what was not so."""


class Reader:
    """What Marathon has, from whichever of the servers answers as or for the leader."""

    def __init__(self, urls: list[str]) -> None:
        self._urls = urls

    def get(self, path: str) -> Any:
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            for url in self._urls:
                try:
                    answer = requests.get(url + path, timeout=5)
                    if answer.status_code == 200:
                        return answer.json()
                except (requests.RequestException, ValueError):
                    continue
            if time.monotonic() > deadline:
                raise AssertionError(f"no Marathon answered {path} within {ANSWER_SECONDS} s")
            time.sleep(0.5)

    def apps(self, group: str) -> Apps:
        """The fields that are changed, by id."""
        found = self.get("/v2/apps")["apps"]
        return {one["id"]: {name: one[name] for name in SHOWN} for one in found if one["id"].startswith(group + "/")}


class Operator:
    """``declared`` is what the group has to be; ``versions`` how often each app of it was changed since it was made.

    ``options(wanted, touched)`` are those of the module that make the group what is wanted.
    """

    def __init__(self, name: str, module: Module, reader: Reader, group: str, chance: random.Random,
                 options: Callable[[str, Apps, set[str]], dict[str, Any]], at_once: int) -> None:
        self.name = name
        self.group = group
        self.declared: Apps = {}
        self.versions: dict[str, int] = {}
        self.changes = 0
        self.failures: list[str] = []
        self._module = module
        self._reader = reader
        self._chance = chance
        self._options = options
        self._at_once = at_once

    def change(self) -> None:
        """One change, repeated until the module has done it, as an operator would."""
        wanted, touched = self._wanted()
        refused = []
        for _attempt in range(ATTEMPTS):
            before = self._reader.apps(self.group)
            began = time.time()
            result = self._module(module=f"quorum.mesos.{self.name}", wait_timeout=WAIT_TIMEOUT,
                                  **self._options(self.group, wanted, touched))
            self._judge(result, before, wanted)
            if not result["failed"]:
                self._done(wanted, touched)
                return
            refused.append(result["msg"])
            self.failures.append(f"{clock(began)} +{time.time() - began:.0f} s {self.name}: {result['msg']}")
            time.sleep(PAUSE_SECONDS)
        raise AssertionError(f"{self.name} did not get {touched} done in {ATTEMPTS} runs: {refused}")

    def _wanted(self) -> tuple[Apps, set[str]]:
        wanted, touched = copy.deepcopy(self.declared), set()
        for _one in range(self._chance.randint(1, self._at_once)):
            app_id = f"{self.group}/{self._chance.choice(NAMES)}"
            if app_id in touched:
                continue
            touched.add(app_id)
            number = self.changes * 10 + len(touched)
            if app_id not in wanted:
                wanted[app_id] = {"cmd": _loop(number), "env": {"LEVEL": "0"}, "instances": self._chance.randint(1, 3)}
                continue
            app = wanted[app_id]
            kind = self._chance.choice(("cmd", "env", "instances", "instances", "remove"))
            if kind == "remove" and len(wanted) > 1:
                del wanted[app_id]
            elif kind == "cmd":
                app["cmd"] = _loop(number)
            elif kind == "instances":
                app["instances"] = self._chance.choice([count for count in (1, 2, 3) if count != app["instances"]])
            else:
                app["env"] = {"LEVEL": str(number)}
        return wanted, touched

    def _done(self, wanted: Apps, touched: set[str]) -> None:
        self.declared = wanted
        self.changes += 1
        for app_id in touched:
            if app_id in wanted:
                self.versions[app_id] = self.versions.get(app_id, 0) + 1
            else:
                del self.versions[app_id]

    def _judge(self, result: dict[str, Any], before: Apps, wanted: Apps) -> None:
        """What it says must be what is so; nobody else changes these apps."""
        after = self._reader.apps(self.group)
        told = f"{self.name} {result['output']}\nbefore {before}\nwanted {wanted}\nafter {after}"
        if "Traceback" in result["output"] or "MODULE FAILURE" in result["output"]:
            raise Lie(f"a traceback: {told}")
        if not result["failed"] and after != wanted:
            raise Lie(f"done, it says: {told}")
        if not result["failed"] and result["changed"] != (before != wanted):
            raise Lie(f"changed is {result['changed']}: {told}")
        if result["failed"]:
            if not result.get("msg"):
                raise Lie(f"a failure without a reason: {told}")
            if result.get("changed") and after == before:
                raise Lie(f"changed, it says: {told}")
            if not result.get("changed") and after != before and UNCERTAIN not in result["msg"]:
                raise Lie(f"not changed, it says: {told}")


def _loop(number: int) -> str:
    """A command with processes of its own."""
    return f": {number}; while :; do sleep 3; done"


def definition(app_id: str, app: dict[str, Any]) -> dict[str, Any]:
    # A kill is no failure of the app: it is not to be delayed for minutes.
    return {"id": app_id, "cpus": 0.05, "mem": 32, "backoffFactor": 1.0, "networks": [{"mode": "host"}], **app}


def for_one(_group: str, wanted: Apps, touched: set[str]) -> dict[str, Any]:
    (app_id,) = touched
    if app_id in wanted:
        return {"definition": definition(app_id, wanted[app_id])}
    return {"id": app_id, "state": "absent"}


def for_set(group: str, wanted: Apps, _touched: set[str]) -> dict[str, Any]:
    return {"definitions": [definition(*item) for item in wanted.items()], "owner_group": group, "prune": True}


def for_group(group: str, wanted: Apps, _touched: set[str]) -> dict[str, Any]:
    return {"id": group, "definition": {"apps": [definition(*item) for item in wanted.items()]}}


def by_task(processes: list[Living], *, executors: bool) -> dict[str, int]:
    """How many processes each task has."""
    counts: dict[str, int] = {}
    for one in processes:
        if one.executor == executors:
            counts[one.task_id] = counts.get(one.task_id, 0) + 1
    return counts
