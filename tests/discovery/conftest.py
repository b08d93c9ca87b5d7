"""A running HAProxy, and servers for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from haproxy_process import Haproxy, running
from small_servers import Named, named


@pytest.fixture
def haproxy() -> Iterator[Haproxy]:
    with running() as started:
        yield started


@pytest.fixture
def servers() -> Iterator[list[Named]]:
    with named(4) as started:
        yield started
