# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the playbook leave refuses, of which class each app is, and what it does with it."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Optional, Sequence

from ansible_collections.quorum.mesos.plugins.module_utils._leave import outside, phases
from ansible_collections.quorum.mesos.plugins.plugin_utils import comma_list

_ID = re.compile(r"(/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)+")


def app_ids(given: Any) -> list[str]:
    """leave_apps, a list or names separated by commas, as IDs."""
    return ["/" + one.strip("/") for one in comma_list.names(given)]


def option_problems(asked: Mapping[str, Any]) -> list[str]:
    """What is wrong with the command itself, before anything is asked."""
    return [*_apps(asked), *_classes(asked), *_numbers(asked), *_hosts(asked), *_tags(asked)]


def _apps(asked: Mapping[str, Any]) -> Iterator[str]:
    ids = app_ids(asked["apps"])
    if not ids:
        yield "leave_apps is not set: name an app, for example -e leave_apps=/shop/web, or several with commas."
    for one in sorted({one for one in ids if ids.count(one) > 1}):
        yield "leave_apps has %s twice: leave one out." % one
    for one in ids:
        if not _ID.fullmatch(one):
            yield "leave_apps has %s, which is no ID of an app: correct it." % one
    if not asked["url"]:
        yield "no Marathon is known: set marathon_url, MARATHON_URL, or an inventory with the group marathon."


