# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clients find the pods: Services, and an Ingress or HTTPRoutes for host names of the proxy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple

from ..model.workload import Port
from ..names import pods_service
from ..notes import APPROXIMATE, DROPPED, MANUAL, WARNING, pointer

if TYPE_CHECKING:
    from .pod import Pod

_VHOST = re.compile(r"HAPROXY_(?:(\d+)_)?VHOST")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


class Route(NamedTuple):
    port: Port
    hosts: list[str]
    path: str


def services(pod: Pod) -> list[dict[str, Any]]:
    found = []
    selector = dict(pod.labels)
    ports = list(_service_ports(pod))
    if ports:
        spec: dict[str, Any] = {"selector": selector, "ports": ports}
        found.append(pod.object("v1", "Service", pod.name, spec=spec))
    if pod.workload.is_stateful:
        own = [
            {
                "name": pod.port_names[port.at, protocol],
                "port": port.number,
                "targetPort": port.number,
                "protocol": protocol.upper(),
            }
            for port in pod.workload.ports
            for protocol in port.protocols
        ]
        spec = {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": selector}
        spec.update({"ports": own} if own else {})
        found.append(pod.object("v1", "Service", pods_service(pod.name), spec=spec))
    return found


def _service_ports(pod: Pod) -> Iterator[dict[str, Any]]:
    taken: set[tuple[int, str]] = set()
    for port in pod.workload.ports:
        for protocol in port.protocols:
            front = next((one for one in (port.front, port.number) if (one, protocol) not in taken), None)
            if front is None:
                text = f"another port of the app has the number {port.front}: the Service leads to that one only"
                pod.note(DROPPED, port.at, text)
                continue
            if front != port.front:
                text = f"another port of the app has the number {port.front}: the Service offers this one as {front}"
                pod.note(APPROXIMATE, port.at, text)
            taken.add((front, protocol))
            yield {
                "name": pod.port_names[port.at, protocol],
                "port": front,
                "targetPort": port.number,
                "protocol": protocol.upper(),
            }


def routes(pod: Pod) -> list[dict[str, Any]]:
    found = list(_routes(pod))
    if not found:
        return []
    if pod.options.gateway:
        return [_http_route(pod, route, number) for number, route in enumerate(found)]
    spec: dict[str, Any] = {"rules": [_rule(pod, route, host) for route in found for host in route.hosts]}
    if pod.options.ingress_class:
        spec["ingressClassName"] = pod.options.ingress_class
    else:
        text = "no ingress_class is set: the Ingress is for the controller that is the cluster's default"
        pod.note(WARNING, "/labels", text)
    return [pod.object("networking.k8s.io/v1", "Ingress", pod.name, spec=spec)]


def _routes(pod: Pod) -> Iterator[Route]:
    by_index = {port.index: port for port in pod.workload.ports if "tcp" in port.protocols}
    for name, value in sorted(pod.workload.labels.items()):
        found = _VHOST.fullmatch(name)
        if not found or not value.strip():
            continue
        hosts = [host.strip().lower() for host in value.split(",") if host.strip()]
        right = [host for host in dict.fromkeys(hosts) if _HOST.fullmatch(host) and len(host) < 254]
        if len(right) < len(set(hosts)):
            pod.note(MANUAL, pointer("labels", name), "not every one is the name of a host: write the rule by hand")
        port = by_index.get(int(found[1] or 0))
        if port is None:
            pod.note(MANUAL, pointer("labels", name), "the app has no port of this number for the host name")
        elif right:
            path = pod.workload.labels.get(f"HAPROXY_{found[1] or 0}_PATH", "")
            yield Route(port, right, next((word for word in path.split() if word.startswith("/")), "/"))


def _rule(pod: Pod, route: Route, host: str) -> dict[str, Any]:
    service = {"name": pod.name, "port": {"name": pod.port_names[route.port.at, "tcp"]}}
    path = {"path": route.path, "pathType": "Prefix", "backend": {"service": service}}
    return {"host": host, "http": {"paths": [path]}}


def _http_route(pod: Pod, route: Route, number: int) -> dict[str, Any]:
    namespace, slash, name = pod.options.gateway.rpartition("/")
    parent = {"name": name, **({"namespace": namespace} if slash else {})}
    match = {"path": {"type": "PathPrefix", "value": route.path}}
    backend = {"name": pod.name, "port": route.port.front}
    spec = {
        "parentRefs": [parent],
        "hostnames": route.hosts,
        "rules": [{"matches": [match], "backendRefs": [backend]}],
    }
    own = f"{pod.name}-{route.port.index}" if number else pod.name
    return pod.object("gateway.networking.k8s.io/v1", "HTTPRoute", own, spec=spec)
