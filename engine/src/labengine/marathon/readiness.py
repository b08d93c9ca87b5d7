"""Readiness checks: probed by the leader while a deployment of the app runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from labengine.common.supervision import supervise
from labengine.marathon import hostports
from labengine.marathon.instances import Instance
from labengine.marathon.tree import App

KEPT_BODY = 4096


class Readiness:
    """``changed(app ids)`` hears of instances that became ready."""

    def __init__(
        self, deploying: Callable[[str], bool], changed: Callable[[Iterable[str]], None], failed: Callable[[str], None]
    ) -> None:
        self._deploying = deploying
        self._changed = changed
        self._failed = failed
        self._http = httpx.AsyncClient(verify=False, trust_env=False)
        self._ready: dict[str, bool] = {}
        self._results: dict[str, dict[str, Any]] = {}
        self._probes: dict[str, asyncio.Task[None]] = {}

    def ready(self, app: App, instance: Instance) -> bool:
        """True once a check passed, or when there is none; an unknown instance begins to be probed."""
        checks = app.get("readinessChecks")
        if not checks:
            return True
        if instance.task_id not in self._ready:
            self._ready[instance.task_id] = False
            self._probes[instance.task_id] = supervise(self._probe(app, instance, checks[0]), self._failed)
        return self._ready[instance.task_id]

    def results(self, app_id: str, instances: Iterable[Instance]) -> list[dict[str, Any]]:
        if not self._deploying(app_id):
            return []
        return [self._results[one.task_id] for one in instances if one.task_id in self._results]

    def forget(self, instance: Instance) -> None:
        probe = self._probes.pop(instance.task_id, None)
        if probe:
            probe.cancel()
        self._ready.pop(instance.task_id, None)
        self._results.pop(instance.task_id, None)

    async def close(self) -> None:
        for probe in self._probes.values():
            probe.cancel()
        await asyncio.gather(*self._probes.values(), return_exceptions=True)
        await self._http.aclose()

    async def _probe(self, app: App, instance: Instance, check: dict[str, Any]) -> None:
        while self._deploying(app["id"]) and instance.running:
            status, body, kind = await self._answer(app, instance, check)
            ready = status in check["httpStatusCodesForReady"]
            result: dict[str, Any] = {"name": check["name"], "taskId": instance.task_id, "ready": ready}
            if check.get("preserveLastResponse") and status is not None:
                result["lastResponse"] = {"status": status, "contentType": kind, "body": body}
            self._results[instance.task_id] = result
            if ready:
                self._ready[instance.task_id] = True
                self._changed([app["id"]])
                return
            await asyncio.sleep(check["intervalSeconds"])
        # The next deployment asks anew.
        self._ready.pop(instance.task_id, None)

    async def _answer(self, app: App, instance: Instance, check: dict[str, Any]) -> tuple[int | None, str, str]:
        port = _host_port(app, instance, check["portName"])
        if port is None:
            return None, "", ""
        url = f"{check['protocol'].lower()}://{instance.host}:{port}{check['path']}"
        try:
            response = await self._http.get(url, timeout=check["timeoutSeconds"])
        except (OverflowError, ValueError, httpx.HTTPError, httpx.InvalidURL):
            return None, "", ""
        return response.status_code, response.text[:KEPT_BODY], response.headers.get("content-type", "")


def _host_port(app: App, instance: Instance, name: str) -> int | None:
    position = 0
    for slot in hostports.slots(app):
        if slot.wanted is None:
            continue
        if slot.name == name:
            return instance.ports[position] if position < len(instance.ports) else None
        position += 1
    return None
