# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether it is said exactly enough where a program comes from: repositories, versions, images."""

from __future__ import annotations

import os
import re
import typing as t

from .. import _masked as masked
from .. import _programs as programs
from .._names import unknown_names
from . import characters

REPOSITORY_KEYS = ("name", "uris", "suites", "components", "baseurl", "key", "key_checksum")
SOURCE_KEYS = {"debian": ("uris", "suites"), "redhat": ("baseurl",)}
ROLES = ("zookeeper", "mesos_master", "mesos_slave", "marathon")
# One package has the programs of both.
SHARED = {"mesos_master", "mesos_slave"}
NAMELESS = "quorum-mesos"
VERSION = re.compile(r"^[0-9][A-Za-z0-9.+:~_-]*\Z")
NAME = re.compile(r"^[a-z0-9][a-z0-9._-]*\Z")
PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*\Z")
# What package managers take too: a version, an architecture, a release, a group, a path, a URL, a pattern.
PACKAGES = re.compile(r"[A-Za-z0-9@/][A-Za-z0-9@/:=+.~^_*?%-]*\Z")
IMAGE = re.compile(r"^[a-z0-9][A-Za-z0-9._/:-]*(@sha256:[0-9a-f]{64})?\Z")


def archive_problems(role: str, archive: str | None, checksum: str | None) -> list[str]:
    """What is wrong with an archive; one on the controller is compared with its checksum."""
    option = role + "_archive"
    if not archive:
        return ["%s is not set; give the URL or the path of an archive, and %s_checksum." % (option, option)]
    digest = programs.digest_of(checksum or "")
    if digest is None:
        return [
            "%s_checksum is '%s'; write the archive's SHA-256 as sha256:<64 hex digits>." % (option, checksum or "")
        ]
    if "://" in archive:
        return []
    path = os.path.expanduser(archive)
    if not os.path.isabs(path):
        return [
            "%s is the relative path %s; write the whole path, for example with {{ inventory_dir }}."
            % (option, masked.without_user(path))
        ]
    if not os.path.isfile(path):
        return ["%s is %s, and the controller has no such file; give a path or URL that exists." % (option, path)]
    wrong = programs.other_checksum(path, digest, option)
    return ["%s is %s: %s; %s." % (option, path, *wrong)] if wrong else []


def package_problems(role: str, name: str, version: str, repository: t.Mapping[str, t.Any], family: str) -> list[str]:
    """What is wrong with a package and its repository, each as ``option is ...; remedy.``"""
    problems = []
    if not PACKAGE.match(name):
        problems.append(
            "%s_package_name is %s, which is no name of a package; use letters, digits and +._-." % (role, ascii(name))
        )
    if not version:
        problems.append(
            "%s_package_version is not set; give the exact version of the package %s, as `apt-cache madison %s` "
            "or `dnf list --showduplicates %s` shows it." % (role, name, name, name)
        )
    elif not VERSION.match(version):
        problems.append(
            "%s_package_version is '%s', which is no exact version; give one like 1.11.0-2.0.1." % (role, version)
        )
    return problems + repository_problems(role, repository, family)


def repository_problems(role: str, repository: t.Mapping[str, t.Any], family: str) -> list[str]:
    """What is wrong with a repository; an empty one is one that the host knows."""
    found = _repository_problems(repository, family) if repository else []
    return ["%s_repository%s" % (role, text) for text in found]


def _repository_problems(repository: t.Mapping[str, t.Any], family: str) -> list[str]:
    problems = []
    for key, nearest in unknown_names(repository, REPOSITORY_KEYS):
        remedy = "write %s" % nearest if nearest else "it knows %s" % ", ".join(REPOSITORY_KEYS)
        problems.append(" has '%s', which it does not know; %s." % (key, remedy))
    missing = [key for key in (*SOURCE_KEYS[family], "key") if not repository.get(key)]
    if missing:
        problems.append(" has no %s; set that, or leave the option out where the host knows one." % missing[0])
    problems += _line_problems(repository)
    for key in ("uris", "baseurl"):
        if "@" in str(repository.get(key) or ""):
            problems.append(".%s has a user; write it into /etc/apt/auth.conf.d or the proxy instead." % key)
    if not NAME.match(str(repository.get("name", NAMELESS))):
        problems.append(".name is '%s'; write small letters, digits, dots and dashes." % repository["name"])
    return problems + _key_problems(str(repository.get("key") or ""), str(repository.get("key_checksum") or ""))


