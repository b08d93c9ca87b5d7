"""The backend of one port, with the servers that come from the tasks of its apps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from .candidates import App, Candidate
from .model import Backend, Listener, Now, Route, Server, Waiting
from .ports import derived
from .tasks import DRAIN, SERVE, verdict


def service_ports(app: App, used: Collection[int], held: Collection[int]) -> list[int]:
    """Of each candidate: as the app says, else derived."""
    known = [one.labels.port or one.port.service_port for one in app.candidates]
    unknown = [one.port.container_port or 0 for one, port in zip(app.candidates, known) if not port]
    found = iter(derived(app.id, unknown, used, set(held) - set(known)))
    return [port or next(found) for port in known]


def backend(app_id: str, candidate: Candidate, port: int) -> Backend:
    """Without its servers. ``app_id`` is that of the app, or of its deployment group."""
    found = candidate.labels
    return Backend(
        name=f"{app_id.lstrip('/').replace('/', '_')}_{port}",
        app=app_id,
        members=(),
        index=candidate.port.index,
        port=port,
        mode=candidate.mode,
        balance=found.balance,
        sticky=found.sticky,
        auth=found.auth,
        allowed=found.backend_network_allowed_acl,
        redirect_to_https=found.redirect_to_https and bool(found.vhost),
        hsts=found.use_hsts,
        strip_prefix=found.http_backend_proxypass_path,
        location_prefix=found.http_backend_revproxy_path,
        root_redirect=found.http_backend_redir,
        check=candidate.check,
        listener=Listener(found.bind_addr, port, found.ssl_cert, found.bind_options),
    )


def routes(candidate: Candidate, name: str) -> list[Route]:
    found = candidate.labels
    weight = found.backend_weight or (1 if found.path else 0)
    return [
        Route(host, path, ignore_case, weight, name)
        for host in found.vhost
        for path, ignore_case in found.path or ((None, False),)
    ]


def servers(
    app: App, candidate: Candidate, name: str, now: Now, draining: Collection[str] = ()
) -> tuple[dict[str, Server], list[Waiting]]:
    """The servers of a backend that come from this app, by name, and the tasks that wait.

    ``draining`` are tasks that another app of the deployment group replaces.
    """
    found: dict[str, Server] = {}
    waiting = []
    probed = candidate.labels.backend_healthcheck_port_index
    for task in app.tasks:
        place = task.places.get(candidate.port.index)
        if place is None:
            # Of an older version, it may have fewer ports.
            if not task.places and verdict(task, True)[0] == SERVE:
                waiting.append(Waiting(app.id, task.id, "its address is not known"))
            continue
        decision, reason = verdict(task, (name, place.name) in now.servers)
        if reason:
            waiting.append(Waiting(app.id, task.id, reason))
        if decision is None:
            continue
        serves = decision == SERVE and task.id not in draining
        weight = candidate.labels.server_weight if serves else 0
        server = Server(place.name, place.address, place.port, weight, candidate.check_port, task.id, app.id)
        if candidate.check_port is None and probed in task.places and probed != candidate.port.index:
            server = replace(server, check_port=task.places[probed].port)
        # Two tasks at one place: one of them is on its way out, or was lost with its agent.
        if place.name not in found or decision != DRAIN:
            found[place.name] = server
    return found, waiting
