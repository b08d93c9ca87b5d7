# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role zookeeper decides."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import install
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import change, members
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

Server = t.Mapping[str, t.Any]

_LARGEST_ID = 255
_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z|\[?[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?\]?\Z")
_CERTIFICATE = ("zookeeper_tls_certificate", "zookeeper_tls_key", "zookeeper_tls_ca")
_SET_CERTIFICATE = "set %s, %s and %s" % _CERTIFICATE


def main(values: Values) -> dict[str, t.Any]:
    """The problems of the options, of the host and of the ensemble as it is."""
    host = values["inventory_hostname"]
    said = [
        *_identity(values, host),
        *common.group_problems(values, "zookeeper_group"),
        *_number(values),
        *_ids(values["__zookeeper_servers"]),
        *_settings(values),
    ]
    java = [*_java(values), *_heap(values, host)]
    return {
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, values["__zookeeper_needs"]),
            *("%s: %s" % (host, problem) for problem in said),
            *common.unit_problems(values["__zookeeper_unit_values"], "zookeeper", host),
            *("%s: %s" % (host, problem) for problem in [*java, *_source(values), *_security(values)]),
            *change_problems(
                values["ansible_play_hosts"],
                values["hostvars"],
                host,
                values["__zookeeper_servers"],
                values["__zookeeper_lines"],
                values["zookeeper_quorum_tls"],
                boolean(values["zookeeper_dynamic_reconfiguration"], strict=False),
                values["zookeeper_group"],
            ),
        ]
    }


def _identity(values: Values, host: str) -> list[str]:
    """A server that comes back under another id would vote twice."""
    directory = values["zookeeper_data_dir"]
    path = "%s/myid" % directory
    old = str(values["__common_host"]["files"].get(path) or "")
    own = next((str(server["id"]) for server in values["__zookeeper_servers"] if server["host"] == host), "")
    if not re.match(r"[0-9]+\Z", old) or old == own:
        return []
    return [
        "its data belongs to server %s (%s), and the inventory makes it server %s; set zookeeper_id to %s for it, or "
        "empty %s for a new server." % (old, path, own, old, directory)
    ]


def _number(values: Values) -> list[str]:
    group, servers, voters = values["zookeeper_group"], values["__zookeeper_servers"], values["__zookeeper_voters"]
    if not servers or len(voters) % 2:
        return []
    return [
        "the group %s has %d %s (%s), which survive no more failures than one fewer; add or remove one, so that their "
        "number is odd."
        % (
            group,
            len(voters),
            "hosts" if len(voters) == len(servers) else "voters",
            ", ".join(voter["host"] for voter in voters),
        )
    ]


def _ids(servers: t.Sequence[Server]) -> list[str]:
    ids = [server["id"] for server in servers]
    if len(set(ids)) == len(ids) and all(0 < number <= _LARGEST_ID for number in ids):
        return []
    return [
        "the ids of the ensemble are %s for %s; give every host a zookeeper_id of its own from 1 to %d."
        % (", ".join(str(number) for number in ids), ", ".join(server["host"] for server in servers), _LARGEST_ID)
    ]


def _settings(values: Values) -> list[str]:
    """The role itself needs to know these."""
    return [
        "zookeeper_settings has %s; set the option %s instead." % (name, option)
        for name, option in sorted(values["__zookeeper_own_settings"].items(), key=lambda item: item[0].lower())
        if name in values["zookeeper_settings"]
    ]


def _java(values: Values) -> list[str]:
    """Java 8 cannot read its options from a file."""
    java = values["__common_host"].get("java") or ""
    if (
        not values["__zookeeper_java_opts"]
        or values["zookeeper_install_method"] == "container"
        or values["zookeeper_java"] != values["__zookeeper_family"]["java"]
        or not java.startswith("1.")
    ):
        return []
    return [
        "zookeeper_java_opts needs Java 9 or newer, and the host has %s; install a newer one, or leave the option out."
        % java
    ]


