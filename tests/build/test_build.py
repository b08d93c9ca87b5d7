"""The collection's archive holds what a user of the collection needs and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

ENTRIES = {
    "CHANGELOG.rst",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "docs",
    "extensions",
    "inventory",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dist")
    galaxy = Path(sys.executable).parent / "ansible-galaxy"
    subprocess.run(
        [galaxy, "collection", "build", "--output-path", output, CHECKOUT],
        check=True,
        capture_output=True,
        env={**os.environ, "ANSIBLE_HOME": str(output / "home"), "LC_ALL": "C.UTF-8"},
    )
    return next(output.glob("quorum-mesos-*.tar.gz"))


def members(archive: Path) -> list[str]:
    with tarfile.open(archive) as content:
        return content.getnames()


def test_top_level_entries(archive: Path) -> None:
    assert {name.split("/")[0] for name in members(archive)} == ENTRIES


def test_the_settings_of_the_docs_site_stay_here(archive: Path) -> None:
    assert [name for name in members(archive) if name.startswith("docs/docsite")] == []


def test_ansible_rulebook_finds_the_event_source_and_the_rulebooks(archive: Path) -> None:
    names = {name.removeprefix("extensions/eda/") for name in members(archive) if name.startswith("extensions/eda/")}
    books = {f"rulebooks/{name}.yml" for name in ("page_failed_deployment", "redeploy_drift", "scale_waiting_queue")}
    assert {name for name in names if "." in name} == {"plugins/event_source/marathon.py", *books}


def test_no_generated_files(archive: Path) -> None:
    generated = (".pyc", ".orig", ".swp", ".retry")
    assert [name for name in members(archive) if name.endswith(generated) or "__pycache__" in name] == []


@pytest.mark.parametrize("playbook", ["site", "uninstall"])
def test_an_installed_playbook_finds_those_beside_it(archive: Path, playbook: str, tmp_path: Path) -> None:
    installed = tmp_path / "ansible_collections" / "quorum" / "mesos"
    shutil.unpack_archive(archive, installed)
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "--syntax-check", f"quorum.mesos.{playbook}"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert f"playbook: {installed}/playbooks/{playbook}.yml" in done.stdout


# Pictures too, and a page that is only named: people look for it.
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:docs|inventory|playbooks|roles)/[\w./-]+)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(page: str) -> set[str]:
    """As forges make them from headings: small letters, no punctuation, dashes for spaces."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_link_of_a_page_leads_to_a_file_of_the_archive(archive: Path) -> None:
    with tarfile.open(archive) as content:
        pages = {
            member.name: content.extractfile(member).read().decode()
            for member in content.getmembers()
            if member.name.endswith(".md")
        }
        names = set(content.getnames())
    broken = []
    for name, text in pages.items():
        for link in LINK.findall(FENCE.sub("", text)):
            path, _, anchor = link.partition("#")
            if "://" in path:
                continue
            target = os.path.normpath(Path(name).parent / path) if path else name
            if target not in names or (anchor and anchor not in anchors(pages.get(target, ""))):
                broken.append(f"{name}: {link}")
        broken += [f"{name}: {path}" for path in NAMED.findall(text) if path.rstrip("/") not in names]
    assert len(pages) > 10
    assert broken == []


def test_manifest(archive: Path) -> None:
    with tarfile.open(archive) as content:
        manifest = json.load(content.extractfile("MANIFEST.json"))["collection_info"]
    assert (manifest["namespace"], manifest["name"]) == ("quorum", "mesos")
    assert manifest["license"] == ["GPL-3.0-or-later"]
    assert archive.name == f"quorum-mesos-{manifest['version']}.tar.gz"
