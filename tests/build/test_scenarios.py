"""Every Molecule scenario is run by `make test` or by `make test-all`, and the documents say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path.parent.name for path in (CHECKOUT / "molecule").glob("*/molecule.yml"))


def listed(name: str) -> list[str]:
    (line,) = re.findall(rf"^{name} := (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    return line.split()


def test_every_scenario_is_in_exactly_one_list() -> None:
    assert sorted(listed("SCENARIOS") + listed("SCENARIOS_REST")) == SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_has_a_name_and_a_network_of_its_own(scenario: str) -> None:
    def environment(name: str) -> dict[str, str]:
        return yaml.safe_load((CHECKOUT / "molecule" / name / "molecule.yml").read_text())["provisioner"]["env"]

    assert environment(scenario)["LAB_NAME"] == f"quorum-molecule-{scenario}"
    networks = [environment(name)["LAB_NETWORK"] for name in SCENARIOS]
    assert networks.count(environment(scenario)["LAB_NETWORK"]) == 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_second_run_is_part_of_every_scenario(scenario: str) -> None:
    sequence = yaml.safe_load((CHECKOUT / "molecule" / scenario / "molecule.yml").read_text())["scenario"][
        "test_sequence"
    ]
    assert sequence.index("idempotence") > sequence.index("converge")
    assert (sequence[0], sequence[-1]) == ("destroy", "destroy")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_contributing_names_every_scenario(scenario: str) -> None:
    assert f"`{scenario}`" in (CHECKOUT / "CONTRIBUTING.md").read_text()
