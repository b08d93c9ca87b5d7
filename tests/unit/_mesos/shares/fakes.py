"""A master that keeps quota and weights, in the form of recorded answers."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer

from ..fakes import agent

# From a real 1.11.0.
RECORDED_QUOTA = {
    "batch": {"guarantees": {"cpus": {"value": 0.5}}, "limits": {"cpus": {"value": 0.5}}},
    "prod": {
        "guarantees": {"mem": {"value": 128.0}, "cpus": {"value": 1.0}},
        "limits": {"mem": {"value": 512.0}, "cpus": {"value": 3.0}},
    },
}


class Granting:
    """Its one agent has 4 cores and 1024 MiB."""

    def __init__(self, quotas: dict[str, Any] | None = None, weights: dict[str, float] | None = None) -> None:
        self.quotas = copy.deepcopy(quotas or {})
        self.weights = dict(weights or {})
        self.calls: list[dict[str, Any]] = []
        self.after_write: Callable[[], Any] = lambda: None

    def __call__(self, call: dict[str, Any]) -> Answer:
        kind = call["type"]
        if kind == "GET_QUOTA":
            configs = [{"role": role, **parts} for role, parts in sorted(self.quotas.items())]
            content: Any = {"status": {"configs": configs} if configs else {}}
        elif kind == "GET_WEIGHTS":
            # Without any the answer has no content.
            infos = [{"role": role, "weight": weight} for role, weight in sorted(self.weights.items())]
            content = {"weight_infos": infos} if infos else None
        elif kind == "GET_AGENTS":
            content = {"agents": [agent(1, cpus=4)]}
        else:
            self.calls.append(call[kind.lower()])
            self._write(kind, call[kind.lower()])
            self.after_write()
            return Answer(200, "")
        return Answer(200, json.dumps({"type": kind, **({kind.lower(): content} if content is not None else {})}))

    def _write(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "UPDATE_WEIGHTS":
            self.weights.update({one["role"]: one["weight"] for one in content["weight_infos"]})
            return
        for config in content["quota_configs"]:
            parts = {name: config[name] for name in ("guarantees", "limits") if config.get(name)}
            self.quotas.pop(config["role"], None)
            if parts:
                self.quotas[config["role"]] = parts
