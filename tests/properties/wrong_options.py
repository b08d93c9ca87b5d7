"""Options of the modules with one thing wrong each: by their argument_specs, and by what they mean together."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wrong_definitions import MISSING

_APP = {"cmd": "sleep 1", "cpus": 0.1, "mem": 32, "instances": 0}
_POD = {
    "containers": [{"name": "c", "exec": {"command": {"shell": "sleep 1"}}, "resources": {"cpus": 0.1, "mem": 32}}],
    "scaling": {"kind": "fixed", "instances": 0},
}
# With which a module has something to do.
RIGHT: dict[str, dict[str, Any]] = {
    "marathon_app": {"definition": {"id": "/o/app", **_APP}},
    "marathon_apps": {"definitions": [{"id": "/o/app", **_APP}]},
    "marathon_pod": {"definition": {"id": "/o/pod", **_POD}},
    "marathon_group": {"definition": {"id": "/o", "apps": [{"id": "app", **_APP}]}},
    "marathon_task": {"id": "/o/app"},
    "marathon_deployment": {"group": "/o"},
    "marathon_info": {"gather": ["apps"]},
    "marathon_export": {"dest": ""},
}
# Filled by the action plugin, which takes src away too.
_INTERNAL = ("src", "template", "origins", "blank", "recurse")
_PRIVATE = ("env", "labels", "definition", "definitions", "docker_parameters", "options")
_WRONG_URLS: list[Any] = [
    "",
    "m1:8080",
    "http://",
    "ftp://m1:8080",
    "http://m1:port",
    "http://m1:99999",
    "http://m1/?a=b",
    [],
]
_WRONG_IDS = ["", "  ", "/A", "/a_b", "/a//b c", "/a/restart", "/-a", "/a/../../b c"]


@dataclass(frozen=True)
class Case:
    module: str
    name: str
    value: Any
    arguments: dict[str, Any]

    @property
    def private(self) -> bool:
        """Rightly left out, because it may be a secret."""
        return self.name in _PRIVATE

    @property
    def given(self) -> str:
        shown = {name: value for name, value in self.arguments.items() if name not in ("url",) or name == self.name}
        return f"{self.name} = {'missing' if self.value is MISSING else repr(self.value)} in {shown}"[:300]


def every(url: str, directory: Path) -> list[Case]:
    found = []
    for module in RIGHT:
        right = {**RIGHT[module], "url": url}
        if module == "marathon_export":
            right["dest"] = str(directory / "export")
        found += [
            Case(module, name, value, arguments)
            for name, value, arguments in [*_by_type(module, right), *_by_meaning(module, right, directory)]
        ]
    return found


def _by_type(module: str, right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    spec = importlib.import_module(f"ansible_collections.quorum.mesos.plugins.modules.{module}").argument_spec()
    for name, option in spec.items():
        if name in _INTERNAL:
            continue
        for value in _of_type(option):
            yield name, value, {**right, name: value}
        for inner, member in (option.get("options") or {}).items():
            for value in _of_type(member):
                whole = {other: "/x" for other, one in option["options"].items() if one.get("required")}
                whole = {**whole, inner: value}
                yield inner, value, {**right, name: [whole] if option["type"] == "list" else whole}
            if member.get("required"):
                others = {one: "/x" for one, kind in option["options"].items() if one != inner and kind.get("required")}
                yield inner, MISSING, {**right, name: [others] if option["type"] == "list" else others}
    misspelt = f"{name[:-1]}x{name[-1]}"
    yield misspelt, misspelt, {**right, misspelt: 1}


def _of_type(option: dict[str, Any]) -> list[Any]:
    if "choices" in option:
        return ["nope"]
    return {
        "int": ["many", 1.5, [1, 2]],
        "float": ["many", [1, 2]],
        "bool": ["maybe", [1, 2]],
        "dict": ["text", 5, [1, 2]],
        "list": ["text"] if option.get("elements") == "dict" else [],
    }.get(option["type"], [])


def _by_meaning(module: str, right: dict[str, Any], directory: Path) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for url in _WRONG_URLS:
        yield "url", url, {**right, "url": url}
    for name in ("timeout", "connect_timeout"):
        for value in (0, -1):
            yield name, value, {**right, name: value}
    missing = str(directory / "missing.pem")
    blank = directory / "blank.pem"
    blank.write_text("")
    for name in ("ca_path", "client_cert"):
        for path in (missing, str(blank), str(directory)):
            if (name, path) != ("ca_path", str(directory)):
                yield name, path, {**right, "url": "https://m1", name: path}
    yield "client_key", MISSING, {**right, "client_key": missing}
    yield "url_password", MISSING, {**right, "url_password": "zzyzx9"}
    yield "url_token", MISSING, {**right, "url_token": "zzyzx9", "url_username": "ops"}
    yield "url_token", MISSING, {**right, "url_token": "zzyzx9 qqq"}
    yield "url_login", "https://c", {**right, "url_login": "https://c"}
    yield "url_service_account", missing, {**right, "url_service_account": missing}
    yield "url_service_account", str(blank), {**right, "url_service_account": str(blank)}
    yield from _OF[module](right)


def _waits(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield "wait_timeout", -1, {**right, "wait_timeout": -1}


def _stays(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _waits(right)
    yield "healthy_for", -1, {**right, "healthy_for": -1}
    yield "healthy_for", 300, {**right, "healthy_for": 300, "wait_timeout": 300}


def _ignores(right: dict[str, Any], names: list[str]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for name in names:
        yield "ignore_fields", name, {**right, "ignore_fields": [name]}


def _limits(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for value in ("-1", "many", "101%", "1.5", "", "%", "5 %5"):
        yield "prune_limit", value, {**right, "prune_limit": value}


def _ids(right: dict[str, Any], option: str = "id") -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for value in _WRONG_IDS:
        yield option, value, {**right, option: value}


def _app(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    definition = right["definition"]
    yield from _stays(right)
    yield from _ids(right)
    yield from _ignores(right, ["instancs", "container.dokcer", "cpus.x", "healthChecks.path", "id", "", "env."])
    yield "instances", -1, {**right, "instances": -1}
    yield "instances", 2, {**right, "instances": 2, "state": "suspended"}
    yield "instances", 2, {**right, "instances": 2, "state": "restarted"}
    yield "instances", MISSING, {**right, "state": "suspended", "ignore_fields": ["instances"]}
    yield "on_failure", "rollback", {**right, "on_failure": "rollback", "wait": False}
    for name, value in (("cpus", -1), ("mem", -1), ("disk", -1), ("gpus", -1), ("kill_grace_period", -1)):
        plain = {key: one for key, one in definition.items() if key not in ("cpus", "mem")}
        field = "taskKillGracePeriodSeconds" if name == "kill_grace_period" else name
        yield field, value, {**right, "definition": plain, name: value}
    yield "cpus", 5, {**right, "cpus": 5}
    yield "network_name", "n", {**right, "network_name": "n", "network": "host"}
    yield "container_port", 80, {**right, "ports": [{"container_port": 80}]}
    yield "constraints", "NOPE", {**right, "constraints": [["hostname", "NOPE"]]}
    yield "id", MISSING, {**right, "definition": _APP}
    yield "definition", MISSING, {"url": right["url"], "id": "/o/none"}
    yield "definition", MISSING, {"url": right["url"], "id": "/o/none", "instances": 1}
    for given in (_POD, {"id": "/o", "apps": []}, {"apiVersion": "v1", "kind": "Pod"}, {"services": {}}):
        yield "definition", MISSING, {**right, "definition": given}
    yield from _names(right)


def _names(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield "secret_env", "NONE", {**right, "secret_env": ["NONE"]}
    yield "secret_labels", "none", {**right, "secret_labels": ["none"]}


def _pod(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _stays(right)
    yield from _ids(right)
    yield from _names(right)
    yield from _ignores(right, ["instancs", "scaling.instancs", "containers.name", "user.x", "id", ""])
    yield "instances", -1, {**right, "instances": -1}
    yield "on_failure", "rollback", {**right, "on_failure": "rollback", "wait": False}
    yield "instances", 2, {**right, "instances": 2, "state": "suspended"}
    yield "id", MISSING, {**right, "definition": _POD}
    yield "definition", MISSING, {"url": right["url"], "id": "/o/none"}
    yield "definition", MISSING, {"url": right["url"], "id": "/o/none", "instances": 1}
    yield "definition", MISSING, {**right, "definition": _APP}
    yield "containers", MISSING, {**right, "definition": {"id": "/o/pod", "containers": []}}


def _apps(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _stays(right)
    yield from _names(right)
    yield from _limits(right)
    yield from _ids(right, "owner_group")
    yield from _ignores(right, ["instancs", "container.dokcer", "cpus.x", "healthChecks.path", "id", ""])
    for label in ("shop", "=shop", "owner=", " = ", ""):
        yield "owner_label", label, {**right, "owner_label": label}
    yield "owner_group", MISSING, {**right, "prune": True}
    yield "owner_group", MISSING, {**right, "owner_group": "/o", "owner_label": "owner=shop"}
    yield "owner_group", "/other", {**right, "owner_group": "/other"}
    app = right["definitions"][0]
    for wrong, name in (
        ([_APP], "id"),
        ([app, app], "/o/app"),
        ([app, {**app, "id": "/o/app/below"}], "/o/app/below"),
        ([{"id": "/o", "apps": [{**app, "id": "/x"}]}], "/x"),
        ([{"id": "/o", "scaleBy": 2, "apps": []}], "scaleBy"),
        ([{"id": "/o", "apps": {}, "extra": 1}], "extra"),
        ([{"id": "/o", "apps": "text"}], "apps"),
        ([{"id": "/o", "apps": ["text"]}], "definitions[0]"),
        ([{"id": 5, **_APP}], "id"),
        ([{**app, "dependencies": ["/o/app"]}], "/o/app"),
    ):
        yield name, MISSING, {**right, "definitions": wrong}


def _group(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _stays(right)
    yield from _names(right)
    yield from _limits(right)
    yield from _ids(right)
    yield from _ignores(right, ["instancs", "cpus.x", "id", ""])
    bare = {"url": right["url"], "id": "/o"}
    for version in ("yesterday", "2020-01-01", "", "2020-13-41T99:00:00Z"):
        yield "version", version, {**bare, "version": version}
    for factor in (-1, "nan", "inf"):
        yield "scale_by", factor, {**bare, "scale_by": factor}
    yield "id", "/", {**right, "id": "/"}
    yield "merge", MISSING, {**bare, "merge": True, "scale_by": 2}
    yield "scale_by", MISSING, {**bare, "state": "absent", "scale_by": 2}
    yield "scale_by", MISSING, {**bare, "scale_by": 2, "version": "2020-01-01T00:00:00Z"}
    yield "enforceRole", "maybe", {**right, "definition": {"id": "/o", "enforceRole": "maybe"}}
    yield "enforceRole", MISSING, {**right, "definition": {"id": "/o/below", "enforceRole": True}}
    yield "scaleBy", MISSING, {**right, "definition": {"id": "/o", "scaleBy": 2}}
    yield "groups", "text", {**right, "definition": {"id": "/o", "groups": "text"}}
    yield "id", MISSING, {**right, "definition": {"id": "/o", "groups": [{"apps": []}]}}
    yield "id", MISSING, {**right, "definition": {"apps": []}}
    yield "dependencies", 5, {**right, "definition": {"id": "/o", "dependencies": 5, "apps": []}}


def _task(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _waits(right)
    yield from _ids(right)
    bare = {"url": right["url"]}
    yield "tasks", MISSING, bare
    yield "tasks", MISSING, {**right, "tasks": ["x"]}
    for task in ("x", "", "o_app.instance-6a2e1f9c", "o_pod.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002.web"):
        yield "tasks", task, {**bare, "tasks": [task]}
    yield "scale", MISSING, {**right, "scale": True, "wipe": True}


def _deployment(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _waits(right)
    bare = {"url": right["url"]}
    yield from _ids(bare, "app")
    yield from _ids(bare, "group")
    yield "group", MISSING, bare
    yield "group", MISSING, {**right, "app": "/a"}


def _info(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _ids(right)
    yield from _ids(right, "group")
    yield "gather", [], {**right, "gather": []}
    yield "gather", MISSING, {"url": right["url"]}
    yield "label", MISSING, {**right, "label": "a==b", "gather": ["tasks"]}
    yield "task_status", MISSING, {**right, "task_status": "running"}
    yield "embed", MISSING, {**right, "embed": ["counts"], "gather": ["leader"]}
    yield "group", MISSING, {**right, "id": "/a", "group": "/b"}
    for query in ("", "apps[", "nope(apps)", "apps[?"):
        yield "query", query, {**right, "query": query}


def _export(right: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield from _ids(right, "group")
    yield "group", "/none", {**right, "group": "/none"}
    yield "dest", MISSING, {"url": right["url"]}
    yield "dest", "", {**right, "dest": ""}
    yield "dest", "/dev/null", {**right, "dest": "/dev/null"}
    yield "dest", "/dev/null/x", {**right, "dest": "/dev/null/x"}
    for mode in ("many", "99999", "rw", ""):
        yield "mode", mode, {**right, "mode": mode}
    for name in ("instancs", "container.dokcer", "id", ""):
        yield "leave_out", name, {**right, "leave_out": [name]}


_OF = {
    "marathon_app": _app,
    "marathon_apps": _apps,
    "marathon_pod": _pod,
    "marathon_group": _group,
    "marathon_task": _task,
    "marathon_deployment": _deployment,
    "marathon_info": _info,
    "marathon_export": _export,
}
