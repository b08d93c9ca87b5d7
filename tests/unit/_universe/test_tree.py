"""Files of a directory and of a zip archive, and what is refused of them."""

from __future__ import annotations

import stat
import zipfile

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import tree


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "universe.zip"

    def write(*members):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in members:
                file.writestr(name, content)
        return str(path)

    return write


def linked(name):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_a_zip_archive(archive):
    found = tree.of_zip(archive(("a/b.json", "{}"), ("c", "x")))
    assert found.names == {"a/b.json", "c"}
    assert (found.read("a/b.json"), found.read("nothing")) == (b"{}", None)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../out", "has '..' in its path"),
        ("a/../../out", "has '..' in its path"),
        ("/etc/passwd", "is no relative path"),
        ("a\\..\\out", "is no relative path"),
        ("C:/out", "is no relative path"),
        ("a\nb", "has a control character"),
        (linked("package.json"), "is a link or a special file"),
    ],
)
def test_a_hostile_member(archive, name, words):
    with pytest.raises(DefinitionError, match="its member") as error:
        tree.of_zip(archive((name, "/etc/passwd")))
    assert words in str(error.value)


def test_a_member_that_is_there_twice(archive):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archive(("a", "1"), ("a", "2"))
    with pytest.raises(DefinitionError, match="its member 'a' is there twice"):
        tree.of_zip(path)


def test_an_encrypted_member(archive, tmp_path):
    path = archive(("a", "text"))
    content = bytearray((tmp_path / "universe.zip").read_bytes())
    # The flags in the central directory.
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "universe.zip").write_bytes(content)
    with pytest.raises(DefinitionError, match="its member 'a' is encrypted"):
        tree.of_zip(path)


def test_a_member_that_unpacks_to_much_more(archive):
    found = tree.of_zip(archive(("bomb", b"0" * (tree.MAX_BYTES + 1))))
    with pytest.raises(DefinitionError, match=f"bomb has more than {tree.MAX_BYTES} bytes"):
        found.read("bomb")


def test_an_archive_that_breaks_off(archive, tmp_path):
    path = archive(("a", "text" * 1000))
    content = (tmp_path / "universe.zip").read_bytes()
    (tmp_path / "universe.zip").write_bytes(content[:40])
    with pytest.raises(DefinitionError, match="is no whole zip archive"):
        tree.of_zip(path)
    # Whole, but for the content of its member.
    (tmp_path / "universe.zip").write_bytes(content.replace(content[40:44], b"\xff\xff\xff\xff", 1))
    found = tree.of_zip(path)
    with pytest.raises(DefinitionError, match="its member 'a' cannot be read"):
        found.read("a")


def test_a_directory(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.json").write_text("{}")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("")
    found = tree.of_directory(str(tmp_path))
    assert found.names == {"a/b.json"}
    assert (found.read("a/b.json"), found.read("nothing")) == (b"{}", None)


def test_a_link_out_of_the_directory(tmp_path):
    inside = tmp_path / "universe"
    inside.mkdir()
    (tmp_path / "secret").write_text("hunter2")
    (inside / "package.json").symlink_to(tmp_path / "secret")
    (inside / "config.json").symlink_to(inside / "nothing")
    found = tree.of_directory(str(inside))
    with pytest.raises(DefinitionError, match=r"package\.json is a link that leaves the directory"):
        found.read("package.json")
    with pytest.raises(DefinitionError, match=r"config\.json is not a file"):
        found.read("config.json")


def test_a_large_file(tmp_path):
    (tmp_path / "a").write_bytes(b" " * (tree.MAX_BYTES + 1))
    with pytest.raises(DefinitionError, match=f"a has more than {tree.MAX_BYTES} bytes"):
        tree.of_directory(str(tmp_path)).read("a")


def test_a_directory_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(tree, "MAX_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_text("")
    with pytest.raises(DefinitionError, match="has more than 2 files"):
        tree.of_directory(str(tmp_path))


def test_files_that_are_too_much_together(archive, monkeypatch):
    monkeypatch.setattr(tree, "MAX_TOTAL", 25)
    found = tree.of_zip(archive(*((name, "0" * 10) for name in "abc")))
    assert len(found.read("a") + found.read("b")) == 20
    with pytest.raises(DefinitionError, match="the files of the package have more than 25 bytes"):
        found.read("c")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression(tmp_path, method):
    path = tmp_path / "universe.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("package.json", "{}")
    with pytest.raises(DefinitionError, match="is compressed by another method than deflate"):
        tree.of_zip(str(path))
