"""The lab of this scenario."""

from __future__ import annotations

import pytest
from lab_cluster import LabCluster


@pytest.fixture(scope="session")
def cluster() -> LabCluster:
    return LabCluster.from_environment()
