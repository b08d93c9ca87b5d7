"""What the programs say about themselves: the version they stand in for, and that they are the lab engine."""

from __future__ import annotations

from typing import Any

from labengine import BUILD_USER, LAB_ENGINE_VERSION, MESOS_VERSION

BUILD_DATE = "2026-11-21 00:00:00"
BUILD_TIME = 1795219200.0


def build_info() -> dict[str, Any]:
    """The keys of Mesos' ``/version``, and ``lab_engine``."""
    return {
        "version": MESOS_VERSION,
        "git_sha": f"lab-engine-{LAB_ENGINE_VERSION}",
        "git_tag": MESOS_VERSION,
        "build_date": BUILD_DATE,
        "build_time": BUILD_TIME,
        "build_user": BUILD_USER,
        "lab_engine": LAB_ENGINE_VERSION,
    }
