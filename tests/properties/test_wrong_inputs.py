"""Every wrong input is refused, or said in a warning, by field or option, value and remedy; none ends in a traceback.

QUORUM_WRONG is the number of wrong definitions, which are chosen by QUORUM_SEED; all wrong options are tried each time.
"""

from __future__ import annotations

import json
import os
import random
import re
from typing import Any

import carriers
import module_runs
import pytest
import wrong_definitions
import wrong_options
from marathon_harness import Harness
from module_runs import Run
from wrong_definitions import MISSING, Wrong

SEED = int(os.environ.get("QUORUM_SEED", "1"))
DEFINITIONS = int(os.environ.get("QUORUM_WRONG", "440"))
FLAGS = {"enable_features": "secrets,external_volumes,gpu_resources", "mesos_role": "dev", "default_network_name": "n"}
# A url that is empty is none.
_NO_URL = "no Marathon is named"
# Said of every definition, whatever is wrong with it.
_ALWAYS = re.compile(r"Correct (that|these)[^;]* and run again(; nothing was changed)?")
_REMEDY = re.compile(
    r"\b(must|one of|use|give|name|declare|did you mean|is required|required|choose|remove|leave|keep|write|check|set|"
    r"at (least|most)|or more|needs?|the fields are|move|mutually exclusive|convert(ed)? to|Supported parameters|"
    r"like|exclude each other|correct it)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def url() -> Any:
    made = Harness()
    made.call(made.master.add_agent, "slave1")
    yield made.marathon(**FLAGS).url
    made.close()


def fault(said: str, name: str, value: Any, private: bool) -> str | None:
    """What a message lacks."""
    if not said:
        return "nothing is said"
    said = _ALWAYS.sub("", said)
    if name not in said:
        return "neither field nor option is named"
    if private:
        if isinstance(value, (list, dict)) and json.dumps(value) in said:
            return "the value, which may be a secret, is shown"
    elif value is not MISSING and not any(form in said for form in forms(value)):
        return "the value is not named"
    return None if _REMEDY.search(said) else "there is no remedy"


def forms(value: Any) -> list[str]:
    """How a message may show it."""
    if isinstance(value, (list, dict)):
        none = [] if value else ["empty list", "has no ", "names nothing", _NO_URL]
        return [json.dumps(value), *none, "a list" if isinstance(value, list) else "a mapping"]
    if value == "":
        return ['""', "''", "empty", "blank", "is required", _NO_URL]
    text = str(value)
    if isinstance(value, str):
        return [text, text.lower(), text.upper(), text[:40]]
    return [text, text.lower(), f"{value:g}"]


def judged(what: str, ran: Run, name: str, value: Any, private: bool = False) -> str | None:
    found = ran.traceback or fault(ran.said, name, value, private)
    return f"{found}: {what}\n      {ran.said[:400]}" if found else None


def report(tried: int, found: list[str]) -> None:
    print(f"QUORUM_SEED={SEED}: {tried - len(found)} of {tried} wrong inputs are answered as they should be")
    assert not found, f"QUORUM_SEED={SEED}: {len(found)} of {tried}:\n" + "\n".join(found[:40])


def runs(rng: random.Random, definition: dict[str, Any], pod: bool, url: str) -> tuple[str, dict[str, Any]]:
    """A module that takes it, and its arguments."""
    named = {**definition, "id": "/w/one"}
    if rng.random() < 0.6:
        return ("marathon_pod" if pod else "marathon_app"), {"url": url, "definition": named}
    if pod or rng.random() < 0.5:
        return "marathon_apps", {"url": url, "definitions": [named]}
    return "marathon_group", {"url": url, "definition": {"id": "/w", "apps": [{**definition, "id": "one"}]}}


@pytest.mark.parametrize("pod", [False, True], ids=["app", "pod"])
def test_what_the_wrong_ones_are_made_of_is_right(url, pod):
    for definition in carriers.PODS if pod else carriers.APPS:
        for seed in range(4):
            module, arguments = runs(random.Random(seed), definition, pod, url)
            ran = module_runs.run(module, arguments)
            assert ran.traceback is None and not ran.result.get("failed"), (module, ran)


def chosen() -> list[tuple[bool, Wrong]]:
    every = [(False, one) for one in wrong_definitions.of_apps()] + [(True, one) for one in wrong_definitions.of_pods()]
    assert len(every) > 1000
    return random.Random(SEED).sample(every, min(DEFINITIONS, len(every)))


def test_a_wrong_definition(url):
    found = []
    cases = chosen()
    for number, (pod, wrong) in enumerate(cases):
        module, arguments = runs(random.Random(f"{SEED}-{number}"), wrong.definition, pod, url)
        ran = module_runs.run(module, arguments)
        what = f"{module} {wrong.kind} {wrong_definitions.placed(wrong.path)} = {_shown(wrong.value)}"
        value = wrong.path[-1] if wrong.kind == "misspelt" else wrong.value
        found.append(judged(what, ran, wrong.name, value, wrong.private))
    report(len(cases), list(filter(None, found)))


def test_a_wrong_option(url, tmp_path):
    found = []
    cases = wrong_options.every(url, tmp_path)
    assert len(cases) > 160
    for case in cases:
        ran = module_runs.run(case.module, case.arguments)
        found.append(judged(f"{case.module} {case.given}", ran, case.name, case.value, case.private))
    report(len(cases), list(filter(None, found)))


def _shown(value: Any) -> str:
    return "missing" if value is MISSING else json.dumps(value)[:60]
