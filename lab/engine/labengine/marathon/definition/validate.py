"""The rules for a definition in canonical form."""

from __future__ import annotations

from labengine.marathon.definition import constraints, container, health, networks, paths, roles
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure
from labengine.marathon.definition.migrate import INVALID_URI, names_unique, unique, valid_uri
from labengine.marathon.definition.settings import Settings

NO_COMMAND = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."


def failures(app: App, settings: Settings, allowed_roles: roles.Roles) -> list[Failure]:
    return [
        *_port_failures(app),
        *_command_failures(app),
        *health.failures(app),
        *_fetch_failures(app),
        *health.readiness_failures(app),
        *_constraint_failures(app),
        *networks.failures(app["networks"], settings),
        *roles.failures(app, allowed_roles),
        *_id_failures(app),
    ]


def stored_failures(app: App, current: App | None) -> list[Failure]:
    return health.stored_failures(app)


def _port_failures(app: App) -> list[Failure]:
    found: list[Failure] = []
    definitions = app.get("portDefinitions") or []
    if not names_unique(definitions):
        found.append(("/portDefinitions", "Port names must be unique."))
    if not unique([item["port"] for item in definitions if item["port"] != 0]):
        found.append(("/portDefinitions", "Ports must be unique."))
    return found


def _command_failures(app: App) -> list[Failure]:
    found: list[Failure] = []
    box = app.get("container", {})
    cmd, args = "cmd" in app, bool(app.get("args"))
    has_container = "docker" in box or box.get("type") == "MESOS"
    if (cmd and args) or not (cmd or args or has_container):
        found.append(("/", NO_COMMAND))
    if len(app.get("cmd", "  ")) < 2:
        found.append(("/", "must not be an empty string"))
    return found


def _fetch_failures(app: App) -> list[Failure]:
    return [
        (f"/fetch({index})/uri", INVALID_URI)
        for index, artifact in enumerate(app.get("fetch", []))
        if not valid_uri(artifact["uri"])
    ]


def _constraint_failures(app: App) -> list[Failure]:
    texts = [constraints.failure(constraint) for constraint in app.get("constraints", [])]
    return [(f"/constraints({index})", text) for index, text in enumerate(texts) if text]


def _id_failures(app: App) -> list[Failure]:
    found = [("/id", text) for text in paths.failures(app["id"])]
    if paths.is_root(app["id"]):
        found.append(("/", "must not be root"))
    return found
