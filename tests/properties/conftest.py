"""The same examples in every run: a property that breaks does so for everybody, and a slow host breaks none."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, configuration, settings

configuration.set_hypothesis_home_dir(Path(__file__).resolve().parents[2] / ".build" / "hypothesis")
settings.register_profile(
    "deterministic",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "search", database=None, deadline=None, max_examples=5000, suppress_health_check=list(HealthCheck)
)
settings.load_profile(os.environ.get("QUORUM_PROPERTIES", "deterministic"))
