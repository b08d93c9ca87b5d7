# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions in every form that the collection takes, made canonical and without a secret value.

The only door to what reads Marathon's definitions: nothing else of the translation imports it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator

from .._marathon import kinds, secrets
from .._marathon.bounds import app as app_bounds
from .._marathon.bounds import limits
from .._marathon.bounds import pod as pod_bounds
from .._marathon.definition import app as app_definition
from .._marathon.definition import app_fields, legacy, pod_fields, values
from .._marathon.definition import apps as app_set
from .._marathon.definition import pod as pod_definition
from .._marathon.errors import DefinitionError, MarathonError
from .._words import ended
from .notes import pointer
from .options import Options

MASKED = secrets.MASKED

__all__ = ["MASKED", "Definition", "DefinitionError", "MarathonError", "is_definition", "known_fields", "read"]

_LIMIT = re.compile("/resourceLimits/(cpus|mem)$")
_PLACE = re.compile(r"\((\d+)\)")
# A shorter value may be a word that occurs anywhere.
_SHORTEST_QUOTED = 8
_ENV = {False: "env", True: "environment"}
_REQUIRED_OF_APPS = {
    "/container/volumes()": ("containerPath",),
    "/container/docker/pullConfig": ("secret",),
    "/fetch()": ("uri",),
}
_REQUIRED_OF_PODS = {
    "": ("containers",),
    "/containers()": ("name",),
    "/containers()/endpoints()": ("name",),
    "/containers()/volumeMounts()": ("name",),
    "/containers()/image/pullConfig": ("secret",),
    "/volumes()": ("name",),
}


@dataclass(frozen=True)
class Definition:
    """One app or pod.

    content is canonical, with the values of secrets masked; hidden are the places of those, as JSON pointers, and
    secret_env the variables among them. unknown are the places that Marathon itself ignores.
    """

    id: str
    is_pod: bool
    content: dict[str, Any]
    hidden: tuple[str, ...]
    secret_env: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = field(default=())
    origin: str = ""


def known_fields(is_pod: bool) -> tuple[str, ...]:
    """The top-level fields that a person declares."""
    return tuple(pod_fields.POD.fields) if is_pod else tuple(app_fields.names(app_fields.USER))


def is_definition(value: Any) -> bool:
    return isinstance(value, (dict, list, tuple))


def read(sources: Iterable[tuple[Any, str]], options: Options) -> list[Definition]:
    """Every app and pod of the values, each with the words by which people find it; sorted by id."""
    declared = app_set.build([app_set.Source(value, origin) for value, origin in sources])
    found = [*_apps(declared, options), *_pods(declared, options)]
    wrong = [error for one in found for error in _wrong(one)]
    app_set.refuse_all(wrong)
    return sorted(found, key=lambda one: one.id)


def _apps(declared: app_set.AppSet, options: Options) -> Iterator[Definition]:
    for app_id, one in declared.apps.items():
        whole = _in_order(one.app)
        yield _definition(app_id, False, whole, _unknown_of_app(one.raw), declared, one.origin, options)


def _pods(declared: app_set.AppSet, options: Options) -> Iterator[Definition]:
    for pod_id, one in declared.pods.items():
        whole = pod_definition.complete(one.app)
        placement = one.app.get("scheduling", {}).get("placement", {})
        if placement.get("constraints"):
            # Completed they are sorted; here people look for them by their number.
            given = kinds.unwrapped(one.raw)["scheduling"]["placement"]["constraints"]
            numbered = [_constraint_of_pod(constraint) for constraint in given]
            whole["scheduling"]["placement"]["constraints"] = numbered
        yield _definition(pod_id, True, whole, _unknown_of_pod(one.raw), declared, one.origin, options)


def _constraint_of_pod(given: dict[str, Any]) -> dict[str, Any]:
    constraint = pod_fields.PLACEMENT.read({"constraints": [given]}, "")["constraints"][0]
    return {**constraint, "operator": str(constraint.get("operator", "")).upper()}


def _in_order(app: dict[str, Any]) -> dict[str, Any]:
    """The complete app with its constraints and checks in the order in which they are declared."""
    whole = app_definition.complete(app)
    if "constraints" in app:
        whole["constraints"] = [list(one) for one in app["constraints"]]
    if "healthChecks" in app:
        alone = (app_definition.complete({**app, "healthChecks": [check]}) for check in app["healthChecks"])
        whole["healthChecks"] = [one["healthChecks"][0] for one in alone]
    if "dependencies" in app:
        whole["dependencies"] = list(app["dependencies"])
    if "appc" in app.get("container", {}):
        # Marathon 1.9 drops it, and an older one runs it.
        whole["container"]["appc"] = app["container"]["appc"]
    return whole


def _definition(
    workload_id: str,
    is_pod: bool,
    whole: dict[str, Any],
    unknown: Iterable[str],
    declared: app_set.AppSet,
    origin: str,
    options: Options,
) -> Definition:
    masked, hidden, secret_env = _masked(whole, is_pod, options)
    above = [declared.groups[group] for group in app_set.ancestors(workload_id) if group in declared.groups]
    return Definition(
        workload_id,
        is_pod,
        masked,
        tuple(hidden),
        tuple(secret_env),
        tuple(sorted(set(unknown))),
        tuple(sorted({name for group in above for name in group.dependencies})),
        origin,
    )


