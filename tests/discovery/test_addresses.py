"""Addresses of hosts that are known by name: a round waits for new names, not for long, and for others not at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from marathon_discovery import addresses
from marathon_discovery.addresses import Addresses


class Resolver:
    """Answers what ``found`` has; ``slow`` are the names that it answers only when ``go`` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: dict[str, str] = {}
        self.slow: set[str] = set()
        self.go = threading.Event()
        self.asked: list[str] = []
        monkeypatch.setattr(addresses, "_resolve", self._resolve)

    def _resolve(self, name: str) -> str | None:
        self.asked.append(name)
        if name in self.slow:
            self.go.wait(30)
        return self.found.get(name)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    made = Resolver(monkeypatch)
    yield made
    made.go.set()


def of(asked: Addresses, *names: str) -> tuple[dict[str, str], float]:
    before = time.monotonic()
    return asked.of(names), time.monotonic() - before


def test_a_new_name_is_known_at_once_and_asked_for_once(resolver: Resolver) -> None:
    resolver.found = {"A.example": "10.0.0.1"}
    asked = Addresses()
    for _round in range(3):
        assert asked.of(["A.example", "b.example"]) == {"a.example": "10.0.0.1"}
    assert sorted(resolver.asked) == ["A.example", "b.example"]
    assert asked.of([]) == {}


def test_a_known_address_is_used_while_it_is_asked_for_again(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver.found = {"a.example": "10.0.0.1"}
    asked = Addresses()
    asked.of(["a.example"])
    monkeypatch.setattr(addresses, "_FRESH_SECONDS", 0.0)
    resolver.slow, resolver.found = {"a.example"}, {"a.example": "10.0.0.2"}
    for _round in range(2):
        found, seconds = of(asked, "a.example")
        assert found == {"a.example": "10.0.0.1"} and seconds < 0.1
    resolver.go.set()
    deadline = time.monotonic() + 10
    while asked.of(["a.example"]) != {"a.example": "10.0.0.2"}:
        assert time.monotonic() < deadline
    # A name that is no longer resolved keeps its last address.
    resolver.found = {}
    asks = len(resolver.asked)
    while len(resolver.asked) < asks + 3:
        assert asked.of(["a.example"]) == {"a.example": "10.0.0.2"}
        assert time.monotonic() < deadline


def test_names_that_are_slow_delay_one_round_and_not_for_long(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "_WAIT_SECONDS", 0.5)
    slow = [f"slow{number}.example" for number in range(40)]
    resolver.slow = set(slow)
    resolver.found = {"good.example": "10.0.0.1", slow[0]: "10.0.0.2"}
    asked = Addresses()
    found, seconds = of(asked, "good.example", *slow)
    assert found == {"good.example": "10.0.0.1"} and seconds < 2
    found, seconds = of(asked, "good.example", *slow)
    assert found == {"good.example": "10.0.0.1"} and seconds < 0.1
    resolver.go.set()
    deadline = time.monotonic() + 10
    while slow[0] not in asked.of(["good.example", *slow]):
        assert time.monotonic() < deadline


@pytest.mark.parametrize("name", ["a\0b", "a..b", "x" * 70])
def test_a_name_that_is_none_has_no_address(name: str) -> None:
    assert addresses._resolve(name) is None
