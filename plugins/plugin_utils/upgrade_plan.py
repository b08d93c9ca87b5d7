# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: which hosts get another program, in which order, and what the playbook upgrade refuses."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.quorum.mesos.plugins.module_utils import _programs as programs
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service.versions import key
from ansible_collections.quorum.mesos.plugins.plugin_utils import comma_list, upgrade_back
from ansible_collections.quorum.mesos.plugins.plugin_utils import upgrade_versions as versions
from ansible_collections.quorum.mesos.plugins.plugin_utils.columns import aligned


class Layer(NamedTuple):
    """What a role runs: the product, and the name of the layer for people."""

    product: str
    name: str


# Docker may run the other services. Masters, then agents, then schedulers: Mesos, docs/upgrades.md.
LAYERS = {
    "docker": Layer("docker", "Docker"),
    "zookeeper": Layer("zookeeper", "ZooKeeper"),
    "mesos_master": Layer("mesos", "masters"),
    "mesos_slave": Layer("mesos", "agents"),
    "marathon": Layer("marathon", "Marathon"),
}
# What the way back of an agent takes of the time that the masters wait for it.
_WAY_BACK_SECONDS = 40
_SHORTEST_GATE = 15

Host = Mapping[str, Any]
Hosts = Mapping[str, Mapping[str, Host]]


def refusals(options: Mapping[str, Any]) -> list[str]:
    """What is wrong with the command itself."""
    return [*_chosen(options), *_given_versions(options), *_check(options), *_backup(options), *_report(options)]


def _chosen(options: Mapping[str, Any]) -> Iterator[str]:
    unknown = [name for name in comma_list.names(options["layers"]) if name not in LAYERS]
    if unknown:
        yield "upgrade_layers has %s: write some of %s." % (", ".join(unknown), ", ".join(LAYERS))


def _given_versions(options: Mapping[str, Any]) -> Iterator[str]:
    given = options["versions"]
    if not isinstance(given, dict):
        yield 'upgrade_versions is no mapping: write it like {"mesos": "1.11.0"}.'
        return
    for product, version in given.items():
        if product not in versions.PRODUCTS:
            yield "upgrade_versions has %s: write some of %s." % (product, ", ".join(versions.PRODUCTS))
        elif not versions.number(str(version)):
            yield "upgrade_versions.%s is %s: write a version like 1.11.0." % (product, version)


def _check(options: Mapping[str, Any]) -> Iterator[str]:
    if options["check_file"] and not options["check_found"]:
        yield "upgrade_check_tasks is %s, which is no file of this machine: correct the path." % options["check_file"]
    if not str(options["pause"]).isdigit():
        yield "upgrade_pause is %s: give a number of seconds, or 0 for none." % options["pause"]


def _backup(options: Mapping[str, Any]) -> Iterator[str]:
    if options["backup"] and not options["backup_dir"]:
        yield (
            "backup_dir is not set: name the directory for the backup that is taken first, or set upgrade_backup=false "
            "where you have one."
        )
    if options["backup"] and options["limit"] and not options["localhost"]:
        wider = _with_localhost(options["limit"])
        yield (
            "--limit %s leaves out localhost, which writes the backup that is taken first. %s backup (backup.yml "
            "without --limit) and set upgrade_backup=false."
            % (options["limit"], "Add it (--limit '%s'), or first take a" % wider if wider else "First take a")
        )


def _with_localhost(limit: str) -> str:
    """Ansible reads commas or colons, not both; empty where a name more changes nothing."""
    if "&" in limit or "localhost" in limit:
        return ""
    return limit + (":localhost" if ":" in limit and "," not in limit else ",localhost")


def _report(options: Mapping[str, Any]) -> Iterator[str]:
    if options.get("report") and not options.get("report_possible"):
        yield (
            "upgrade_report is %s, whose directory is not on this machine: create the directory or correct the path, "
            "so that the report is not lost at the end." % options["report"]
        )


def gate_seconds(own: Any, ping: float, pings: Any) -> int:
    """How long an agent may take: its masters must not take it for lost before it is back on the old program."""
    patience = int(ping * int(pings)) - _WAY_BACK_SECONDS
    return max(_SHORTEST_GATE, min(int(own), patience))