def _heap(values: Values, host: str) -> list[str]:
    if (
        not boolean(values["__zookeeper_own_heap"], strict=False)
        or "zookeeper_heap_size" not in values["hostvars"][host]
    ):
        return []
    return [
        "zookeeper_heap_size is %s, and zookeeper_java_opts has a heap of its own; set one of them."
        % values["zookeeper_heap_size"]
    ]


def _source(values: Values) -> list[str]:
    """The distribution's package is not pinned: it is one with its libraries."""
    found: list[str] = []
    if values["zookeeper_install_method"] == "archive":
        found += install.archive_problems(
            "zookeeper", values["zookeeper_archive"], values["zookeeper_archive_checksum"]
        )
    elif values["zookeeper_install_method"] == "container":
        found += install.image_problems("zookeeper", values["zookeeper_image"] or "")
    for option in ("zookeeper_packages", "zookeeper_python_packages"):
        found += install.list_problems(option, values[option])
    return found


def _security(values: Values) -> list[str]:
    schemes, quorum_tls = values["__zookeeper_schemes"], values["zookeeper_quorum_tls"]
    given = sum(bool(values[option]) for option in _CERTIFICATE)
    found = []
    if boolean(values["zookeeper_dynamic_reconfiguration"], strict=False):
        if not values["zookeeper_super_password"]:
            found.append(
                "zookeeper_dynamic_reconfiguration is true without zookeeper_super_password; set one, which changes "
                "members."
            )
        if schemes and "digest" not in schemes:
            found.append(
                "zookeeper_require_authentication has no digest, which zookeeper_dynamic_reconfiguration uses; add it."
            )
    if 0 < given < len(_CERTIFICATE):
        found.append("only some of %s, %s and %s are set; set all three or none." % _CERTIFICATE)
    if given == 0 and quorum_tls != "disabled":
        found.append("zookeeper_quorum_tls is %s without a certificate; %s." % (quorum_tls, _SET_CERTIFICATE))
    if given == 0 and values["zookeeper_secure_client_port"]:
        found.append("zookeeper_secure_client_port is set without a certificate; %s." % _SET_CERTIFICATE)
    if given == len(_CERTIFICATE) and "-----BEGIN PRIVATE KEY-----" not in values["__zookeeper_tls_key_text"]:
        found.append(
            "zookeeper_tls_key (%s) is not an unencrypted PKCS8 key; convert it with openssl pkcs8 -topk8 -nocrypt."
            % values["zookeeper_tls_key"]
        )
    return found


def change_problems(
    hosts: t.Iterable[str],
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    own: str,
    servers: t.Sequence[Server],
    lines: t.Iterable[str],
    quorum_tls: str,
    dynamic: bool,
    group: str,
) -> list[str]:
    """Why the running ensemble must not become this one, by what was gathered on all hosts of the run."""
    found = {name: hostvars[name].get("__zookeeper_state") for name in hosts}
    states = {name: state for name, state in found.items() if state and "server" in state}
    strange = [
        "%s: the address of %s is %s; set zookeeper_address and zookeeper_client_address to host names or IP addresses."
        % (own, server["host"], ascii(str(server[name])))
        for server in servers
        for name in ("address", "zookeeper_client_address")
        if not _ADDRESS.match(str(server[name] or "localhost"))
    ]
    if strange:
        return strange
    numbers = {int(server["id"]): str(server["host"]) for server in servers}
    desired = change.DesiredEnsemble(numbers, members.parse("\n".join(lines)), quorum_tls, dynamic, group)
    return ["%s: %s." % (own, problem) for problem in change.problems(own, states, desired)]


def uninstall(values: Values) -> dict[str, t.Any]:
    """Why the server must not be removed, as the gate has said it."""
    problems = values["__zookeeper_goes"].get("problems") or []
    if not problems:
        return {"problems": []}
    said = "%s: its ZooKeeper must stay, because %s." % (values["inventory_hostname"], "; ".join(problems))
    return {"problems": [said]}