def _line_problems(repository: t.Mapping[str, t.Any]) -> list[str]:
    """Values with which a line of the repository's file would end, or be two."""
    found = []
    for key in ("uris", "suites", "components", "baseurl"):
        values = repository.get(key) or []
        for value in values if isinstance(values, list) else [values]:
            wrong = characters.wrong(str(value)) or ("a backslash" if "\\" in str(value) else None)
            if wrong:
                found.append(".%s has %s, which the file of a repository does not keep; take it out." % (key, wrong))
    return found


def list_problems(option: str, names: t.Any) -> list[str]:
    """Names of packages that a package manager would read as an option or as two."""
    return [
        "%s has %s, which is no name of a package; use letters, digits and +._-." % (option, ascii(str(name)))
        for name in ([names] if isinstance(names, str) else names or [])
        if not PACKAGES.match(str(name))
    ]


def image_list_problems(option: str, images: t.Iterable[t.Any]) -> list[str]:
    """Names of images that Docker would read as an option or refuse."""
    return [
        "%s has %s, which is no name of an image; give one like registry.example.org/web:1.0."
        % (option, ascii(masked.without_user(str(image))))
        for image in images
        if not IMAGE.match(str(image))
    ]


def _key_problems(key: str, checksum: str) -> list[str]:
    if not key:
        return []
    if "://" in key:
        if masked.without_user(key) != key:
            # The module that fetches it shows the URL.
            return [".key has a user; fetch the key to the controller and give its path instead."]
        if programs.digest_of(checksum) is None:
            return [".key_checksum is '%s'; write the SHA-256 of the key as sha256:<64 hex digits>." % checksum]
        return []
    path = os.path.expanduser(key)
    if not os.path.isabs(path):
        return [".key is the relative path %s; write the whole path, for example with {{ inventory_dir }}." % path]
    if not os.path.isfile(path):
        return [".key is %s, and the controller has no such file; give a path or URL that exists." % path]
    return []


def image_problems(role: str, image: str) -> list[str]:
    """What is wrong with the name of an image, which must always mean the same image."""
    if not image:
        return ["%s_image is not set; give an image with its tag, like registry.example.org/mesos:1.11.0." % role]
    if not IMAGE.match(image):
        return ["%s_image is '%s', which is no name of an image; give one like registry.example.org/mesos:1.11.0."
                % (role, masked.without_user(image))]  # fmt: skip
    name, _at, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    if not digest and tag in ("", "latest"):
        what = "has the tag latest" if tag else "has no tag"
        return [
            "%s_image is '%s', which %s and may be another one tomorrow; give a tag that stays, or a digest."
            % (role, image, what)
        ]
    return []


def shared_problems(role: str, mine: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]) -> list[str]:
    """Where two roles on one host want the same package, or the same repository file, in two ways."""
    problems = []
    for other in ROLES:
        if other == role or variables.get(other + "_install_method") != "package":
            continue
        version = str(variables.get(other + "_package_version") or "")
        if {role, other} <= SHARED and version and mine["version"] and version != mine["version"]:
            problems.append(
                "%s_package_version is %s and %s_package_version is %s, and one package is both on this host; "
                "give both the same." % (role, mine["version"], other, version)
            )
    return problems + repository_clashes(role, mine["repository"], variables)


def repository_clashes(role: str, own: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]) -> list[str]:
    """Where another role on the same host writes another repository to the same file."""
    problems = []
    for other in ROLES:
        if other == role or variables.get(other + "_install_method") != "package":
            continue
        its = variables.get(other + "_repository") or {}
        if its and own and its != own and its.get("name", NAMELESS) == own.get("name", NAMELESS):
            problems.append(
                "%s_repository and %s_repository differ and have the same name; give each a name of its own."
                % (role, other)
            )
    return problems