def plan(hosts: Hosts, options: Mapping[str, Any]) -> dict[str, Any]:
    """``hosts`` have, by the names of roles, what runs and what is declared."""
    chosen = comma_list.names(options["layers"]) or list(LAYERS)
    found = {
        layer: {
            host: _change(layer, seen[layer], options["versions"]) for host, seen in hosts.items() if layer in seen
        }
        for layer in LAYERS
    }
    wanted = {
        layer: {host: one for host, one in of_layer.items() if one["differs"]} if layer in chosen else {}
        for layer, of_layer in found.items()
    }
    told = [*_host_problems(wanted), *_shared_packages(hosts, wanted)] or [
        *_unknown(found, wanted, options["groups"]),
        *_version_problems(found, wanted),
    ]
    return {
        "problems": told,
        "warnings": list(dict.fromkeys([*_warnings(wanted), *_uncompared(found, wanted, options["groups"])])),
        "lines": _lines(wanted),
        "hosts": wanted,
        "stale": {
            host: [layer for layer, of_layer in found.items() if of_layer.get(host, {}).get("stale")] for host in hosts
        },
        "work": any(wanted.values()),
        "unread": any(
            versions.leaves_unread("mesos", one["from"], one["to"]) for one in wanted["mesos_master"].values()
        ),
    }


