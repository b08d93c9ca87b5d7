# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role haproxy decides."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import characters, install, ports
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common, discovery, shared_address
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?\Z")
_NAME = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,250}\Z")
# Without a unit HAProxy takes a timeout as milliseconds.
_TIME = re.compile(r"[0-9]{1,9}(us|ms|s|m|h|d)\Z")
_TIMEOUT = re.compile(r"[a-z][a-z-]*\Z")
_WORD = re.compile(r"[A-Za-z0-9_.@-]+\Z")
_SECTION = re.compile(r"(backend|cache|frontend|http-errors|listen|mailers|peers|program|resolvers|ring|userlist)\s")
# The unit allows 131072 open files, and each connection has two.
_MOST_CONNECTIONS = 60000
_LISTS = (
    "haproxy_marathon_urls",
    "haproxy_app_groups",
    "haproxy_service_ports",
    "haproxy_certificates",
    "haproxy_image_arguments",
    "haproxy_container_options",
)
# What an image of marathon-lb knows nothing of, with the defaults of the role, and what it has instead.
_NOT_FOR_IMAGES: dict[str, tuple[t.Any, str]] = {
    "haproxy_http_port": (80, "it listens there"),
    "haproxy_https_port": (443, "it listens there"),
    "haproxy_app_id_port": (9091, "it listens there"),
    "haproxy_stats_port": (9090, "it listens there"),
    "haproxy_status_port": (9092, "it tells nothing of what it serves"),
    "haproxy_stats_credentials": ({}, "its statistics ask for no password unless its template HAPROXY_HEAD does"),
    "haproxy_maxconn": (10000, "its template HAPROXY_HEAD has it"),
    "haproxy_timeouts": ({}, "its template HAPROXY_HEAD has them"),
    "haproxy_hard_stop_after": ("10m", "its template HAPROXY_HEAD may have it"),
    "haproxy_sections": ("", "its template HAPROXY_HEAD may have more"),
    "haproxy_interval": (30, "it reads when Marathon tells of an event"),
    "haproxy_debounce": (0.5, "it reads when Marathon tells of an event"),
    "haproxy_guard": (0.5, "it believes every answer"),
    "haproxy_allow_guarded": (False, "it believes every answer"),
}
# They come from options of the role.
_OWN_ARGUMENTS = {
    "--marathon": "haproxy_marathon_urls",
    "-m": "haproxy_marathon_urls",
    "--group": "haproxy_app_groups",
    "--strict-mode": "haproxy_strict",
    "--ssl-certs": "haproxy_certificates",
    "--marathon-auth-credential-file": "haproxy_marathon_credentials",
    "--auth-credentials": "haproxy_marathon_credentials",
    "--marathon-ca-cert": "haproxy_marathon_ca",
}


def main(values: Values) -> dict[str, t.Any]:
    """The problems, the ports that no app may have, and the files with certificates."""
    host = values["inventory_hostname"]
    no_lists = discovery.list_problems(values, _LISTS)
    if no_lists:
        return {"problems": ["%s: %s" % (host, problem) for problem in no_lists]}
    shared = shared_address.plan(values)
    said = [
        *common.group_problems(values, "haproxy_group"),
        *install.list_problems("haproxy_packages", values["haproxy_packages"]),
        *_marathon(values),
        *_ports(values),
        *_certificates(values["haproxy_certificates"]),
        *_base(values),
        *_agent(values),
        *_image(values),
        *shared["problems"],
    ]
    return {
        "warnings": shared["warnings"],
        "shared": shared["settings"],
        "image_arguments": image_arguments(values) if _in_image(values) else [],
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, discovery.needs_that_are_numbers(values["__haproxy_needs"])),
            *("%s: %s" % (host, problem) for problem in said),
        ],
        "reserved_ports": _reserved(values),
        "certificates": [
            {
                "path": "%s/%s.pem" % (values["__haproxy_certificates"], one["name"]),
                "src": [one["certificate"], one["key"]],
                "owner": "root",
                **_certificate_check(values),
            }
            for one in sorted(values["haproxy_certificates"], key=lambda one: str(one["name"]))
        ],
    }


def _in_image(values: Values) -> bool:
    return bool(values["haproxy_install_method"] == "container")


def _certificate_check(values: Values) -> dict[str, list[str]]:
    """How HAProxy of the host looks at a certificate; that of an image cannot be asked."""
    if _in_image(values):
        return {}
    program = ["/usr/bin/env", "CERTIFICATE=%s", "/usr/sbin/haproxy", "-c", "-f"]
    return {"check": [*program, values["__haproxy_certificate_check"]]}


def image_arguments(values: Values) -> list[str]:
    """What an image of marathon-lb is told: how it follows Marathon, and the rest by its options."""
    found = ["sse", "--marathon", *map(str, values["haproxy_marathon_urls"])]
    for group in values["haproxy_app_groups"]:
        found += ["--group", str(group)]
    if boolean(values["haproxy_strict"], strict=False):
        found.append("--strict-mode")
    if values["haproxy_marathon_credentials"]:
        found += ["--marathon-auth-credential-file", values["__haproxy_image_credentials"]]
    if values["haproxy_marathon_ca"]:
        found += ["--marathon-ca-cert", values["__haproxy_image_ca"]]
    names = sorted(str(one["name"]) for one in values["haproxy_certificates"])
    if names:
        found += ["--ssl-certs", ",".join("%s/%s.pem" % (values["__haproxy_certificates"], name) for name in names)]
    return found + [str(word) for word in values["haproxy_image_arguments"]]