def _classes(asked: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(asked["classes"], Mapping):
        yield "leave_classes is no mapping: give classes by the IDs of apps, for example {/shop/web: http}."
        return
    for app_id, kind in sorted(asked["classes"].items()):
        if kind not in phases.CLASSES:
            yield "leave_classes has %s for %s: give one of %s." % (kind, app_id, ", ".join(phases.CLASSES))
        # Classes of other apps may be in a file of variables for all.


def shares(given: Any) -> list[int]:
    """leave_shares, a list or numbers separated by commas, as the command line has them; -1 for what is no number."""
    listed = given if isinstance(given, (list, tuple)) else str(given).split(",")
    texts = [str(one).strip() for one in listed]
    return [int(one) if re.fullmatch("[0-9]+", one) else -1 for one in texts]


def _numbers(asked: Mapping[str, Any]) -> Iterator[str]:
    numbers = shares(asked["shares"])
    if not numbers or numbers != sorted(set(numbers)) or numbers[0] < 1 or numbers[-1] != phases.WHOLE:
        given = asked["shares"]
        told = ", ".join(map(str, given)) if isinstance(given, (list, tuple)) else given
        yield "leave_shares is [%s]: give rising percentages that end with 100, for example [1, 10, 50, 100]." % told
    for name in ("pause", "soak", "drain_timeout", "wait_timeout"):
        text = str(asked[name]).strip()
        if not text.isdigit():
            yield "leave_%s is %s: give a number of seconds." % (name, asked[name])


def _hosts(asked: Mapping[str, Any]) -> Iterator[str]:
    if not asked["managers"]:
        yield (
            "no swarm is known: the group %s has no hosts. Give an inventory with it, as for swarm.yml."
            % asked["manager_group"]
        )


def _tags(asked: Mapping[str, Any]) -> Iterator[str]:
    known = {*phases.PHASES, "all", "always", "untagged", "tagged"}
    for option in ("tags", "skip"):
        for one in asked[option]:
            if one not in known:
                name = "--tags" if option == "tags" else "--skip-tags"
                yield "%s names %s, which is no phase: give some of %s." % (name, one, ", ".join(phases.PHASES))
    if asked["back"] and set(asked["tags"]) & set(phases.PHASES):
        yield "leave_back has no phases: leave --tags out."


def missed(results: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Why load balancers gave no answer, by host, of a loop over them; the last of item is the host."""
    found = {}
    for one in results:
        if "backends" not in one:
            host = one["item"] if isinstance(one["item"], str) else one["item"][-1]
            found[host] = str(one.get("msg") or "no reason is known").rstrip(".")
    return found


def missed_sentence(results: Sequence[Mapping[str, Any]]) -> str:
    told = ["%s (%s)" % pair for pair in sorted(missed(results).items())]
    return "Not done on %s." % ", ".join(told) if told else ""


def plan(
    found: Mapping[str, Mapping[str, Any]],
    asked: Mapping[str, Any],
    served: Sequence[Mapping[str, Any]],
    nodes: Optional[Sequence[str]],
) -> dict[str, Any]:
    """found is by the ID of the app, served what a load balancer knows of one.

    nodes are addresses of the swarm, None where no manager answers.
    """
    lost = missed(served)
    reached = [host for host, *_addresses in asked["balancers"] if host not in lost]
    if asked["back"]:
        return {**_plan_back(found, asked, sorted(lost.items()), nodes is None), "balancers": reached}
    problems: list[str] = []
    if nodes is None:
        problems.append(
            "no host of the group %s is a manager of a swarm that answers: run swarm.yml first."
            % asked["manager_group"]
        )
    elif not nodes:
        problems.append("the swarm has no node that takes tasks: set docker_swarm_availability to active on one.")
    for host, why in sorted(lost.items()):
        problems.append(
            "%s does not answer (%s): correct that, or take it out of the group %s."
            % (host, why, asked["balancer_group"])
        )
    if problems:
        # Without them nothing can be said of the apps.
        return {"problems": problems, "apps": [], "lines": [], "unfinished": [], "balancers": reached}
    balancers: dict[str, dict[str, Mapping[str, Any]]] = {}
    for result in served:
        balancers.setdefault(result["item"][0], {})[result["item"][1]] = result
    apps = []
    for app_id, one in found.items():
        state = one["state"]
        begun = bool(state.get("done"))
        seen_by = balancers.get(app_id) or {}
        modes = dict(state["modes"]) if begun else _modes(seen_by)
        kind, why = _kind(app_id, one, asked, bool(modes))
        said = [why] if why else [*_of_app(one, kind), *_of_balancers(one, kind, modes, seen_by, asked, nodes or [])]
        problems += ["%s: %s" % (app_id, text) for text in said]
        if said:
            continue
        done = phases.valid(kind, bool(modes), state)
        chosen = phases.left(kind, bool(modes), done, asked["tags"], asked["skip"])
        before = phases.gap(kind, bool(modes), done, chosen)
        if before:
            problems.append("%s: the phase %s comes first: run it, or leave --tags out." % (app_id, before))
            continue
        apps.append(
            {
                "id": app_id, "class": kind, "modes": modes, "indices": _indices(modes), "phases": chosen, "back": [],
                "shares": shares(asked["shares"]) if kind in phases.SIDE_BY_SIDE else [phases.WHOLE],
                "directory": one["directory"],
                "lines": phases.lines(app_id, kind, chosen) or ["%s (%s): nothing is left" % (app_id, kind)],
            }
        )  # fmt: skip
    lines = [line for app in apps for line in app["lines"]]
    return {"problems": problems, "apps": apps, "lines": lines, "unfinished": [], "balancers": reached}


def _plan_back(
    found: Mapping[str, Mapping[str, Any]], asked: Mapping[str, Any], lost: Sequence[tuple[str, str]], is_silent: bool
) -> dict[str, Any]:
    """Whatever is down, what can run on Marathon again does, and the rest is named."""
    problems: list[str] = []
    apps, lines, unfinished = [], [], []
    for app_id, one in found.items():
        state = one["state"]
        if not state.get("done"):
            if state.get("back"):
                lines.append("%s: nothing is left" % app_id)
            else:
                problems.append("%s: there is no way back, because leave has not begun with it." % app_id)
            continue
        is_blocked = is_silent and "service" in state
        if is_blocked and state["class"] not in phases.SIDE_BY_SIDE:
            problems.append(
                "%s: its tasks on the swarm must end before it runs on Marathon, and no manager of the group %s "
                "answers: bring one back first." % (app_id, asked["manager_group"])
            )
            continue
        left = []
        if is_blocked:
            left.append("its service stays on the swarm, because no manager of %s answers" % asked["manager_group"])
        if state["modes"]:
            left += ["%s keeps its servers on the swarm, because it does not answer (%s)" % pair for pair in lost]
        app = _back(app_id, one, bool(left))
        apps.append(app)
        lines += app["lines"]
        if left:
            unfinished.append(
                "%s: %s. Bring that back, or take it out of the inventory, and run this again."
                % (app_id, "; ".join(left))
            )
    return {"problems": problems, "apps": apps, "lines": [*lines, *unfinished], "unfinished": unfinished}


def _back(app_id: str, one: Mapping[str, Any], is_unfinished: bool) -> dict[str, Any]:
    kind = one["state"]["class"]
    words = {
        "restore": "run the app on Marathon with %s instances, and give it all requests" % one["state"]["instances"],
        "end": "remove the service from the swarm",
    }
    steps = list(phases.back(kind))
    if is_unfinished and kind in phases.SIDE_BY_SIDE:
        # A load balancer that is only out of reach may still send requests there.
        steps.remove("end")
    return {
        "id": app_id, "class": kind, "indices": _indices(one["state"]["modes"]), "phases": [], "back": steps,
        "forget": not is_unfinished, "directory": one["directory"],
        "lines": ["%s (%s): back: %s" % (app_id, kind, words[step]) for step in steps],
    }  # fmt: skip


def _indices(modes: Mapping[str, str]) -> list[int]:
    return sorted(int(index) for index in modes)


def _modes(seen_by: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The modes of the ports that any load balancer serves, by the index of the port."""
    return {
        str(backend["index"]): backend["mode"]
        for seen in seen_by.values()
        for backend in (seen.get("backends") or {}).values()
        if backend.get("index") is not None
    }


def _kind(app_id: str, one: Mapping[str, Any], asked: Mapping[str, Any], is_served: bool) -> tuple[str, str]:
    """The class, or why there is none."""
    given = str(asked["classes"].get(app_id) or "")
    noted = str(one["state"].get("class") or "") if one["state"].get("done") else ""
    if noted:
        if given and given != noted:
            return "", (
                "it has begun to leave as %s, and leave_classes says %s; go back (leave_back=true), or leave it out."
                % (noted, given)
            )
        return noted, ""
    app = one["app"]
    if not app:
        return "", "it is not on Marathon: correct leave_apps."
    if given:
        return given, ""
    if app["is_single"] or app["has_fixed_ports"] or app["external"]:
        return phases.SINGLE, ""
    if is_served:
        return phases.HTTP, ""
    return "", (
        "no load balancer serves it, so nothing says how it may move: set leave_classes to {%s: consumer} if two may "
        "run side by side, or to single or cron if it must be stopped first." % app_id
    )


def _of_app(one: Mapping[str, Any], kind: str) -> Iterator[str]:
    """What cannot move, and what must not begin now."""
    app, begun = one["app"], bool(one["state"].get("done"))
    if not app:
        return
    if app["framework"]:
        yield (
            "it is a scheduler of Mesos (DCOS_PACKAGE_FRAMEWORK_NAME %s), which cannot run without Mesos: replace it "
            "by what runs its work elsewhere." % app["framework"]
        )
    if app["persistent"]:
        yield (
            "its data is in local persistent volumes (%s), which no other host has: stop it, copy the data, and start "
            "its service by hand." % ", ".join(app["persistent"])
        )
    if app["local_image"]:
        yield "its image %s is only on one host: push it to a registry that all nodes reach." % app["image"]
    if app["deployment_group"]:
        yield (
            "it is in the deployment group %s (HAPROXY_DEPLOYMENT_GROUP): end the change of versions and take the "
            "label off first." % app["deployment_group"]
        )
    if app["has_fixed_ports"] and kind == phases.HTTP:
        yield "its ports on the host are fixed, so that two sides may need one port: set its class to single."
    if begun:
        outdated = _outdated(one)
        if outdated:
            yield outdated
        return
    if not app["instances"]:
        yield "it has 0 instances: scale it up first, or move its definition by translate.yml."
    if app["deployments"]:
        yield "a deployment is running (%s): wait for it." % ", ".join(app["deployments"])
    short = app["running"] != app["instances"] or (app["is_checked"] and app["healthy"] != app["instances"])
    if app["instances"] and short and not app["deployments"]:
        yield "of its %d instances %d run and %d are healthy: correct that first." % (
            app["instances"],
            app["running"],
            app["healthy"],
        )


def _of_balancers(
    one: Mapping[str, Any],
    kind: str,
    modes: Mapping[str, str],
    seen_by: Mapping[str, Mapping[str, Any]],
    asked: Mapping[str, Any],
    nodes: Sequence[str],
) -> Iterator[str]:
    if kind == phases.HTTP and not asked["balancers"]:
        yield "the class http needs load balancers: the group %s has no hosts." % asked["balancer_group"]
        return
    if kind == phases.HTTP and not modes:
        why = next((seen["why_not"] for seen in seen_by.values() if seen.get("why_not")), "")
        yield "the class http needs a port that the load balancers serve%s." % (": " + why if why else "")
        return
    if not modes:
        return
    for host, seen in seen_by.items():
        if not seen.get("knows_outside"):
            yield "the agent of %s is of an older release: run load_balancers.yml first." % host
        elif not one["state"].get("done") and not seen.get("backends"):
            yield "%s does not serve it, and others do%s." % (host, ": " + seen["why_not"] if seen["why_not"] else "")
    both = sorted(host for host, *addresses in asked["balancers"] if {host, *addresses} & set(nodes))
    if both:
        yield (
            "%s %s a load balancer and a node of the swarm, where the service and HAProxy want the same port: set "
            "docker_swarm_availability to drain there." % (", ".join(both), "is" if len(both) == 1 else "are each")
        )


def guard(app: Mapping[str, Any], phase: str, state: Mapping[str, Any], looked: Mapping[str, Any]) -> str:
    """Why a phase that takes something from Marathon must not begin. app is one of the plan, looked the app by now."""
    why = phases.refusal(phase, app["class"], bool(app["indices"]), state) or _outdated(looked)
    live = looked["app"]
    if not why and phase == "remove" and live and live["instances"]:
        why = (
            "it has %d instances on Marathon again: run --tags scale,soak,remove if they may end, or go back "
            "(leave_back=true)." % live["instances"]
        )
    return why


def _outdated(one: Mapping[str, Any]) -> str:
    """Why what runs on the swarm is not what runs on Marathon."""
    if not one.get("differs"):
        return ""
    fields = ", ".join(one["differs"])
    return (
        "its definition on Marathon has changed since it was saved (%s): go back (leave_back=true), which keeps the "
        "present one, and begin again; or deploy %s/definition.json there." % (fields, one["directory"])
    )


def after_failure(app: Mapping[str, Any], state: Mapping[str, Any], looked: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of the requests when a share has failed; looked is the answer about the app on Marathon."""
    share = phases.share_after_failure(app["class"], state.get("done") or {}, looked.get("app"))
    said = "Marathon has all requests again." if share == 0 else "The requests stay where they are."
    if share < 0 and app["class"] in phases.SIDE_BY_SIDE:
        said = "The requests stay where they are, because no task on Marathon serves."
    return {"share": share, "said": said}


def rehearsal(
    app: Mapping[str, Any],
    numbers: Mapping[str, int],
    translated: Mapping[str, Any],
    rehearsed: Mapping[str, Any],
    service: Mapping[str, Any],
) -> dict[str, Any]:
    """The ports of the nodes for the app, and what would stop it. service is what has the name of its service now."""
    app_id = app["id"]
    if translated["unaccepted"]:
        return {"problems": ["%s: %s." % (app_id, str(translated["refusal"]).rstrip("."))], "ports": {}}
    if service and service["owner"] != app_id:
        name = translated["names"][app_id]["swarm"][0]
        text = "%s: the swarm has a service %s that was not made of it: rename or remove that one." % (app_id, name)
        return {"problems": [text], "ports": {}}
    if "spec" not in rehearsed:
        return {"problems": ["%s: %s" % (app_id, rehearsed.get("msg") or "the swarm gave no answer.")], "ports": {}}
    ports = outside.published(rehearsed["spec"], numbers, app["indices"])
    lacking = [str(index) for index in app["indices"] if str(index) not in ports]
    problems = [
        "%s: the port %s has no fixed number on the nodes of the swarm: give it a servicePort in the definition."
        % (app_id, ", ".join(lacking))
    ]
    return {"problems": problems if lacking else [], "ports": ports}
