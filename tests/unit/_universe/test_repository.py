"""The forms of a repository, and which package is found in them."""

from __future__ import annotations

import json
import zipfile

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import repository

from .packages import built, files, write

# The newest is no version of the greatest number, and 10 is newer than 9.
VERSIONS = {0: "1.0.0", 9: "3.0.0", 10: "2.0.0"}


def in_directory(root, above="repo/packages"):
    for release, version in VERSIONS.items():
        write(root / above / "N" / "notes" / str(release), files(version=version))
    return root


def in_zip(root, above="repo/packages"):
    in_directory(root / "tree", above)
    with zipfile.ZipFile(root / "universe.zip", "w") as archive:
        archive.writestr("repo/meta/index.json", "{}")
        for path in sorted((root / "tree").rglob("*")):
            archive.write(path, path.relative_to(root / "tree"))
    return root / "universe.zip"


def in_json(root):
    packages = [built(version=version, release=release).document() for release, version in VERSIONS.items()]
    (root / "repo.json").write_text(json.dumps({"packages": packages}))
    return root / "repo.json"


def found(path, name="notes", version=None):
    return repository.find([repository.open_repository(str(path))], name, version)


@pytest.mark.parametrize("made", [in_directory, in_zip, in_json])
def test_the_newest_release_is_that_of_the_highest_number(tmp_path, made):
    path = made(tmp_path)
    newest = found(path)
    assert (newest.package.version, newest.package.release, newest.place) == ("2.0.0", 10, str(path))
    assert newest.versions == ("1.0.0", "3.0.0", "2.0.0")
    assert newest.package.template == built().template
    assert found(path, version="3.0.0").package.release == 9
    with pytest.raises(DefinitionError, match=r"has no version 4 of notes: its versions are 1\.0\.0, 3\.0\.0, 2\.0\.0"):
        found(path, version="4")
    with pytest.raises(DefinitionError, match=r"there is no package note in .*; did you mean notes\?"):
        found(path, name="note")


@pytest.mark.parametrize("above", ["", "packages", "universe-version-3.x/repo/packages"])
def test_a_tree_may_lie_deeper(tmp_path, above):
    assert found(in_directory(tmp_path, above)).package.release == 10


def test_one_package(tmp_path):
    write(tmp_path / "notes", files())
    only = found(tmp_path / "notes")
    assert (only.package.name, only.package.release, only.versions) == ("notes", 0, ("1.0.0",))


def test_the_first_repository_with_the_package_is_taken(tmp_path):
    write(tmp_path / "other", files(name="other"))
    write(tmp_path / "mine", files(version="9"))
    write(tmp_path / "theirs", files(version="10"))
    all_of_them = [repository.open_repository(str(tmp_path / name)) for name in ("other", "mine", "theirs")]
    assert repository.find(all_of_them, "notes", None).package.version == "9"


def test_the_newest_of_two_releases_of_a_version(tmp_path):
    for release in (1, 2):
        write(tmp_path / "packages" / "N" / "notes" / str(release), files())
    assert found(tmp_path, version="1.0.0").package.release == 2


def test_a_package_in_the_directory_of_another(tmp_path):
    write(tmp_path / "packages" / "N" / "notes" / "0", files(name="other"))
    with pytest.raises(DefinitionError, match="the name of the package is other, but that of its directory notes"):
        found(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "is not a JSON object"),
        ("{}", "it has no list packages"),
        ('{"packages": [1]}', r"packages\[0\] is no package with a name"),
        ('{"packages": [{"name": "a"}, {"name": "a"}]}', "release 0 of a is there twice"),
        ('{"packages": [{"name": "a", "releaseVersion": []}]}', "releaseVersion is not a whole number"),
        ('{"packages": [{"name": "a", "releaseVersion": "1"}, {"name": "a"}]}', "releaseVersion is not a whole number"),
    ],
)
def test_a_file_that_is_none(tmp_path, content, words):
    (tmp_path / "repo.json").write_text(content)
    with pytest.raises(DefinitionError, match=words):
        found(tmp_path / "repo.json", name="a")


def test_places_that_are_none(tmp_path):
    with pytest.raises(DefinitionError, match="is an address: download the repository first"):
        found("https://universe.example.com/repo")
    with pytest.raises(DefinitionError, match="does not exist on the host"):
        found(tmp_path / "nothing")
    with pytest.raises(DefinitionError, match="is no repository: it has neither"):
        found(tmp_path)
    in_directory(tmp_path / "a")
    in_directory(tmp_path / "b")
    with pytest.raises(DefinitionError, match="has several repositories, below a/repo/packages/, b/repo/packages/"):
        found(tmp_path)