def _change(layer: str, seen: Host, given: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of one program of one host."""
    product, told = LAYERS[layer].product, versions.number(str(seen.get("version") or ""))
    wanted = versions.number(str(given.get(product) or "") or _declared_version(product, seen))
    kept = seen["program"].get("kept") or {}
    stays = told == versions.number(str(kept.get("version") or "")) != wanted
    half = upgrade_back.interrupted(seen, stays, _declared(seen))
    if not half:
        kept = {}
    return {
        "from": versions.number(str(kept.get("version") or "")) or told,
        "to": wanted,
        "old_program": _shown(kept.get("program") or seen["program"]),
        "new_program": _declared(seen),
        "differs": _differs(seen) or half,
        "interrupted": half,
        "stale": bool(seen["program"].get("kept")) and not half,
        "answers": seen["answers"],
        "installed": seen["program"]["installed"],
        "leads": bool(seen.get("leads")),
        "unavailable": _unavailable(seen),
        "refused": str(seen.get("refused") or ""),
    }


def _pins(seen: Host) -> dict[str, str]:
    """The packages whose version is declared."""
    declared = seen["declared"]
    if declared.get("version"):
        return {declared["package"]: declared["version"]}
    pairs = (str(name).partition("=") for name in declared.get("packages") or [])
    return {name: version for name, _sign, version in pairs if version}


def _differs(seen: Host) -> bool:
    declared, program = seen["declared"], seen["program"]
    if declared["method"] == "archive":
        digest = programs.digest_of(str(declared["checksum"])) or ""
        return bool(program["archive"] != digest[: programs.DIRECTORY_DIGITS])
    if declared["method"] == "container":
        return bool(program["image"] != declared["image"])
    other = program["archive"] or program["image"]
    return bool(other) or any(program["packages"].get(name) != version for name, version in _pins(seen).items())


def _declared_version(product: str, seen: Host) -> str:
    declared = seen["declared"]
    if declared["method"] == "archive":
        return versions.of_file(product, str(declared["archive"]))
    if declared["method"] == "container":
        return versions.of_image(str(declared["image"]))
    main = [version for name, version in _pins(seen).items() if name in declared["main"]]
    return main[0] if main else ""


def _declared(seen: Host) -> str:
    declared = seen["declared"]
    if declared["method"] == "archive":
        digest = programs.digest_of(str(declared["checksum"])) or ""
        return "archive %s" % digest[: programs.DIRECTORY_DIGITS]
    if declared["method"] == "container":
        return str(declared["image"])
    return ", ".join("%s %s" % pin for pin in _pins(seen).items())


def _shown(program: Mapping[str, Any]) -> str:
    if program.get("archive"):
        return "archive %s" % program["archive"]
    return program.get("image") or ", ".join("%s %s" % one for one in (program.get("packages") or {}).items())


def _unavailable(seen: Host) -> list[str]:
    """Packages whose old version no repository has any more."""
    program = seen["program"]
    return ["%s %s" % (name, program["packages"].get(name)) for name in program.get("unavailable") or []]


def _host_problems(wanted: Mapping[str, Mapping[str, Host]]) -> Iterator[str]:
    for layer, hosts in wanted.items():
        product, name = LAYERS[layer]
        for host, one in hosts.items():
            if not one["installed"]:
                yield "%s: %s is not installed there. Run site.yml first." % (host, versions.PRODUCTS[product])
            elif not one["answers"] and not one["interrupted"]:
                yield (
                    "%s: %s (%s) does not answer, and an upgrade begins with what is healthy. Fix it first, or leave "
                    "the host out (--limit 'all:!%s:localhost')." % (host, versions.PRODUCTS[product], name, host)
                )
            elif one["refused"]:
                yield one["refused"]
            elif not one["from"] and not one["interrupted"]:
                yield (
                    "%s: %s (%s) does not say its version, so whether it can become %s is not known. Find out with "
                    "status.yml what it answers, and fix that first." % (
                        host, versions.PRODUCTS[product], name, one["to"] or "the new one",
                    )
                )  # fmt: skip
            elif not one["to"]:
                yield (
                    "%s: the version of %s (%s) is not in its name. Set it, like -e '{\"upgrade_versions\": "
                    '{"%s": "1.2.3"}}\'.' % (host, one["new_program"], name, product)
                )


def _shared_packages(hosts: Hosts, wanted: Hosts) -> Iterator[str]:
    """A package is on a host once, so the way back of the agent would take the program of its master back too."""
    for host, seen in hosts.items():
        both = [_package(seen[layer]) for layer in ("mesos_master", "mesos_slave") if layer in seen]
        if len(both) < 2 or not both[0] or both[0] != both[1]:
            continue
        if host in wanted["mesos_master"] or host in wanted["mesos_slave"]:
            yield (
                "%s: its master and its agent run from one package (%s), so neither can go back alone. Bring its new "
                "version with site.yml, which goes host by host too and has no way back, or install one of the two as "
                "archive or container." % (host, both[0])
            )


def _package(seen: Host) -> str:
    """The package that a service runs from and stays with; empty for another method."""
    declared, program = seen["declared"], seen["program"]
    if declared["method"] != "package" or program["archive"] or program["image"]:
        return ""
    return str(declared.get("package") or "")


def _after(found: Hosts, wanted: Hosts, layer: str) -> dict[str, str]:
    """By host, the version after the run; empty where a host does not say the one that it keeps."""
    return {host: one["to"] if host in wanted[layer] else one["from"] for host, one in found[layer].items()}


def _goes_back(hosts: Mapping[str, Host]) -> bool:
    return any(one["from"] and key(one["to"]) < key(one["from"]) for one in hosts.values())


def _comparisons(wanted: Hosts) -> Iterator[tuple[str, str]]:
    """Which layer changes in a way that only the versions of another one can allow."""
    if wanted["mesos_slave"]:
        yield "mesos_slave", "mesos_master"
    if wanted["marathon"]:
        yield "marathon", "mesos_master"
    if _goes_back(wanted["mesos_master"]):
        yield "mesos_master", "mesos_slave"
        yield "mesos_master", "marathon"


def _unknown(found: Hosts, wanted: Hosts, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """--limit narrows what changes, and not what is compared."""
    for layer, partner in _comparisons(wanted):
        known, both = _after(found, wanted, partner), (LAYERS[layer].name, LAYERS[partner].name)
        away = [host for host in groups.get(partner) or [] if host not in known]
        if away:
            yield (
                "Whether %s go with %s is not known: %s not in this run. Add to --limit what is missing, and name with "
                "upgrade_layers what changes." % (*both, _are(away))
            )
        silent = [host for host, version in known.items() if not version]
        if silent:
            yield "Whether %s go with %s is not known: %s silent about the version. Fix it first." % (
                *both, _are(silent),
            )  # fmt: skip


def _are(hosts: Sequence[str]) -> str:
    return "%s %s" % (", ".join(hosts), "is" if len(hosts) == 1 else "are")


def _uncompared(found: Hosts, wanted: Hosts, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for layer, partner in _comparisons(wanted):
        if partner == "mesos_master" and not found[partner] and not groups.get(partner):
            yield "The inventory has no masters, so nothing compares the versions of %s with theirs." % (
                LAYERS[layer].name
            )


def _version_problems(
    found: Mapping[str, Mapping[str, Host]], wanted: Mapping[str, Mapping[str, Host]]
) -> Iterator[str]:
    told = [
        problem
        for layer, hosts in wanted.items()
        for one in hosts.values()
        if one["from"]
        for problem in versions.step_problems(LAYERS[layer].product, one["from"], one["to"])
    ]
    yield from dict.fromkeys(told)
    after = {layer: sorted(_after(found, wanted, layer).values(), key=key) for layer in found}
    masters, agents = [one for one in after["mesos_master"] if one], [one for one in after["mesos_slave"] if one]
    if wanted["mesos_slave"] and masters and agents and key(agents[-1]) > key(masters[0]):
        yield (
            "agents would be newer (%s) than masters (%s): Mesos upgrades masters first (docs/upgrades.md). Upgrade "
            "the masters too." % (agents[-1], masters[0])
        )
    # Agents come after the masters in a run, so those of now count.
    newest = max((one["from"] for one in found["mesos_slave"].values()), key=key, default="")
    lowest_master = min((one["to"] for one in wanted["mesos_master"].values()), key=key, default="")
    if _goes_back(wanted["mesos_master"]) and key(newest) > key(lowest_master):
        yield (
            "masters would be older (%s) than agents (%s), and Mesos wants them newer or the same "
            "(docs/upgrades.md). Take the agents back before, in a run with upgrade_layers=mesos_slave."
            % (lowest_master, newest)
        )
    by_product: dict[str, list[str]] = {}
    for layer, several in after.items():
        by_product.setdefault(LAYERS[layer].product, []).extend(one for one in several if one)
    highest = {product: max(several, key=key) for product, several in by_product.items() if several}
    lowest = {product: min(several, key=key) for product, several in by_product.items() if several}
    touched = {LAYERS[layer].product for layer, hosts in wanted.items() if hosts}
    for problem in versions.pair_problems(highest, lowest):
        # What is so already is no matter of this run.
        if any(versions.PRODUCTS[product] in problem for product in touched):
            yield problem


def _warnings(wanted: Mapping[str, Mapping[str, Host]]) -> Iterator[str]:
    for layer, hosts in wanted.items():
        for host, one in hosts.items():
            if one["from"]:
                yield from versions.step_warnings(LAYERS[layer].product, one["from"], one["to"])
            if one["unavailable"]:
                yield "%s: no repository has %s any more, so there is no way back for %s." % (
                    host, ", ".join(one["unavailable"]), LAYERS[layer].name,
                )  # fmt: skip
            if one["interrupted"]:
                yield "%s: an earlier upgrade of %s was interrupted; it begins again." % (host, LAYERS[layer].name)


def _lines(wanted: Mapping[str, Mapping[str, Host]]) -> list[str]:
    rows = [
        (
            host,
            LAYERS[layer].name,
            one["from"] or "unknown",
            one["to"],
            "%s -> %s" % (one["old_program"], one["new_program"]),
        )
        for layer, hosts in wanted.items()
        for host, one in hosts.items()
    ]
    return aligned([("HOST", "LAYER", "FROM", "TO", "PROGRAM"), *rows]) if rows else ["Nothing to upgrade."]


def order(
    hosts: Sequence[str], seen: Mapping[str, Mapping[str, Any]], interrupted: Sequence[str] = ()
) -> list[str]:
    """The hosts of a layer as they come; ``seen`` is what each says of itself.

    First those that are half done or silent: while one is down, the quorum may not do without another.
    """

    def place(host: str) -> int:
        one = seen.get(host) or {}
        facts = one.get("facts") or {}
        if not one.get("answers", True):
            return 0
        if facts.get("leads") or facts.get("mode") == "leader":
            return 3
        return 1 if host in interrupted else 2

    return sorted(hosts, key=place)
