"""What takes a service back to what it ran from before an upgrade."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_back import docker_refused, source, way_back


def restored(**given: Any) -> dict[str, Any]:
    return {"running": True, "outdated": [], "restored": [], "missing": [], "program": {"kept": None}, **given}


def test_a_refusal_that_changed_nothing_restarts_nothing() -> None:
    assert way_back(restored(), answers=True) == {"need": "none", "touched": False, "source": {"method": "archive"}}
    found = way_back(restored(), answers=True, daemon={"need": "none", "outdated": []})
    assert (found["need"], found["touched"]) == ("none", False)


def test_files_that_nothing_was_started_with_cost_no_restart() -> None:
    found = way_back(restored(restored=["/etc/mesos/mesos-slave.env"]), answers=True)
    assert (found["need"], found["touched"]) == ("none", True)
    assert way_back(restored(missing=["mesos=1.10.0-1"]), answers=True)["touched"]


@pytest.mark.parametrize(
    ("given", "answers", "need"),
    [
        # A healthy member goes by its role, which asks the quorum; one that is down is missing already.
        ({"outdated": ["its unit has changed"]}, True, "restart"),
        ({"outdated": ["its unit has changed"]}, False, "start"),
        ({"running": False}, False, "start"),
    ],
)
def test_what_runs_from_the_new_program(given: dict[str, Any], answers: bool, need: str) -> None:
    assert way_back(restored(**given), answers)["need"] == need


@pytest.mark.parametrize(
    ("need", "answers", "running", "wanted"),
    [
        ("restart", True, True, "restart"),
        ("reload", True, True, "reload"),
        ("restart", False, True, "start"),
        ("none", False, False, "start"),
    ],
)
def test_docker_says_itself_what_it_needs(need: str, answers: bool, running: bool, wanted: str) -> None:
    # It records nothing at its start.
    seen = restored(running=running, outdated=["it is not known what it was started with"])
    assert way_back(seen, answers, {"need": need})["need"] == wanted


def test_where_the_old_program_comes_from() -> None:
    assert source({"program": {"archive": "a" * 12, "image": "", "packages": {}}}) == {"method": "archive"}
    assert source({"program": {"image": "r/mesos:1.10"}}) == {"method": "container", "image": "r/mesos:1.10"}
    assert source({"program": {"packages": {"mesos": "1"}}}) == {"method": "package", "package": ["mesos"]}


def test_a_docker_that_the_role_would_not_restart() -> None:
    runs, none = {"running": True}, {"running": False, "silent": False}
    assert docker_refused("s1", True, "s1: refuse.", runs) == "s1: refuse."
    assert docker_refused("s1", True, "s1: refuse.", {"silent": True}) == "s1: refuse."
    assert docker_refused("s1", True, "s1: refuse.", none) == ""
    assert docker_refused("s1", True, "", runs) == ""
    assert "docker_manage_service is false" in docker_refused("s1", False, "", none)
