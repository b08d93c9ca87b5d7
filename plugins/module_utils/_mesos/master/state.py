# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a master on this host is now: its unit, its configuration, its registry, its own word, and who else stands."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import socket
import typing as t

from ..._http.host_get import ServiceAccess, Unanswered, get_json
from ..._preflight.cluster import host_and_port
from ..._preflight.flags import as_boolean
from ..._zookeeper.client import KAZOO_IMPORT_ERROR, ZooKeeperError, connect
from ..._zookeeper.probe import split_address
from . import election

SECONDS = 5.0


def environment(path: str) -> dict[str, str]:
    """The variables of an environment file; none where there is no file."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def has_registry(work_dir: str) -> bool:
    """Whether a replica of the registry's log was ever written here."""
    try:
        return any(os.scandir(os.path.join(work_dir, "replicated_log")))
    except OSError:
        return False


def switched_on(variables: t.Mapping[str, str], name: str) -> bool:
    return bool(as_boolean(variables.get(name, "false")))


def own_access(variables: t.Mapping[str, str], username: str | None) -> ServiceAccess:
    """How to ask the master as it is configured now; its credentials have the wanted user or another one."""
    known: dict[str, str] = {}
    with (
        contextlib.suppress(OSError, ValueError, KeyError, TypeError),
        open(variables.get("MESOS_CREDENTIALS", "").replace("file://", "") or os.devnull, encoding="utf-8") as file,
    ):
        known = {entry["principal"]: entry["secret"] for entry in json.load(file)["credentials"]}
    user = username if username in known else next(iter(known), None)
    return ServiceAccess(
        user,
        known.get(user or ""),
        variables.get("LIBPROCESS_SSL_CA_FILE"),
        variables.get("LIBPROCESS_SSL_CERT_FILE"),
        variables.get("LIBPROCESS_SSL_KEY_FILE"),
        switched_on(variables, "LIBPROCESS_SSL_SUPPORT_DOWNGRADE"),
    )


def ask(variables: t.Mapping[str, str], address: str, access: ServiceAccess) -> dict[str, t.Any]:
    """The quorum that the running master was started with, and the replicas it sees; nothing where it is silent."""
    scheme = "https" if switched_on(variables, "LIBPROCESS_SSL_ENABLED") else "http"
    url = "%s://%s" % (scheme, host_and_port(variables.get("MESOS_IP", address), variables.get("MESOS_PORT", "5050")))
    try:
        flags = get_json(url + "/flags", access, SECONDS)["flags"]
        metrics = get_json(url + "/metrics/snapshot", access, SECONDS)
    except (Unanswered, KeyError):
        return {}
    return {"quorum": _whole(flags.get("quorum")), "ensemble_size": _whole(metrics.get("registrar/log/ensemble_size"))}


def _whole(value: t.Any) -> int | None:
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return None


def listens(place: str) -> bool:
    """Whether something takes connections at ``host:port``."""
    host, _colon, port = place.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS):
            return True
    except OSError:
        return False


def addresses_of(names: t.Iterable[str]) -> set[str]:
    """Names, and the addresses that this host knows for them."""
    found = set(names)
    for name in sorted(found):
        with contextlib.suppress(OSError):
            found.update(str(each[4][0]) for each in socket.getaddrinfo(name, None))
    return found


def is_local(address: str) -> bool:
    """Whether an address is this host's own: to reach such a one, the host sends from it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        if ipaddress.ip_address(address).is_loopback:
            return True
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return str(probe.getsockname()[0]) == address
    except (OSError, ValueError):
        return False


def standing(url: str) -> list[election.Candidate] | None:
    """The candidates of an election; None where ZooKeeper does not tell them."""
    place = election.parse(url)
    if KAZOO_IMPORT_ERROR or place is None:
        return None
    serving = [server for server in place.hosts.split(",") if listens("%s:%d" % split_address(server))]
    if not serving:
        return None
    try:
        with connect(",".join(serving), place.user, place.password, SECONDS) as store:
            return election.candidates(store, place.path)
    except ZooKeeperError:
        return None


def strangers(urls: t.Iterable[str], known: t.Collection[str]) -> list[str] | None:
    """Who stands for election without being this host's own master or one that is known."""
    answers = [found for found in map(standing, sorted(set(urls))) if found is not None]
    if not answers:
        return None
    everybody = [each for found in answers for each in found]
    own = {address for each in everybody for address in each.addresses if is_local(address)}
    left = election.strangers(everybody, own | set(known))
    # Names are resolved only where it matters, because that may take long.
    return election.strangers(everybody, own | addresses_of(known)) if left else left
