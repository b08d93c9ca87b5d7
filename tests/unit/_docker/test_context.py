"""What an image is built from: which files are sent, and when two sources are the same."""

from __future__ import annotations

import os
import socket
import tarfile
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker import context


@pytest.mark.parametrize(
    ("lines", "out", "kept"),
    [
        ("*.md", ["README.md"], ["docs/README.md", "README.mdx"]),
        ("**/*.md", ["README.md", "docs/a/README.md"], ["README.txt"]),
        ("docs", ["docs", "docs/a", "docs/a/b"], ["docsite", "a/docs"]),
        ("/docs/", ["docs/a"], ["a/docs"]),
        ("./docs/../temp", ["temp/x"], ["docs/x"]),
        ("*/temp*", ["a/temporary", "a/temp/b"], ["temp", "a/b/temp"]),
        ("**/cache", ["cache", "a/b/cache/c"], ["cached"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "b/a"]),
        ("a/**/z", ["a/z", "a/b/c/z"], ["a/bz"]),
        ("temp?", ["tempa"], ["temp", "tempab", "temp/a"]),
        ("[ab].txt", ["a.txt", "b.txt"], ["c.txt"]),
        ("[^ab].txt", ["c.txt"], ["a.txt"]),
        ("[a-c]", ["b"], ["d"]),
        ("a+b(1).txt", ["a+b(1).txt"], ["aab1.txt", "aab(1).txt"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("*.md\n!keep.md", ["README.md"], ["keep.md"]),
        ("*.md\n!README*.md\nREADME-secret.md", ["a.md", "README-secret.md"], ["README.md", "README-one.md"]),
        ("!README.md\n*.md", ["README.md"], []),
        ("docs\n!docs/keep", ["docs/a"], ["docs/keep", "docs/keep/b"]),
        ("# a comment\n\n   \n *.log  ", ["x.log"], ["# a comment"]),
        ("\ufeff*.log", ["x.log"], []),
        (".", [], ["a"]),
        ("", [], ["a"]),
    ],
)
def test_rules(lines: str, out: list[str], kept: list[str]) -> None:
    rules = context.rules(lines)
    assert [name for name in out if not context.ignored(rules, name)] == []
    assert [name for name in kept if context.ignored(rules, name)] == []


@pytest.mark.parametrize("lines", ["a\n!", "a\n[b", "a\n[z-a]"])
def test_a_line_that_is_no_pattern_is_named(lines: str) -> None:
    with pytest.raises(context.BadContext, match="in line 2"):
        context.rules(lines)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    for name, text in {
        "Dockerfile": "FROM scratch\n", "bin/run": "#!/bin/sh\n", "docs/a.md": "a", "docs/keep/b.md": "b",
        "cache/x": "x",
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "bin" / "run").chmod(0o755)
    (root / "link").symlink_to("bin/run")
    (root / ".dockerignore").write_text("docs\n!docs/keep\ncache\nDockerfile\n.dockerignore\n")
    return root


def names(root: Path) -> list[str]:
    return [entry.name for entry in context.entries(str(root), "Dockerfile")]


def test_what_is_sent(source: Path) -> None:
    assert names(source) == ["Dockerfile", "bin", "bin/run", "docs/keep", "docs/keep/b.md", "link"]
    (source / ".dockerignore").write_text("cache\n")
    assert {".dockerignore", "docs", "docs/a.md"} <= set(names(source))
    (source / ".dockerignore").unlink()
    assert "cache/x" in names(source)


def digest(root: Path, **settings: str) -> str:
    return context.digest(context.entries(str(root), "Dockerfile"), settings)


def test_a_change_of_what_is_sent_is_another_source(source: Path) -> None:
    seen = {digest(source)}

    def differs() -> bool:
        known = len(seen)
        seen.add(digest(source))
        return len(seen) > known

    (source / "bin" / "run").write_text("#!/bin/bash\n")
    assert differs()
    (source / "bin" / "run").chmod(0o644)
    assert differs()
    (source / "link").unlink()
    assert differs()
    (source / "link").symlink_to("bin")
    assert differs()
    (source / "bin" / "run").rename(source / "bin" / "ran")
    assert differs()
    (source / "empty").mkdir()
    assert differs()
    (source / "Dockerfile").write_text("FROM base\n")
    assert differs()
    assert digest(source, target="test") not in seen
    assert digest(source, target="test") == digest(source, target="test")


def test_what_is_not_sent_and_what_a_clone_does_not_keep_is_none(source: Path) -> None:
    first = digest(source)
    (source / "cache" / "x").write_text("other")
    (source / "docs" / "a.md").unlink()
    (source / ".dockerignore").write_text((source / ".dockerignore").read_text() + "# said\n")
    for path in source.rglob("*"):
        os.utime(path, (5, 5), follow_symlinks=False)
    (source / "bin" / "run").chmod(0o700)
    (source / "docs" / "keep" / "b.md").chmod(0o600)
    assert digest(source) == first


def test_the_archive_is_what_is_sent(source: Path, tmp_path: Path) -> None:
    (source / "bin" / "run").chmod(0o700)
    os.utime(source / "bin" / "run", (1000, 1000))
    listed = context.entries(str(source), "Dockerfile")
    context.pack(listed, str(tmp_path / "source.tar"))
    with tarfile.open(tmp_path / "source.tar") as archive:
        found = {item.name: item for item in archive}
        assert list(found) == [entry.name for entry in listed]
        content = archive.extractfile("bin/run")
        assert content is not None
        assert content.read() == b"#!/bin/sh\n"
    run = found["bin/run"]
    assert (run.mode, run.mtime, run.uid) == (0o755, 1000, 0)
    assert (found["link"].issym(), found["link"].linkname) == (True, "bin/run")
    assert found["docs/keep"].isdir()
    assert context.size(listed) == sum(item.size for item in found.values())


@pytest.mark.parametrize(
    ("dockerfile", "words"),
    [
        ("none", "has no file none: write one"),
        ("../Dockerfile", r"is not below .*source: give its path"),
        ("/etc/passwd", "is not below"),
        ("bin", "has no file bin"),
    ],
)
def test_a_dockerfile_that_cannot_be(source: Path, dockerfile: str, words: str) -> None:
    with pytest.raises(context.BadContext, match=words):
        context.entries(str(source), dockerfile)


def test_what_docker_cannot_be_sent_is_named(source: Path, tmp_path: Path) -> None:
    with pytest.raises(context.BadContext, match="none is not a directory"):
        context.entries(str(tmp_path / "none"), "Dockerfile")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(source / "bin" / "s"))
        with pytest.raises(context.BadContext, match=r"bin/s is neither a file nor a directory nor a link: remove it"):
            names(source)
    (source / ".dockerignore").write_text("bin/s\n")
    assert "bin/s" not in names(source)
    (source / ".dockerignore").write_bytes(b"\xff\xfe")
    with pytest.raises(context.BadContext, match="cannot be read"):
        names(source)
