# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role docker_swarm decides."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import resources
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import networks, nodes
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

_INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}\Z")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
Member = t.Mapping[str, t.Any]


def main(values: Values) -> dict[str, t.Any]:
    """Who makes the swarm, who joins and changes, and whom to ask; all hosts of a play get the same answers."""
    host = values["inventory_hostname"]
    play, seen = values["ansible_play_hosts"], _seen(values)
    managers, workers = values["__docker_swarm_manager_hosts"], values["__docker_swarm_worker_hosts"]
    roles = {**dict.fromkeys(workers, "worker"), **dict.fromkeys(managers, "manager")}
    active = [one for one in (*managers, *play) if _is_manager(seen.get(one))]
    others = [one for one in play if (seen[one] or {}).get("state") == "active"]
    # That none answers does not say that there is no swarm.
    unseen = _unseen(managers, play, seen)
    makes = next((one for one in managers if one in play), "") if not active and not others and not unseen else ""
    source = next(iter(active), makes)
    joining = [one for one in play if one != makes and (seen[one] or {}).get("state") == "inactive"]
    if values["ansible_check_mode"]:
        joining = [one for one in play if one != makes and (seen[one] or {}).get("state") in ("inactive", "silent")]
    changing = [
        one
        for one in play
        if (seen[one] or {}).get("state") == "active" and seen[one]["manager"] is not (roles.get(one) == "manager")
    ]
    keeper = next((one for one in managers if _is_manager(seen.get(one))), "") or next(
        (one for one in managers if one in play), source
    )
    labels = _labels(values["docker_swarm_labels"])
    ipvs = bool((seen[host] or {}).get("ipvs", True))
    return {
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, values["__docker_swarm_needs"]),
            *("%s: %s" % (host, problem) for problem in _problems(values, roles, seen, source, labels, unseen)),
        ],
        "warnings": _warnings(values, managers, seen, host),
        "role": roles.get(host, "worker"),
        "makes": makes,
        "source": source,
        "keeper": keeper,
        "keeper_is_manager": _is_manager(seen.get(keeper)),
        "joining": joining,
        "joining_managers": [one for one in joining if roles.get(one) == "manager"],
        # The new managers come before the old ones go.
        "changing": sorted(changing, key=lambda one: roles.get(one) != "manager"),
        "labels": {**labels, nodes.IPVS: str(ipvs).lower()},
    }


def uninstall(values: Values) -> dict[str, t.Any]:
    """In which order hosts leave, whom to ask meanwhile, and why they must not."""
    host, play, seen = values["inventory_hostname"], values["ansible_play_hosts"], _seen(values)
    leaving = [one for one in play if (seen[one] or {}).get("state") not in ("inactive", "silent", None)]
    staying = [one for one in seen if one not in play and _is_manager(seen[one])]
    leaving_managers = [one for one in leaving if _is_manager(seen[one])]
    ends = bool(leaving) and not staying
    keeper = next(iter(staying), "") or next(reversed(leaving_managers), host)
    unseen = _unseen(values["__docker_swarm_manager_hosts"], play, seen)
    problems = []
    if (seen[host] or {}).get("state") == "silent":
        problems.append(
            "%s: its Docker does not answer, so it cannot leave and stays a node of the swarm; start Docker there. If "
            "the host is lost, run `docker node demote` and `docker node rm --force` for it on a manager." % host
        )
    if ends and unseen:
        problems.append(
            "%s: no manager that would stay answers, and nobody knows whether %s are some; start Docker there, or take "
            "them out of the group." % (host, ", ".join(unseen))
        )
    if ends and not boolean(values["docker_swarm_uninstall_data"], strict=False):
        problems.append(
            "%s: no manager would stay, which ends the swarm with its services, secrets and configs; leave a manager "
            "out, or set docker_swarm_uninstall_data if all of it may go." % host
        )
    outside = [one for one in values["__docker_swarm_worker_hosts"] if one not in play]
    if ends and outside:
        problems.append(
            "%s: the swarm would end, and %s would stay in it without a manager; let them leave in the same run."
            % (host, ", ".join(outside))
        )
    order = [one for one in leaving if one != keeper]
    order.sort(key=lambda one: one in leaving_managers)
    return {
        "problems": problems,
        "order": [*order, *([keeper] if keeper in leaving else [])],
        "keeper": keeper,
        "ends": ends,
    }


def _seen(values: Values) -> dict[str, t.Any]:
    return {**values["__docker_swarm_found_outside"], **values["__docker_swarm_found"]}


def _unseen(managers: t.Sequence[str], play: t.Sequence[str], seen: t.Mapping[str, t.Any]) -> list[str]:
    """The managers outside of the play of which it is not known whether they are in a swarm."""
    return [one for one in managers if one not in play and (seen.get(one) or {}).get("state") in (None, "silent")]


def _is_manager(member: t.Optional[Member]) -> bool:
    return bool(member and member.get("state") == "active" and member.get("manager"))


def _labels(given: t.Any) -> dict[str, str]:
    text = resources.attributes(given) or ""
    pairs = [part.partition(":") for part in text.split(";") if part.strip()]
    return {name.strip(): value.strip() for name, _colon, value in pairs}


