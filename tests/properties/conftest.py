"""The same examples in every run: a property that breaks does so for everybody, and a slow host breaks none."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, configuration, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

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

# Hypothesis draws some values from the literals of all loaded modules of the checkout: another line of code anywhere,
# or another test in the same process, would make other examples. There is no public switch for it.
assert callable(providers._get_local_constants)
providers._get_local_constants = Constants

settings.load_profile(os.environ.get("QUORUM_PROPERTIES", "deterministic"))
