"""Which app is that of a package, and what may be done to it."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import installed, labels
from ansible_collections.quorum.mesos.plugins.module_utils._universe.repository import Found

from .packages import built


class Apps:
    """Marathon's two answers about apps."""

    def __init__(self, *apps):
        self._apps = {app["id"]: app for app in apps}

    def app(self, app_id):
        return self._apps.get(app_id)

    def apps(self, label):
        name, value = label.split("==")
        return [app for app in self._apps.values() if app["labels"].get(name) == value]


def app(app_id="/notes", name="notes", **own):
    return {"id": app_id, "labels": {**({labels.NAME: name} if name else {}), **own}}


def test_it_is_found_by_its_label():
    marathon = Apps(app(), app("/other", "other"), app("/mine", None))
    assert installed.find(marathon, "notes", None)["id"] == "/notes"
    assert installed.find(marathon, "none", None) is None
    assert installed.find(marathon, "notes", "/notes")["id"] == "/notes"
    assert installed.find(marathon, "notes", "/nothing") is None


def test_what_the_selector_does_not_leave_out_is_none_of_the_package():
    class Unselected(Apps):
        def apps(self, label):
            return list(self._apps.values())

    marathon = Unselected(app("/other", "other"), {"id": "/bare"})
    assert installed.find(marathon, "notes", None) is None


def test_of_several_one_must_be_named():
    marathon = Apps(app("/b"), app("/a"))
    with pytest.raises(DefinitionError, match="is installed as /a, /b: say by app_id which one"):
        installed.find(marathon, "notes", None)
    assert installed.find(marathon, "notes", "/a")["id"] == "/a"


def test_another_app_is_not_touched():
    with pytest.raises(DefinitionError, match="/mine is no app of a package: give another app_id"):
        installed.find(Apps(app("/mine", None)), "notes", "/mine")
    with pytest.raises(DefinitionError, match="/other is an app of the package other"):
        installed.find(Apps(app("/other", "other")), "notes", "/other")


def update(target, old="1.0.0", stored=None, others=()):
    own = {labels.VERSION: old}
    if stored is not None:
        own[labels.DEFINITION] = labels.of_package(stored, {}, "", definition=True)[labels.DEFINITION]
    return installed.refuse_update(app(**own), Found(target, "here", (), tuple(others)))


@pytest.mark.parametrize("listed", [["*"], ["0.9", "1.0.0"]])
def test_the_new_version_allows_it(listed):
    assert update(built(version="2.0.0", upgradesFrom=listed)) is None


@pytest.mark.parametrize("listed", [["*"], ["2.0.0"]])
def test_the_installed_version_allows_it(listed):
    old = built(version="1.0.0", downgradesTo=listed)
    assert update(built(version="2.0.0"), stored=old) is None
    # Without its label, the repository knows it.
    assert update(built(version="2.0.0"), others=[built(version="0.1"), old]) is None


def test_the_label_wins_over_the_repository():
    free, closed = built(version="1.0.0", downgradesTo=["*"]), built(version="1.0.0", downgradesTo=[])
    with pytest.raises(DefinitionError, match=r"downgradesTo of 1\.0\.0 has none"):
        update(built(version="2.0.0"), stored=closed, others=[free])


def test_it_is_excluded():
    with pytest.raises(
        DefinitionError, match=r"/notes has version 1\.0\.0, and 3\.0\.0 is no change from that"
    ) as error:
        update(built(version="3.0.0", upgradesFrom=["2.0.0"]))
    assert "upgradesFrom of 3.0.0 has 2.0.0, downgradesTo of 1.0.0 has none" in str(error.value)


def test_old_formats_say_nothing():
    warning = update(built(version="2.0.0", packagingVersion="3.0"))
    assert warning.startswith("notes goes from version 1.0.0 to 2.0.0, and neither says whether it can")
    assert update(built(version="1.0.0", packagingVersion="3.0")) is None
    with pytest.raises(DefinitionError, match=r"upgradesFrom of 2\.0\.0 has none, downgradesTo of 1\.0\.0 has 0\.9"):
        update(built(version="2.0.0", packagingVersion="3.0"), stored=built(downgradesTo=["0.9"]))


def test_an_app_whose_version_is_unknown_is_taken():
    assert installed.refuse_update(app(), Found(built(version="2.0.0"), "here", (), ())) is None


def test_removal():
    assert installed.refuse_removal(app()) is None
    assert "the framework kafka" in installed.refuse_removal(app(**{labels.FRAMEWORK: "kafka"}))
    with pytest.raises(DefinitionError, match="removes itself: set SDK_UNINSTALL=true"):
        installed.refuse_removal(app(**{labels.OWN_REMOVAL: "true"}))


@pytest.mark.parametrize("manager", [{"packageName": "cosmos-x"}, "cosmos-x"])
def test_a_manager_of_its_own(manager):
    installed.refuse_manager(built())
    with pytest.raises(DefinitionError, match="installed by a manager of its own, cosmos-x"):
        installed.refuse_manager(built(manager=manager))
