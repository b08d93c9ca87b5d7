# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the apps of Marathon -> where each answers at the load balancers, by the rules of the agent that feeds them."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.plugin_utils import host_ports
from ansible_collections.quorum.mesos.roles._common.files.marathon_discovery.apps import build
from ansible_collections.quorum.mesos.roles._common.files.marathon_discovery.apps.model import Model, Now, Settings

Variables = t.Mapping[str, t.Any]
# What a listener may have that listens on every address of its host, which no client can ask.
_EVERYWHERE = ("*", "0.0.0.0", "::")


class Balancer(t.NamedTuple):
    """host is the name or address under which it is reached."""

    host: str
    settings: Settings


class Address(t.NamedTuple):
    """path is the prefix for which a vhost leads to the app, '' for all paths; index counts the app's ports from 0."""

    app_id: str
    host: str
    port: int
    path: str
    index: int


class Found(t.NamedTuple):
    """The addresses, vhosts first, and a sentence about each app that is not served or loses an address."""

    addresses: list[Address]
    problems: dict[str, list[str]]


def settings_of(its: Variables) -> Settings:
    """Of a load balancer, from the variables of its host; those that are not set have the defaults of the role."""
    usual = Settings(groups=("*",))

    def port(name: str, default: int | None) -> int:
        return int(its.get(name) or default or 0)

    return Settings(
        groups=tuple(its.get("haproxy_app_groups") or usual.groups),
        strict=boolean(its.get("haproxy_strict", False), strict=False),
        http_port=port("haproxy_http_port", usual.http_port),
        https_port=port("haproxy_https_port", usual.https_port),
        app_id_port=port("haproxy_app_id_port", usual.app_id_port),
        reserved_ports=host_ports.of_balancer(its),
        certificates=frozenset("%s.pem" % one["name"] for one in its.get("haproxy_certificates") or ()),
    )


def found(apps: t.Sequence[Variables], balancers: t.Sequence[Balancer]) -> Found:
    """apps are all that Marathon has, since two may want the same port or vhost."""
    addresses: dict[Address, None] = {}
    problems: dict[str, list[str]] = {}
    for balancer in balancers:
        model = build.model(apps, balancer.settings, Now())
        # Balancers that share a vhost share its address.
        addresses.update(dict.fromkeys(_addresses(model, balancer)))
        for app_id, why in _problems(model):
            problems.setdefault(app_id, []).append("%s: %s" % (balancer.host, why))
    return Found(sorted(addresses, key=lambda one: (one.app_id, one.index)), problems)


def _addresses(model: Model, balancer: Balancer) -> t.Iterator[Address]:
    backends = {backend.name: backend for backend in model.backends}
    for route in model.routes:
        backend = backends[route.backend]
        for app_id in backend.members:
            yield Address(app_id, route.host, balancer.settings.http_port or 0, route.path or "", backend.index)
    for backend in model.backends:
        if backend.listener:
            host = balancer.host if backend.listener.address in _EVERYWHERE else backend.listener.address
            for app_id in backend.members:
                yield Address(app_id, host, backend.listener.port, "", backend.index)


def _problems(model: Model) -> t.Iterator[tuple[str, str]]:
    for one in model.excluded:
        yield one.app, one.reason
    for lost in model.conflicts:
        yield lost.refused, "it does not get %s: %s holds it" % (lost.claim, lost.kept)
