"""What Mesos-DNS makes of a state is what we make of it; where not, this file says so, and docs/discovery.md why."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from marathon_discovery.names.model import Names, Now, Settings
from marathon_discovery.names.records import build

VECTORS = json.loads((Path(__file__).parent / "dns_vectors.json").read_text())
INFRASTRUCTURE = re.compile(
    r"(leader|master[0-9]*|slave|ns1|_(leader|slave)\._(tcp|udp)|(_framework\._tcp\.)?marathon)\.mesos\."
)


def found(vector: dict[str, Any]) -> Names:
    config = vector["config"]
    settings = Settings(
        domain=config["domain"],
        ip_sources=tuple(source for source in config["IPSources"] if source != "mesos"),
        enforce_rfc952=config["enforceRFC952"],
        masters=tuple(master.rpartition(":")[0] for master in config["masters"]),
        nameservers=("127.0.0.1",),
    )
    return build(vector["state"], settings, Now())


def described(vector: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """In the form of the vectors."""
    answer: dict[str, dict[str, list[str]]] = {}
    left_out = vector.get("infrastructure_names_left_out")
    for (name, kind), values in found(vector).records.items():
        if left_out and INFRASTRUCTURE.fullmatch(f"{name}."):
            continue
        texts = [value if kind != "SRV" else ":".join(reversed(value.split()[2:])) for value in values]
        answer.setdefault(kind, {})[f"{name}."] = sorted(texts)
    return answer


# Each has a row in docs/discovery.md, and a test below.
DEVIATIONS = {"cut-at-dash", "long-collision", "long-label", "rfc952", "uppercase"}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_as_mesos_dns(vector: dict[str, Any]) -> None:
    want = {kind: {name: sorted(values) for name, values in names.items()} for kind, names in vector["expect"].items()}
    assert (described(vector) != want) is (vector["name"] in DEVIATIONS), described(vector)
    assert found(vector).excluded == ()


def named(name: str) -> dict[str, dict[str, list[str]]]:
    return described(next(vector for vector in VECTORS if vector["name"] == name))


@pytest.mark.parametrize(
    ("name", "unique"), [("cut-at-dash", "hellof-70435c00"), ("rfc952", "store-like-name-e9590c55")]
)
def test_a_name_that_is_cut_has_one_of_its_own_besides(name: str, unique: str) -> None:
    want = next(vector for vector in VECTORS if vector["name"] == name)["expect"]
    more = {
        (kind, key)
        for kind, names in named(name).items()
        for key, values in names.items()
        if want[kind].get(key) != values
    }
    assert more and all(key.lstrip("_").startswith(unique) for _kind, key in more)
    assert all(names.items() >= want[kind].items() for kind, names in named(name).items())


def test_names_that_are_too_long_can_be_held_and_told_apart() -> None:
    """The service has a letter less, so that its underscore has room; the name of a task keeps its end."""
    b, names = "b" * 63, named("long-collision")
    assert names["A"][f"{b}.marathon.mesos."] == ["10.0.0.10", "10.0.0.11"]
    assert names["A"][f"{b[:54]}-eozh4-s0.marathon.mesos."] == ["10.0.0.10"]
    assert names["SRV"][f"_{b[:62]}._tcp.marathon.mesos."] == [
        f"{b[:54]}-4mbsb-s1.marathon.slave.mesos.:31001",
        f"{b[:54]}-eozh4-s0.marathon.slave.mesos.:31001",
    ]
    # The first 8 digits of the SHA-1 of the whole name.
    assert names["A"][f"{b[:53]}-ac42f3b6.marathon.mesos."] == ["10.0.0.11"]
    for vector in ("long-label", "long-collision"):
        for kind in ("A", "SRV"):
            assert all(len(label) <= 63 for key in named(vector)[kind] for label in key.split("."))


def test_upper_case_is_lowered_in_both_forms() -> None:
    assert set(named("uppercase")["A"]) == {
        f"myjob{end}.marathon.{below}" for end in ("", "-fnug3-s0") for below in ("mesos.", "slave.mesos.")
    }
