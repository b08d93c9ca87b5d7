"""Check mode and run agree in what changes, in the diff and in the refusal, for apps, pods, groups and sets.

The pairs of what is there and what is wanted are made by the API's own types. QUORUM_PAIRS is their number, for each of
the four kinds of module a quarter; QUORUM_SEED chooses others, and each failure names the one that repeats it.
"""

from __future__ import annotations

import copy
import os
import random
from typing import Any

import pytest
from in_process import Modules, Outcome
from marathon_harness import Harness, Marathon
from typed_values import Values

from labengine.marathon.definition import app_fields, pod_schema

PAIRS = int(os.environ.get("QUORUM_PAIRS", "160"))
SEED = int(os.environ.get("QUORUM_SEED", "1"))
FLAGS = {"enable_features": "secrets,external_volumes,gpu_resources", "mesos_role": "dev", "default_network_name": "n"}
APP = {"cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 0}
POD = {
    "containers": [{"name": "c", "exec": {"command": {"shell": "sleep 1"}}, "resources": {"cpus": 0.1, "mem": 32}}],
    "scaling": {"kind": "fixed", "instances": 0},
    "networks": [{"mode": "host"}],
}
# What only a person or a tool writes that is about one app and no part of it.
_LEFT = ("id", "version")


@pytest.fixture(scope="module")
def marathon() -> Any:
    made = Harness()
    made.call(made.master.add_agent, "slave1")
    yield made.marathon(**FLAGS)
    made.close()


@pytest.fixture(scope="module")
def modules(marathon: Marathon) -> Modules:
    return Modules(marathon.url)


def overlaid(rng: random.Random, values: Values, base: dict[str, Any], record: Any) -> dict[str, Any]:
    """The definition with some fields of other values, or without them."""
    made = copy.deepcopy(base)
    for name in rng.sample(sorted(set(record.fields) - set(_LEFT)), rng.choice([0, 1, 1, 2, 3])):
        if name in made and rng.random() < 0.2:
            del made[name]
        else:
            made[name] = values.of(record.fields[name].type)
    return made


class Pair:
    """What is there, made so that Marathon takes it, and what is wanted."""

    def __init__(self, number: int, base: dict[str, Any], record: Any) -> None:
        self.rng = random.Random(f"{SEED}-{number}-{len(record.fields)}")
        self.base, self.record = base, record
        self.name = f"/p{number}"
        right, doubtful = Values(self.rng, 0.0), Values(self.rng, 0.12)
        self.before = overlaid(self.rng, right, base, record) if self.rng.random() < 0.7 else None
        self.wanted = overlaid(self.rng, doubtful, self.before or base, record)
        # Nothing runs before, so that nothing holds what is wanted.
        for made in filter(None, (self.before, self.wanted if self.rng.random() < 0.7 else None)):
            made.update({name: base[name] for name in ("instances", "scaling") if name in base})

    def __repr__(self) -> str:
        return f"QUORUM_SEED={SEED} {self.name} before={self.before!r} wanted={self.wanted!r}"


def settled(marathon: Marathon, path: str) -> None:
    def free() -> bool:
        listed = marathon.get("/v2/deployments")
        return not any(name.startswith(path) for one in listed for name in [*one["affectedApps"], *one["affectedPods"]])

    marathon.wait(f"nothing of {path} is deployed", free)


def difference(checked: Outcome, ran: Outcome) -> Any:
    if ran.refusal is not None and checked.refusal is None and ran.kind == "Unexpected":
        # A check that could not be rehearsed says so, and promises nothing.
        said = any("did not check the definitions beforehand" in warning for warning in checked.warnings)
        return None if said else ("not said", ran.refusal)
    if checked.refusal != ran.refusal:
        return "check", checked.refusal, "run", ran.refusal
    return None if (checked.changed, checked.diff) == (ran.changed, ran.diff) else ("diff", checked, ran)


class Judge:
    def __init__(self) -> None:
        self.pairs = self.refused = 0
        self.found: list[str] = []

    def agree(self, pair: Any, checked: Outcome, ran: Outcome) -> None:
        self.pairs += 1
        self.refused += ran.refusal is not None
        differing = difference(checked, ran)
        if differing:
            self.found.append(f"{differing}\n   of {pair}")


@pytest.fixture
def judge() -> Any:
    made = Judge()
    yield made
    print(f"{made.pairs - len(made.found)} of {made.pairs} agree, {made.refused} are refused")
    # Neither is a test of nothing.
    assert made.pairs // 10 < made.refused < made.pairs
    assert not made.found, f"{len(made.found)} of {made.pairs}:\n" + "\n".join(made.found[:8])


def numbers(kind: int) -> range:
    """Each kind has a quarter of the pairs, and numbers of its own."""
    return range(kind * PAIRS, kind * PAIRS + PAIRS // 4)


def test_an_app(marathon, modules, judge):
    for number in numbers(0):
        pair = Pair(number, APP, app_fields.APP)
        app_id = pair.name + pair.rng.choice(["", "/web", "/deep/web", "/web/below"])
        if app_id.endswith("/below"):
            assert marathon.send("PUT", f"/v2/apps{app_id.removesuffix('/below')}", APP).ok
        if pair.before is not None and not marathon.send("PUT", f"/v2/apps{app_id}", pair.before).ok:
            pair.before = None
        settled(marathon, pair.name)
        options = {"merge": pair.rng.random() < 0.3}
        wanted = {**pair.wanted, "id": app_id}
        checked = modules.app(wanted, check_mode=True, **options)
        judge.agree(pair, checked, modules.app(wanted, check_mode=False, **options))


def test_a_pod(marathon, modules, judge):
    for number in numbers(1):
        pair = Pair(number, POD, pod_schema.POD)
        pod_id = pair.name + pair.rng.choice(["", "/web", "/deep/web", "/web/below"])
        if pod_id.endswith("/below"):
            assert marathon.send("PUT", f"/v2/apps{pod_id.removesuffix('/below')}", APP).ok
        if pair.before is not None:
            marathon.send("POST", "/v2/pods", {**pair.before, "id": pod_id})
        settled(marathon, pair.name)
        options = {"merge": pair.rng.random() < 0.3}
        wanted = {**pair.wanted, "id": pod_id}
        checked = modules.pod(wanted, check_mode=True, **options)
        judge.agree(pair, checked, modules.pod(wanted, check_mode=False, **options))


def several(marathon: Marathon, number: int) -> tuple[list[Pair], list[dict[str, Any]]]:
    """Apps of one group, of which some are there."""
    pairs = [Pair(number * 10 + index, APP, app_fields.APP) for index in range(3)]
    wanted = []
    for index, pair in enumerate(pairs):
        app_id = f"/p{number}/{'abc'[index]}"
        if pair.before is not None:
            marathon.send("PUT", f"/v2/apps{app_id}", pair.before)
        # One of three is as it should be, most times.
        chosen = pair.wanted if pair.rng.random() < 0.6 else {**APP, "instances": 0}
        wanted.append({**chosen, "id": app_id})
    settled(marathon, f"/p{number}")
    return pairs, wanted


def test_a_set(marathon, modules, judge):
    for number in numbers(2):
        pairs, wanted = several(marathon, number)
        checked = modules.apps(wanted, check_mode=True)
        judge.agree(pairs, checked, modules.apps(wanted, check_mode=False))


def test_a_group(marathon, modules, judge):
    for number in numbers(3):
        pairs, wanted = several(marathon, number)
        definition = {"id": f"/p{number}", "apps": wanted, "dependencies": pairs[0].rng.choice([[], ["/x"]])}
        checked = modules.group(definition, check_mode=True)
        judge.agree(pairs, checked, modules.group(definition, check_mode=False))
