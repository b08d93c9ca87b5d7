"""What docs/field.md and marathon.md name exists; guide and README name all that is for Marathon."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
ROLES = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon", "haproxy", "mesos_dns", "docker_swarm"]
FIELD = (CHECKOUT / "docs" / "field.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in FIELD.splitlines()
    if line.startswith("| ") and not re.match(r"\| (---|Step) ", line)
]


def options() -> set[str]:
    # Variables of whole hosts belong to no role that a user names; the README of _common lists them.
    found = set(re.findall(r"`(quorum_\w+)`", (CHECKOUT / "roles" / "_common" / "README.md").read_text()))
    for role in ROLES:
        specs = yaml.safe_load((CHECKOUT / "roles" / role / "meta" / "argument_specs.yml").read_text())
        found |= set(specs["argument_specs"]["main"]["options"])
    return found


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_a_step_says_what_does_it_and_which_test_shows_it(row: list[str]) -> None:
    assert len(row) == 3, "a step has three cells"
    _, means, shown = row
    if means.startswith("Not covered"):
        assert shown == "-"
        return
    assert names(means), "name an option, a playbook or a module"
    assert names(shown), "name a test"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_every_named_option_exists(row: list[str]) -> None:
    wanted = [name for name in names(row[1]) if re.fullmatch(rf"({'|'.join(ROLES)}|quorum)_\w+", name)]
    modules = {path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")}
    assert sorted(set(wanted) - options() - modules) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_every_named_playbook_exists(row: list[str]) -> None:
    wanted = [name for name in names(row[1]) if re.fullmatch(r"\w+\.yml", name)]
    assert [name for name in wanted if not (CHECKOUT / "playbooks" / name).is_file()] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_every_named_test_exists(row: list[str]) -> None:
    for name in names(row[2]):
        path, _, function = name.partition("::")
        assert (CHECKOUT / path).exists(), name
        if function:
            assert f"def {function}(" in (CHECKOUT / path).read_text(), name


def test_the_page_covers_the_guides() -> None:
    assert re.findall(r"^## (\w)\.", FIELD, re.MULTILINE) == ["A", "B", "C", "D", "E"]
    assert len(ROWS) > 40


MARATHON = (CHECKOUT / "docs" / "marathon.md").read_text()
README = (CHECKOUT / "README.md").read_text()


def for_marathon() -> set[tuple[str, str]]:
    """As the guide's table has it: a kind, which is nothing for modules, and a name."""
    kinds = {"": "modules", "lookup": "lookup", "filter": "filter"}
    found = {
        (kind, path.stem)
        for kind, directory in kinds.items()
        for path in (CHECKOUT / "plugins" / directory).glob("*.py")
        if path.name.startswith(("marathon_", "universe_"))
    }
    playbooks = {("playbook", name) for name in ("apps.yml", "drift.yml", "export.yml", "image.yml", "translate.yml")}
    return found | playbooks | {("inventory", "marathon")}


def test_the_guide_lists_all_that_is_for_marathon() -> None:
    listed = re.findall(r"^\| (?:(lookup|inventory|filter|playbook) )?`([\w.]+)` \| ", MARATHON, re.MULTILINE)
    assert sorted(listed) == sorted(for_marathon())


def test_the_readme_names_it_too() -> None:
    missing = [name for kind, name in for_marathon() if kind != "playbook" and f"`{name}`" not in README]
    assert sorted(missing) == []


def test_modules_for_marathon_share_their_defaults() -> None:
    runtime = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text())
    modules = sorted(name for kind, name in for_marathon() if not kind)
    assert runtime["action_groups"]["marathon"] == modules


SECURITY = (CHECKOUT / "docs" / "security.md").read_text()
CLOSED = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def test_the_first_screen_says_that_a_cluster_is_open() -> None:
    for text in (README, SECURITY):
        first_screen = "\n".join(text.splitlines()[:24])
        assert re.search(r"open(\*\*|\b)", first_screen)
        assert "framework" in first_screen
        assert "post apps" in first_screen
        (block,) = CLOSED.findall(first_screen)
        lines = yaml.safe_load(block)
        assert len(lines) == block.count("\n") == 3
        assert set(lines) <= options()
    assert "docs/security.md" in README


def test_options_of_the_pages_exist() -> None:
    for page in ("security", "archives", "sources", "troubleshooting", "glossary"):
        text = (CHECKOUT / "docs" / f"{page}.md").read_text()
        named = set(re.findall(rf"`((?:{'|'.join(ROLES)}|quorum)_\w+[a-z])`", text))
        assert named
        assert sorted(named - options() - {name for _, name in for_marathon()}) == []


def test_the_ways_from_other_balancers_name_labels_and_options_that_exist() -> None:
    page = (CHECKOUT / "docs" / "load-balancer.md").read_text()
    table = (CHECKOUT / "docs" / "discovery.md").read_text().partition("## Labels\n")[2].partition("\n## ")[0]
    known = set(re.findall(r"^\| .*?`(HAPROXY_\w+)`", table, re.MULTILINE)) | {"HAPROXY_n_GROUP"}
    named = {re.sub(r"_\d_", "_n_", label) for label in re.findall(r"`(HAPROXY_\w+)", page)}
    assert len(named) > 15
    assert sorted(named - known) == []
    assert sorted(set(re.findall(r"`(haproxy_\w+)", page)) - options()) == []