def _problems(
    values: Values,
    roles: t.Mapping[str, str],
    seen: t.Mapping[str, t.Any],
    source: str,
    labels: t.Mapping[str, str],
    unseen: t.Sequence[str],
) -> t.Iterator[str]:
    host = values["inventory_hostname"]
    managers, workers = values["docker_swarm_manager_group"], values["docker_swarm_worker_group"]
    mine = seen[host] or {}
    if host not in roles:
        yield "it is in neither of the groups %s and %s; add it to one of them." % (managers, workers)
    both = values["groups"].get(workers) or []
    if host in both and roles.get(host) == "manager":
        yield "it is in both groups %s and %s; take it out of one of them." % (managers, workers)
    if not values["__docker_swarm_manager_hosts"]:
        yield "the group %s is empty; a swarm needs a manager." % managers
    elif not source and unseen:
        yield (
            "no manager of the swarm answers, and none is made, because %s may be in one; start Docker there, run "
            "without --limit, or take them out of the group %s." % (", ".join(unseen), managers)
        )
    elif not source:
        yield (
            "no manager of the swarm answers, and none is made because nodes are members already; start Docker on a "
            "manager, or take the nodes out (`docker swarm leave --force`)."
        )
    yield from _state(mine, values["ansible_check_mode"])
    yield from _swarms(host, seen)
    address = str(values["docker_swarm_address"] or "")
    if not _is_address(address):
        yield (
            "docker_swarm_address is %s; write the IP address of the host, or the name of its interface, by which the "
            "other nodes reach it." % (ascii(address) if address else "not set, and the inventory has no IP address")
        )
    if not 0 < int(values["docker_swarm_subnet_size"]) < 31:
        yield "docker_swarm_subnet_size is %s; write a length from 1 to 30." % values["docker_swarm_subnet_size"]
    for pool in values["docker_swarm_address_pools"]:
        if not _is_network(pool):
            yield "docker_swarm_address_pools has %s, which is no network; write it like 10.200.0.0/16." % ascii(pool)
    for problem in networks.problems(values["docker_swarm_networks"]):
        yield "docker_swarm_networks %s." % problem
    for name in labels:
        if not _LABEL.match(name):
            yield "docker_swarm_labels has the name %s; write letters, digits, dots, dashes and underscores." % ascii(
                name
            )
    for option in ("docker_swarm_drain_timeout", "docker_swarm_health_timeout"):
        if int(values[option]) < 1:
            yield "%s is %s; write at least 1." % (option, values[option])


def _state(mine: Member, check_mode: bool) -> t.Iterator[str]:
    state = mine.get("state")
    if state == "silent" and not check_mode:
        yield "%s; run the role quorum.mesos.docker before this one, or start Docker." % str(mine.get("why")).rstrip(
            "."
        )
    if state == "locked":
        yield "its swarm is locked; unlock it with `docker swarm unlock` there."
    if state in ("error", "pending"):
        yield "its swarm is in the state %s (%s); see `journalctl -u docker` there." % (
            state,
            mine.get("why") or "no reason",
        )


def _swarms(host: str, seen: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Managers know the swarm, workers the nodes that are managers."""
    mine = seen[host] or {}
    if mine.get("state") != "active":
        return
    known = {name: one for name, one in seen.items() if _is_manager(one)}
    if mine.get("manager"):
        for name, one in known.items():
            if one["swarm"] != mine["swarm"]:
                yield "it is in another swarm than %s; take one of them out (`docker swarm leave --force`)." % name
                return
    elif known and not set(mine.get("managers") or []) & {one["node"] for one in known.values()}:
        yield "it is in another swarm than %s; take it out (`docker swarm leave`)." % min(known)


def _warnings(values: Values, managers: t.Sequence[str], seen: t.Mapping[str, t.Any], host: str) -> list[str]:
    if host != values["ansible_play_hosts"][0]:
        return []
    found = []
    if managers and len(managers) % 2 == 0:
        found.append(
            "%s has %d managers, which survive the loss of %d, as %d would; an odd number is better."
            % (values["docker_swarm_manager_group"], len(managers), (len(managers) - 1) // 2, len(managers) - 1)
        )
    pools = values["docker_swarm_address_pools"]
    has = next((one["pools"] for one in seen.values() if _is_manager(one)), None)
    if pools and has is not None and sorted(pools) != sorted(has):
        found.append(
            "docker_swarm_address_pools is %s and takes no effect: the swarm was made with %s."
            % (", ".join(pools), ", ".join(has))
        )
    lacking = [name for name, one in seen.items() if one and one.get("state") == "active" and not one.get("ipvs", True)]
    if lacking:
        found.append(
            "the kernel of %s has no IPVS: ports of every node and virtual addresses of services time out there, so "
            "swarm_service publishes ports on the nodes that run a task." % ", ".join(sorted(lacking))
        )
    return found


def _is_address(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return bool(_INTERFACE.match(text)) and not text[0].isdigit()


def _is_network(text: t.Any) -> bool:
    try:
        return "/" in str(text) and bool(ipaddress.ip_network(str(text)))
    except ValueError:
        return False
