# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what may stand in Docker's daemon.json, and what a change of it costs."""

from __future__ import annotations

import typing as t

from .. import _masked as masked
from .._names import unknown_names

Config = t.Mapping[str, t.Any]

_NAMES = {
    "true or false": """
        allow-direct-routing bridge-nf cri-containerd debug experimental icc init ip-forward ip-forward-no-drop ip-masq
        ip6tables iptables ipv6 live-restore no-new-privileges raw-logs rootless selinux-enabled tls tlsverify
        userland-proxy""",
    "a whole number": """
        cpu-rt-period cpu-rt-runtime max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu
        network-control-plane-mtu network-diagnostic-port shutdown-timeout swarm-raft-election-tick
        swarm-raft-heartbeat-tick""",
    "a text": """
        api-cors-header bip bip6 bridge bridge-accept-fwmark cgroup-parent containerd containerd-namespace
        containerd-plugin-namespace data-root default-cgroupns-mode default-gateway default-gateway-v6 default-init
        default-ipc-mode default-runtime exec-root firewall-backend fixed-cidr fixed-cidr-v6 group host-gateway-ip
        init-path ip log-driver log-format log-level metrics-addr pidfile resolv-conf seccomp-profile storage-driver
        swarm-default-advertise-addr tlscacert tlscert tlskey userland-proxy-path userns-remap""",
    "a list": """
        allow-nondistributable-artifacts authorization-plugins cdi-spec-dirs default-address-pools dns dns-opts
        dns-search exec-opts host-gateway-ips hosts insecure-registries labels node-generic-resources registry-mirrors
        storage-opts""",
    "a dictionary": "builder default-network-opts default-ulimits features log-opts proxies runtimes",
    "a size": "default-shm-size",
}
KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}

_FITS: dict[str, t.Callable[[t.Any], bool]] = {
    "true or false": lambda value: isinstance(value, bool),
    "a whole number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "a text": lambda value: isinstance(value, str),
    "a list": lambda value: isinstance(value, list),
    "a dictionary": lambda value: isinstance(value, dict),
    "a size": lambda value: isinstance(value, (int, str)) and not isinstance(value, bool),
}

# What the daemon takes over on SIGHUP. It does so where the name stands in the file: one that is gone keeps its value.
_RELOADABLE = """
    allow-nondistributable-artifacts authorization-plugins debug default-runtime features insecure-registries labels
    live-restore max-concurrent-downloads max-concurrent-uploads max-download-attempts registry-mirrors runtimes
    shutdown-timeout"""
RELOADABLE = frozenset(_RELOADABLE.split())
# What came with Docker 23 or later; one that cannot look at a file beforehand (--validate) is older.
_YOUNG = """
    allow-direct-routing bip6 bridge-accept-fwmark cdi-spec-dirs default-network-opts firewall-backend host-gateway-ips
    ip-forward-no-drop log-format proxies"""
YOUNG = frozenset(_YOUNG.split())


def problems(config: Config, option: str, host: str, options: t.Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each name that Docker does not know, and for each value that it would refuse.

    ``options`` has the options that have one of the names for themselves.
    """
    found = []
    for name, near in unknown_names(config, KINDS):
        remedy = "write %s" % near if near else "remove it"
        found.append(
            "%s: %s has %s, which Docker does not know and would not start with; %s."
            % (host, option, masked.name_alone(name), remedy)
        )
    for name in sorted(set(config) & set(KINDS)):
        where = (options or {}).get(name) or "%s.%s" % (option, name)
        found += ["%s: %s %s." % (host, where, why) for why in _complaints(name, config[name])]
    return found


def _type(value: t.Any) -> str:
    if value is None:
        return "nothing"
    kinds = ((bool, "true or false"), ((int, float), "a number"), (list, "a list"), (dict, "a dictionary"))
    return next((words for kind, words in kinds if isinstance(value, kind)), "a text")


def _shown(name: str, value: t.Any) -> str:
    """A value in a sentence, if it can be no secret: a dictionary is of options of others, which take tokens."""
    if KINDS[name] == "a dictionary" or isinstance(value, (dict, list)):
        return _type(value)
    return repr(masked.without_user(value) if isinstance(value, str) else value)


def _complaints(name: str, value: t.Any) -> list[str]:
    if not _FITS[KINDS[name]](value):
        return ["is %s; write %s" % (_shown(name, value), KINDS[name])]
    if name in ("hosts", "containerd"):
        flag = "-H" if name == "hosts" else "--containerd"
        return [
            "is given by Docker's unit too (%s), and the daemon does not start with both; use a drop-in of the unit"
            % flag
        ]
    if name == "log-opts":
        wrong = sorted(key for key, item in value.items() if not isinstance(item, str))
        return [
            "has %s for %s, and Docker takes only text; put it in quotes" % (_type(value[key]), key) for key in wrong
        ]
    if name == "exec-opts":
        good = ("native.cgroupdriver=cgroupfs", "native.cgroupdriver=systemd")
        return ["has '%s'; write %s or %s" % (item, *good) for item in value if item not in good]
    if name == "registry-mirrors":
        bad = [item for item in value if not str(item).startswith(("http://", "https://"))]
        return [
            "has '%s', which is no URL; write http:// or https:// before it" % masked.without_user(str(item))
            for item in bad
        ]
    if name == "insecure-registries":
        bad = [item for item in value if "://" in str(item)]
        return [
            "has '%s', which is a URL; write host:port or a network" % masked.without_user(str(item)) for item in bad
        ]
    return []


def changed_names(running: Config, wanted: Config) -> list[str]:
    """The names whose value the running daemon has otherwise or not at all, or should no longer have."""
    nothing = object()
    return sorted(name for name in {*running, *wanted} if running.get(name, nothing) != wanted.get(name, nothing))


def cost(running: Config | None, wanted: Config) -> str:
    """``none``, ``reload`` or ``restart``: what a daemon needs to run with ``wanted``.

    ``running`` is what it runs with, where that is known.
    """
    if running is None:
        return "restart"
    names = changed_names(running, wanted)
    if not names:
        return "none"
    return "reload" if all(name in RELOADABLE and name in wanted for name in names) else "restart"
