"""What operators grant to roles: quota and weight, kept in the registry."""

from __future__ import annotations

from typing import Any

from labengine.common.resources import SCALARS, UNRESERVED
from labengine.master.registry import Registry

DEFAULT_WEIGHT = 1.0
Amounts = dict[str, float]


class ShareError(Exception):
    """A call that is refused with 400 and this text."""


class Shares:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def weight(self, role: str) -> float:
        return self._registry.weights.get(role, DEFAULT_WEIGHT)

    @property
    def weights(self) -> list[dict[str, Any]]:
        return [{"role": role, "weight": weight} for role, weight in sorted(self._registry.weights.items())]

    def limits(self, role: str) -> Amounts:
        return self._registry.quotas.get(role, {}).get("limits", {})

    def guarantees(self, role: str) -> Amounts:
        return self._registry.quotas.get(role, {}).get("guarantees", {})

    @property
    def with_quota(self) -> set[str]:
        return set(self._registry.quotas)

    @property
    def roles(self) -> set[str]:
        return {*self._registry.quotas, *self._registry.weights}

    @property
    def status(self) -> dict[str, Any]:
        """Of every role with a quota: ``infos`` is the older form, with the guarantee alone."""
        quotas = sorted(self._registry.quotas.items())
        if not quotas:
            return {}
        return {
            "infos": [
                {
                    "role": role,
                    "guarantee": [
                        {"name": name, "type": "SCALAR", "scalar": {"value": amount}}
                        for name, amount in quota["guarantees"].items()
                    ],
                }
                for role, quota in quotas
            ],
            "configs": [
                {
                    "role": role,
                    **{kind: {name: {"value": amount} for name, amount in quota[kind].items()} for kind in quota},
                }
                for role, quota in quotas
            ],
        }

    async def set_weights(self, infos: Any) -> None:
        weights = dict(self._registry.weights)
        for info in infos:
            weight = float(info["weight"])
            if weight <= 0:
                raise ShareError(f"Invalid weight '{weight:g}' for role '{info['role']}': Weights must be positive")
            weights[str(info["role"])] = weight
        await self._registry.set_weights(weights)

    async def set_quotas(self, configs: Any) -> None:
        """A config without guarantees and limits takes the quota away."""
        quotas = dict(self._registry.quotas)
        for config in configs:
            role = _role(config)
            quota = {kind: _amounts(config.get(kind, {})) for kind in ("guarantees", "limits")}
            for name, amount in quota["guarantees"].items():
                limit = quota["limits"].get(name)
                if limit is not None and limit < amount:
                    raise ShareError(
                        f"Invalid QuotaConfig: the guarantee of {amount:g} {name} for role '{role}' is more than "
                        f"its limit of {limit:g}"
                    )
            quotas.pop(role, None)
            if any(quota.values()):
                quotas[role] = quota
        await self._registry.set_quotas(quotas)

    async def set_guarantee(self, request: Any) -> None:
        """The older call: what it guarantees is also the limit."""
        amounts = {str(one["name"]): {"value": float(one["scalar"]["value"])} for one in request["guarantee"]}
        await self.set_quotas([{"role": _role(request), "guarantees": amounts, "limits": amounts}])


def _role(config: Any) -> str:
    role = str(config["role"])
    if role == UNRESERVED:
        raise ShareError("Invalid QuotaConfig: setting quota on the default '*' role is not supported")
    return role


def _amounts(given: Any) -> Amounts:
    amounts = {str(name): float(amount["value"]) for name, amount in given.items()}
    return {name: amounts[name] for name in sorted(amounts, key=lambda name: (name not in SCALARS, name))}
