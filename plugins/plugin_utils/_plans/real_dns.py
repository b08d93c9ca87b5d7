# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the settings of a Mesos-DNS of the user's, from the options of the role, and what it does not have of them."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._names import unknown_names
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

# What config.json may have beside what the options of the role say.
_FREE = (
    "zk",
    "stateTimeoutSeconds",
    "zkDetectionTimeout",
    "timeout",
    "enumerationOn",
    "setTruncateBit",
    "zoneResolvers",
    "srvRecordDefaultWeight",
    "SOAMname",
    "SOARname",
    "SOARefresh",
    "SOARetry",
    "SOAExpire",
    "certFile",
    "keyFile",
    "iamConfigFile",
)
# What the options of the role say, and which.
_OWN = {
    "masters": "mesos_dns_master_urls",
    "mesosHTTPSOn": "mesos_dns_master_urls",
    "mesosAuthentication": "mesos_dns_master_credentials",
    "mesosCredentials": "mesos_dns_master_credentials",
    "caCertFile": "mesos_dns_master_ca",
    "refreshSeconds": "mesos_dns_interval",
    "ttl": "mesos_dns_ttl",
    "SOAMinttl": "mesos_dns_ttl",
    "domain": "mesos_dns_domain",
    "port": "mesos_dns_port",
    "listener": "mesos_dns_addresses",
    "resolvers": "mesos_dns_forwarders",
    "externalon": "mesos_dns_recursion_networks",
    "recurseon": "mesos_dns_recursion_networks",
    "httpport": "mesos_dns_status_port",
    "httplistener": "mesos_dns_status_port",
    "IPSources": "mesos_dns_ip_sources",
    "enforceRFC952": "mesos_dns_enforce_rfc952",
    "dnson": "mesos_dns_install_method",
    "httpon": "mesos_dns_install_method",
}
# What it has nothing of, with the defaults of the role, and why it is not left out in silence.
_NOT_THERE: dict[str, tuple[t.Any, str]] = {
    "mesos_dns_key": ("", "nobody changes its names by a message"),
    "mesos_dns_debounce": (0.5, "it reads at intervals alone (mesos_dns_interval)"),
    "mesos_dns_guard": (0.5, "it believes every answer of a master"),
    "mesos_dns_allow_guarded": (False, "it believes every answer of a master"),
}
_FOR_REAL = (
    "mesos_dns_archive",
    "mesos_dns_archive_checksum",
    "mesos_dns_image",
    "mesos_dns_container_options",
    "mesos_dns_config",
)


def not_for_bind(values: Values) -> list[str]:
    return [
        "%s is for Mesos-DNS, and mesos_dns_install_method is %s; leave one of them out."
        % (option, values["mesos_dns_install_method"])
        for option in _FOR_REAL
        if values[option]
    ]


def config(values: Values, authorities: str) -> dict[str, t.Any]:
    """What Mesos-DNS reads."""
    parts = [urlsplit(str(url)) for url in values["mesos_dns_master_urls"]]
    known = values["mesos_dns_master_credentials"] or {}
    asks = bool(values["mesos_dns_recursion_networks"])
    found: dict[str, t.Any] = {
        **{name: value for name, value in values["mesos_dns_config"].items() if name not in _OWN},
        "masters": [part.netloc for part in parts],
        "mesosHTTPSOn": any(part.scheme == "https" for part in parts),
        "refreshSeconds": int(values["mesos_dns_interval"]),
        "ttl": int(values["mesos_dns_ttl"]),
        "domain": str(values["mesos_dns_domain"]),
        "port": int(values["mesos_dns_port"]),
        "listener": str(next(iter(values["mesos_dns_addresses"]), "127.0.0.1")),
        "resolvers": [str(one) for one in values["mesos_dns_forwarders"]],
        "externalon": asks,
        "recurseon": asks,
        "httplistener": "127.0.0.1",
        "httpport": int(values["mesos_dns_status_port"]),
        "IPSources": list(values["mesos_dns_ip_sources"]),
        "enforceRFC952": boolean(values["mesos_dns_enforce_rfc952"], strict=False),
    }
    if known:
        found["mesosAuthentication"] = "basic"
        found["mesosCredentials"] = {name: str(known.get(name) or "") for name in ("principal", "secret")}
    if values["mesos_dns_master_ca"]:
        found["caCertFile"] = authorities
    return found