def _masked(whole: dict[str, Any], is_pod: bool, options: Options) -> tuple[dict[str, Any], list[str], list[str]]:
    plain = frozenset(options.plain_env)
    masked = _kept(secrets.mask(whole, [*options.secret_env, *options.secret_labels]), whole, plain)
    masked = _names_of_secrets(masked, whole)
    hints = secrets.values_to_hide(whole, [*options.secret_env, *options.secret_labels], likely=True)
    hints = [value for value in hints if len(value) >= _SHORTEST_QUOTED and value not in _plain_values(whole, plain)]
    hidden: list[str] = []
    masked = _compared(masked, whole, sorted(hints, key=len, reverse=True), "", hidden)
    env = [place for place in hidden if re.fullmatch(rf"(/containers/\d+)?/{_ENV[is_pod]}/[^/]+", place)]
    return masked, hidden, env


def _kept(masked: Any, whole: Any, plain: frozenset[str], is_env: bool = False) -> Any:
    """Puts back the variables of which somebody says that they are no secrets."""
    if isinstance(whole, dict) and isinstance(masked, dict):
        return {
            name: value
            if is_env and name in plain
            else _kept(masked[name], value, plain, name in ("env", "environment"))
            for name, value in whole.items()
        }
    if isinstance(whole, list) and isinstance(masked, list):
        return [_kept(masked[index], one, plain) for index, one in enumerate(whole)]
    return masked


def _plain_values(value: Any, plain: frozenset[str], is_env: bool = False) -> set[str]:
    if isinstance(value, dict):
        own = {str(one) for name, one in value.items() if is_env and name in plain}
        return own.union(*(_plain_values(one, plain, name in ("env", "environment")) for name, one in value.items()))
    if isinstance(value, list):
        return set().union(*(_plain_values(one, plain) for one in value))
    return set()


def _names_of_secrets(masked: Any, whole: Any, key: str = "") -> Any:
    """The names under which a definition lists its secrets are no secrets, and its objects refer to them."""
    if isinstance(whole, dict) and isinstance(masked, dict):
        if key == "pullConfig":
            return whole
        return {name: _names_of_secrets(masked[name], value, name) for name, value in whole.items()}
    if isinstance(whole, list) and isinstance(masked, list):
        return [_names_of_secrets(masked[index], one, key) for index, one in enumerate(whole)]
    if isinstance(whole, dict) and key not in ("", "secrets") and set(whole) == {"secret"}:
        return whole
    return masked


def _compared(masked: Any, whole: Any, hints: list[str], place: str, hidden: list[str]) -> Any:
    """Notes what is masked; a secret that is repeated elsewhere is masked there as well."""
    if isinstance(whole, dict) and isinstance(masked, dict):
        return {
            name: _compared(masked[name], value, hints, place + pointer(name), hidden) for name, value in whole.items()
        }
    if isinstance(whole, list) and isinstance(masked, list):
        return [_compared(masked[index], one, hints, f"{place}/{index}", hidden) for index, one in enumerate(whole)]
    if isinstance(masked, str):
        for value in hints:
            masked = masked.replace(value, MASKED)
    if masked != whole:
        hidden.append(place)
    return masked


def _unknown_of_app(raw: dict[str, Any]) -> Iterator[str]:
    yield from (pointer(name) for name, value in raw.items() if name not in app_fields.FIELDS and value is not None)
    for place, _near in app_fields.APP.unknown(legacy.translate(values.without_nulls(raw)), ""):
        yield _PLACE.sub(r"/\1", place)


def _unknown_of_pod(raw: dict[str, Any]) -> Iterator[str]:
    for sentence in pod_definition.unknown_fields(raw):
        found = re.search(r"field (/\S+)", sentence)
        if found:
            yield _PLACE.sub(r"/\1", found.group(1))


def _nulls(value: Any, place: str) -> Iterator[str]:
    """Elements of lists: a member that is null is as good as absent."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _nulls(inner, place + pointer(name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nulls(inner, f"{place}/{index}")
    elif value is None:
        yield place


def _nameless(content: dict[str, Any], env: str, place: str) -> Iterator[str]:
    """Variables that are references and name nothing."""
    for name, value in content.get(env, {}).items():
        if isinstance(value, dict) and "secret" not in value:
            yield place + pointer(env, name)
    for index, container in enumerate(content.get("containers", [])):
        yield from _nameless(container, env, f"/containers/{index}")


def _wrong(one: Definition) -> list[DefinitionError]:
    """What Marathon itself would refuse."""
    table, required = (pod_bounds.BOUNDS, _REQUIRED_OF_PODS) if one.is_pod else (app_bounds.BOUNDS, _REQUIRED_OF_APPS)
    found = [
        problem
        for problem in limits.problems(one.content, table, required)
        # Of a limit the tables only have words for what is no number.
        if problem.value != MASKED and not (_LIMIT.search(problem.path) and isinstance(problem.value, float))
    ]
    others = [f"{place} is null" for place in _nulls(one.content, "")]
    others += [f"{place} refers to no secret" for place in _nameless(one.content, _ENV[one.is_pod], "")]
    told = "; ".join([*map(str, found[:5]), *others])
    if not told:
        return []
    return [DefinitionError(f"{one.origin}: {one.id}: {ended(told)} Correct the definition, which Marathon refuses")]
