"""What the tests of the roles share."""

from __future__ import annotations

from pathlib import Path

import pytest
from spoilt_inventory import Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)