def problems(values: Values) -> list[str]:
    host = values["inventory_hostname"]
    prefix = "%s: " % host
    said = [
        *common.install_problems(values["__mesos_dns_real_origin"], "mesos_dns", host),
        *common.unit_problems(values["__mesos_dns_real_unit_values"], "mesos_dns", host),
    ]
    return [
        *(one[len(prefix) :] if one.startswith(prefix) else one for one in said),
        *_method(values),
        *_config(values["mesos_dns_config"]),
        *_not_there(values),
        *_answers(values),
    ]


def _method(values: Values) -> list[str]:
    """Options of the method that was not chosen."""
    method = values["mesos_dns_install_method"]
    others = {"archive": ("mesos_dns_image", "mesos_dns_container_options"), "container": ("mesos_dns_archive",)}
    return [
        "%s is set, and mesos_dns_install_method is %s; leave one of them out." % (option, method)
        for option in others[method]
        if values[option]
    ]


def _config(given: t.Any) -> list[str]:
    if not isinstance(given, dict):
        return ["mesos_dns_config is %s; write a dictionary like {stateTimeoutSeconds: 60}." % ascii(given)]
    # Mesos-DNS takes its names in any case.
    own = {name.lower(): (name, option) for name, option in _OWN.items()}
    found = []
    for key, nearest in unknown_names(given, _FREE):
        name, option = own.get(str(key).lower(), ("", ""))
        if option:
            found.append("mesos_dns_config has %s; set the option %s instead." % (name, option))
        else:
            found.append(
                "mesos_dns_config has %s, which is none of Mesos-DNS; %s."
                % (ascii(str(key)), "write %s" % nearest if nearest else "it knows %s" % ", ".join(_FREE))
            )
    return found


def _not_there(values: Values) -> list[str]:
    found = [
        # Not with what was given, which may be a secret.
        "%s does not apply to Mesos-DNS (mesos_dns_install_method %s): %s. Leave it out."
        % (option, values["mesos_dns_install_method"], why)
        for option, (default, why) in _NOT_THERE.items()
        if str(values[option] or "") != str(default or "")
    ]
    if str(values["mesos_dns_negative_ttl"]) != str(values["mesos_dns_ttl"]):
        found.append(
            "mesos_dns_negative_ttl is %s and mesos_dns_ttl is %s, and Mesos-DNS has one for both; give both the same."
            % (values["mesos_dns_negative_ttl"], values["mesos_dns_ttl"])
        )
    return found


def _answers(values: Values) -> list[str]:
    found = []
    if len(values["mesos_dns_addresses"]) > 1:
        found.append(
            "mesos_dns_addresses has %d addresses, and Mesos-DNS listens at one; leave one."
            % len(values["mesos_dns_addresses"])
        )
    schemes = {urlsplit(str(url)).scheme for url in values["mesos_dns_master_urls"]}
    if len(schemes) > 1:
        found.append("mesos_dns_master_urls has http and https, and Mesos-DNS asks all by the same; choose one.")
    if values["mesos_dns_recursion_networks"] and not values["mesos_dns_forwarders"]:
        found.append(
            "mesos_dns_forwarders is empty, and Mesos-DNS does not ask the servers of the internet itself; name "
            "servers that it asks, or leave mesos_dns_recursion_networks out."
        )
    return found


def warnings(values: Values) -> list[str]:
    """What it does otherwise than the options say, where that is not refused."""
    host, found = values["inventory_hostname"], []
    if values["mesos_dns_recursion_networks"]:
        found.append(
            "mesos_dns_recursion_networks: Mesos-DNS asks other servers for everyone who reaches its port; only a "
            "firewall keeps others away"
        )
        if boolean(values["mesos_dns_dnssec_validation"], strict=False):
            found.append("mesos_dns_dnssec_validation: Mesos-DNS verifies no signatures; its servers may")
    if next(iter(values["mesos_dns_ip_sources"]), "host") != "host":
        found.append(
            "mesos_dns_ip_sources: Mesos-DNS publishes the address of a container in Docker's bridge, where no other "
            "host reaches it; set [host] where apps are in bridge networks"
        )
    if any(name in values["hostvars"][host] for name in ("mesos_dns_marathon_urls", "mesos_dns_marathon_credentials")):
        found.append("mesos_dns_marathon_urls: Mesos-DNS does not ask Marathon, so that unhealthy tasks have names too")
    return ["%s: %s." % (host, one) for one in found]