def _image(values: Values) -> list[str]:
    """What does not go with the chosen method."""
    if not _in_image(values):
        return [
            "%s is for the method container, and haproxy_install_method is %s; leave one of them out."
            % (option, values["haproxy_install_method"])
            for option in ("haproxy_image", "haproxy_image_arguments", "haproxy_container_options")
            if values[option]
        ]
    host = values["inventory_hostname"]
    found = install.image_problems("haproxy", values["haproxy_image"] or "")
    found += [
        "%s does not apply to an image of marathon-lb (haproxy_install_method container): %s. Leave it out."
        % (option, instead)
        for option, (default, instead) in _NOT_FOR_IMAGES.items()
        if str(values[option] or "") != str(default or "")
    ]
    for word in map(str, values["haproxy_image_arguments"]):
        option = _OWN_ARGUMENTS.get(word.partition("=")[0])
        if option:
            found.append(
                "haproxy_image_arguments has %s; set the option %s instead." % (word.partition("=")[0], option)
            )
    prefix = "%s: " % host
    said = common.unit_problems(values["__haproxy_unit_values"], "haproxy", host)
    return found + [problem[len(prefix) :] if problem.startswith(prefix) else problem for problem in said]


def _own(values: Values) -> dict[str, t.Any]:
    return dict(values["__haproxy_needs"]["ports"])


def _reserved(values: Values) -> list[int]:
    """What HAProxy itself and the other services of the host listen on."""
    others = [entry["port"] for entry in values["__common_ports"]]
    return sorted({int(port) for port in (*_own(values).values(), *others) if discovery.is_port(port)})


def _ranges(values: Values) -> list[tuple[int, int]]:
    found = (_RANGE.match(str(text)) for text in values["haproxy_service_ports"])
    return [(int(one[1]), int(one[2] or one[1])) for one in found if one]


def _ports(values: Values) -> list[str]:
    found = discovery.port_problems(_own(values))
    found += [
        "haproxy_service_ports has %s; write ports and ranges like 10000-20000." % ascii(text)
        for text in values["haproxy_service_ports"]
        if not (one := _RANGE.match(str(text))) or not 0 < int(one[1]) <= int(one[2] or one[1]) < 65536
    ]
    for first, last in _ranges(values):
        found += [
            "%s of this host is %d, and apps get service ports from %d to %d (haproxy_service_ports), where HAProxy "
            "listens; choose another port or another range." % (port.option, port.number, first, last)
            for port in ports.read(values["__common_ports"])
            if first <= port.number <= last
        ]
        for text in values["__common_offered_ports"]:
            offered = _RANGE.match(str(text))
            if offered and int(offered[1]) <= last and first <= int(offered[2] or offered[1]):
                found.append(
                    "the agent of this host offers the ports %s to tasks (mesos_slave_resources), and apps get service "
                    "ports from %d to %d (haproxy_service_ports); leave them out of one of the two."
                    % (text, first, last)
                )
    return found


def _marathon(values: Values) -> list[str]:
    option = "haproxy_marathon_credentials"
    return [
        *discovery.url_problems("haproxy_marathon_urls", values["haproxy_marathon_urls"], "Marathon", "marathon", 8080),
        *discovery.credential_problems(option, values[option], ("username", "password")),
    ]


def _certificates(given: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    names = [str(one["name"]) for one in given]
    found = [
        "haproxy_certificates has the name %s; write letters, digits, dots and dashes." % ascii(name)
        for name in names
        if not _NAME.match(name)
    ]
    return found + [
        "haproxy_certificates has the name %s twice; give each a name of its own." % name
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


def _base(values: Values) -> list[str]:
    """What HAProxy would read as something else; the rest it checks itself before the file is replaced."""
    connections = values["haproxy_maxconn"]
    found = []
    if not (str(connections).isdigit() and 0 < int(connections) <= _MOST_CONNECTIONS):
        found.append("haproxy_maxconn is %s; write a number from 1 to %d." % (ascii(connections), _MOST_CONNECTIONS))
    times = {"haproxy_hard_stop_after": values["haproxy_hard_stop_after"]}
    for name, time in values["haproxy_timeouts"].items():
        if not _TIMEOUT.match(str(name)):
            found.append("haproxy_timeouts has %s, which is no timeout of HAProxy." % ascii(str(name)))
        times["haproxy_timeouts.%s" % name] = time
    found += [
        "%s is %s; write a number and its unit (us, ms, s, m, h or d), like 60s." % (option, ascii(time))
        for option, time in times.items()
        if not _TIME.match(str(time))
    ]
    stats = values["haproxy_stats_credentials"] or {}
    if stats and not _WORD.match(str(stats.get("username") or "")):
        found.append("haproxy_stats_credentials.username must be letters, digits and _.@- alone.")
    password = str(stats.get("password") or "")
    if stats and (not password or characters.wrong(password) or re.search(r"[\"\\$]", password)):
        found.append('haproxy_stats_credentials.password is empty, or has a character that no file keeps, or " \\ $.')
    sections = values["haproxy_sections"].strip()
    if sections and not _SECTION.match(sections):
        found.append("haproxy_sections must begin with a section like backend, frontend or listen.")
    return found


def _agent(values: Values) -> list[str]:
    found = []
    if not values["haproxy_app_groups"]:
        found.append("haproxy_app_groups is empty, so no app would be served; write ['*'] for all.")
    found += [
        "haproxy_app_groups has %s, which no HAPROXY_GROUP can match; write each group as an entry of its own, without "
        "commas and without blanks around it." % ascii(str(group))
        for group in values["haproxy_app_groups"]
        if not str(group) or "," in str(group) or str(group) != str(group).strip()
    ]
    return found + discovery.round_problems(values, "haproxy")
