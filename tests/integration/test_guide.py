"""docs/marathon.md and the README's first door, read as an operator does: files are written, commands run, in order."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import examples
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs" / "marathon.md").read_text()
FIRST_DOOR = (CHECKOUT / "README.md").read_text().partition("## You have a Marathon\n")[2].partition("\n## ")[0]
FENCE = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(page):
    """("file", its name, its text) or ("command", it, how many tasks change by it), in the order of the page."""
    for block in FENCE.finditer(page):
        if block["language"] != "sh":
            name = re.search(r"`([\w./-]+)`:$", block["before"])
            assert name, f"no sentence before this one ends in its name: {block['text']}"
            yield "file", name[1], block["text"]
            continue
        for line in block["text"].splitlines():
            command, _, remark = line.partition("  #")
            changed = re.search(r"changed=(\d+)", remark)
            assert changed or "ansible-playbook" not in command, f"how much does this change? {line}"
            yield "command", command.strip(), changed[1] if changed else None


def test_every_block_is_read():
    assert PAGE.count("\n```") == 2 * len(list(FENCE.finditer(PAGE)))
    assert sum(kind == "command" for kind, *_ in steps(PAGE)) > 10


@pytest.fixture
def shell(ansible, tmp_path):
    """Runs a line in one directory; what it exports stays for the next ones."""
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def run(line):
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            environment[name] = value
            return ""
        done = ansible.run("/bin/sh", "-e", "-c", f"cd '{tmp_path}'; {line}", environment=environment)
        assert done.code == 0, f"{line}\n{done.output}"
        return done.output

    return run


@pytest.fixture
def follow(ansible, shell, group, tmp_path):
    """Does what a page says; returns what the commands print."""

    def run(page):
        outputs = []
        for kind, what, more in steps(page):
            what = examples.localised(what, ansible.url, group)
            if kind == "file":
                path = tmp_path / what
                path.parent.mkdir(exist_ok=True)
                path.write_text(examples.localised(more, ansible.url, group))
                continue
            output = shell(what)
            outputs.append(output)
            if more is not None:
                assert re.search(rf"\bchanged={more} ", output), f"{what}\n{output}"
        return "".join(outputs)

    return run


def test_the_guide(marathon, follow, group):
    everything = follow(PAGE)
    assert "correct-horse" not in everything
    assert "deprecat" not in everything.lower(), everything
    assert marathon.app(f"{group}/shop/web")["tasksRunning"] == 2


def test_the_first_door(marathon, follow, group):
    """Three commands from a Marathon to an app that runs on it."""
    assert [kind for kind, *_ in steps(FIRST_DOOR)] == ["file", "command", "command", "command"]
    follow(FIRST_DOOR)
    assert marathon.app(f"{group}/shop/web")["tasksRunning"] == 2
