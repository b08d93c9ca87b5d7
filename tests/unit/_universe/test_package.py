from __future__ import annotations

import base64

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import package

from .packages import ABOUT, CONFIG, TEMPLATE, built, files


def read(**about):
    return package.from_files(files(**about).get, 3, "here")


def test_a_document_is_what_the_files_are():
    found = read()
    assert (found.name, found.version, found.packaging, found.release) == ("notes", "1.0.0", "4.0", 3)
    assert found.document() == {
        **ABOUT,
        "releaseVersion": 3,
        "config": CONFIG,
        "marathon": {"v2AppMustacheTemplate": base64.b64encode(TEMPLATE.encode()).decode()},
    }
    assert package.from_document(found.document(), "there") == found


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"packagingVersion": "6.0"}, "packagingVersion is '6.0', but must be one of 2.0, 3.0, 4.0, 5.0"),
        ({"name": "Notes"}, "the name 'Notes' must be lower-case"),
        ({"name": "../notes"}, "the name '../notes' must be lower-case"),
        ({"version": "1 0"}, "the version '1 0' must be"),
        ({"version": 1}, "version of the package must be text"),
        ({"tags": "a"}, "tags of the package must be a list of texts"),
        ({"upgradesFrom": ["*", 1]}, "upgradesFrom of the package must be a list of texts"),
    ],
)
def test_refused(about, words):
    with pytest.raises(DefinitionError, match=r"^here: ") as error:
        read(**about)
    assert words in str(error.value)


def test_an_old_package_may_have_any_version():
    assert read(packagingVersion="2.0", version="1 0").version == "1 0"


def test_what_is_required_is_named():
    with pytest.raises(DefinitionError, match="here: the package has no packagingVersion, version, maintainer"):
        package.from_document({"name": "notes"}, "here")
    with pytest.raises(DefinitionError, match=r"here has no package\.json"):
        package.from_files({}.get, 0, "here")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"releaseVersion": -1}, "releaseVersion is not a whole number"),
        ({"releaseVersion": True}, "releaseVersion is not a whole number"),
        ({"config": []}, "config is not an object"),
        ({"marathon": {"v2AppMustacheTemplate": "no base64"}}, "v2AppMustacheTemplate is not text in base64"),
        ({"marathon": {"v2AppMustacheTemplate": 1}}, "v2AppMustacheTemplate is not text in base64"),
    ],
)
def test_a_refused_document(part, words):
    with pytest.raises(DefinitionError, match=f"here: .*{words}"):
        package.from_document({**built().document(), **part}, "here")
