"""In a clone with a bare environment the plain commands work: no make, no variables, nothing but PATH and HOME.

What a user of the collection runs has the packages of requirements.txt, and no others.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
PLAYBOOKS = sorted(str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "playbooks").glob("*.yml"))
INVENTORY = "inventory/sample/hosts.yml"
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


@dataclass
class Clone:
    directory: Path
    home: Path
    programs: Path

    def run(self, *command: str, directory: Path | None = None, **variables: str) -> tuple[int, str]:
        """The exit code and the output of a command in the clone, or in another directory."""
        done = subprocess.run(
            command,
            cwd=directory or self.directory,
            env={"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.home), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        return done.returncode, done.stdout


def git(directory: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone of this checkout as it is now, so that edits are tested before they are committed."""
    directory = tmp_path_factory.mktemp("fresh")
    origin = directory / "origin"
    for name in git(CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and os.path.lexists(CHECKOUT / name):
            (origin / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, origin / name, follow_symlinks=False)
    git(origin, "init", "-q")
    git(origin, "add", "--all")
    git(origin, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "As it is now")
    git(directory, "clone", "-q", str(origin), "quorum.mesos")
    (directory / "home").mkdir()
    return Clone(directory / "quorum.mesos", directory / "home", TOOLS)


@pytest.fixture(scope="module")
def user(clone: Clone) -> Clone:
    """The clone as a user of the collection has it: with the packages of requirements.txt."""
    environment = clone.home.parent / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    installed = replace(clone, programs=environment / "bin")
    # Where packages come from is the machine's choice.
    registry = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    code, output = installed.run("pip", "install", "-r", "requirements.txt", **registry)
    assert code == 0, output
    return installed


def test_site(user: Clone) -> None:
    code, output = user.run("ansible-playbook", "-i", INVENTORY, "playbooks/site.yml", "--syntax-check")
    assert code == 0, output
    assert "[WARNING]" not in output


def test_every_playbook(user: Clone) -> None:
    code, output = user.run("ansible-playbook", "-i", INVENTORY, "--syntax-check", *PLAYBOOKS)
    assert code == 0, output
    assert output.count("playbook: ") == len(PLAYBOOKS)


def test_a_playbook_by_its_name_is_the_clones_own(user: Clone) -> None:
    code, output = user.run("ansible-playbook", "-i", INVENTORY, "quorum.mesos.site", "--syntax-check")
    assert code == 0, output
    assert f"playbook: {user.directory}/.collections/" in output


def test_the_clone_is_installed_elsewhere_by_git(user: Clone) -> None:
    """By the README's command; what is installed has the playbooks and modules, and nothing of the tests."""
    (command,) = re.findall(r"^(cd ~ .*ansible-galaxy .*?)  +# ", README, re.MULTILINE)
    installed = user.home / ".ansible" / "collections" / "ansible_collections" / "quorum" / "mesos"
    code, output = user.run("sh", "-ec", command)
    assert code == 0, output
    assert not (installed / "tests").exists()
    inventory = str(user.directory / INVENTORY)
    code, output = user.run(
        "ansible-playbook", "-i", inventory, "quorum.mesos.site", "--syntax-check", directory=user.home
    )
    assert code == 0, output
    assert f"playbook: {installed}/" in output


@pytest.mark.parametrize("arguments", [["quorum.mesos.marathon_app"], ["-t", "role", "quorum.mesos.mesos_slave"]])
def test_documentation(user: Clone, arguments: list[str]) -> None:
    code, output = user.run("ansible-doc", *arguments)
    assert code == 0, output
    assert str(user.directory) in output


def test_molecule(clone: Clone) -> None:
    code, output = clone.run("molecule", "syntax", "-s", "single")
    assert code == 0, output
    assert f"playbook: {clone.directory}/molecule/shared/converge.yml" in output


def test_units(clone: Clone) -> None:
    code, output = clone.run("pytest", "tests/unit", "-k", "constraints", "-q")
    assert code == 0, output
    assert " passed" in output


def test_molecule_uses_the_settings_of_plain_ansible() -> None:
    config = yaml.safe_load((CHECKOUT / ".config" / "molecule" / "config.yml").read_text())
    assert config["provisioner"]["env"]["ANSIBLE_CONFIG"] == "${MOLECULE_PROJECT_DIRECTORY}/ansible.cfg"


def test_tools_that_walk_directories_leave_the_link_out(clone: Clone) -> None:
    for command in (
        ["ruff", "check", "--show-files", "--no-cache", "."],
        ["yamllint", "--list-files", "."],
    ):
        _, output = clone.run(*command)
        assert "roles/" in output
        assert [line for line in output.splitlines() if ".collections/" in line] == [], command


def test_a_scenario_says_what_the_lab_lacks(clone: Clone, tmp_path: Path) -> None:
    """The play of `molecule create` ends with the lab's own sentence."""
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "__main__.py").write_text("import sys\nprint('working')\nsys.exit('[lab] error: Missing: x; run `y`.')\n")
    code, output = clone.run(
        "ansible-playbook", "molecule/shared/create.yml", MOLECULE_PROJECT_DIRECTORY=str(tmp_path), ANSIBLE_NOCOLOR="1"
    )
    assert code != 0
    assert '"msg": "[lab] error: Missing: x; run `y`."' in output
    assert output.count("working") <= 2, "the registry was not filled after the hosts had failed"
