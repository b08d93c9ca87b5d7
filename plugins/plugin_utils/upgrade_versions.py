# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: which version goes with which, and from which version another can be reached, as the projects say."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service.versions import key

PRODUCTS = {"docker": "Docker", "zookeeper": "ZooKeeper", "mesos": "Mesos", "marathon": "Marathon"}
_LEADING = re.compile(r"(?:\d+:)?v?(\d+(?:\.\d+)*)")
# A file that is called like the program and its version, as the projects call theirs.
_NAMED = r"(?:apache-)?%s[-_]v?(\d+(?:\.\d+)+)"


class Step(NamedTuple):
    """A version of ``product`` from ``reached`` on can be reached from ``least`` on alone."""

    product: str
    reached: str
    least: str
    source: str


class Pair(NamedTuple):
    """A version of ``product`` from ``since`` on needs ``least`` of ``partner``."""

    product: str
    since: str
    partner: str
    least: str
    source: str


STEPS = (
    Step("mesos", "1.2.1", "1.0", "Mesos, docs/upgrades.md, 1.1.x to 1.2.x: its masters ignore agents of 0.x"),
    Step("marathon", "1.5", "1.4", "Marathon, changelog.md, 1.4.x to 1.5.0"),
    Step("marathon", "1.8", "1.6", "release notes of DC/OS 1.13, Upgrading Marathon orchestration"),
)
PAIRS = (
    Pair("marathon", "1.3", "mesos", "1.0", "Marathon, docs/docs/mesos-compatibility.md"),
    Pair("marathon", "1.4", "mesos", "1.1", "Marathon, docs/docs/mesos-compatibility.md"),
    Pair("marathon", "1.7", "mesos", "1.5", "Marathon, release notes of 1.7"),
    Pair("mesos", "0.20", "docker", "1.0", "Mesos, docs/docker-containerizer.md"),
)
# Where a project says that an older release reads what a newer one has written.
BACKWARDS = {"mesos": ("1.0", "Mesos, docs/downgrades.md: between any 1.x, as long as new features are not used")}
# Masters keep in their registry what is drained and which quotas there are. A leader recovers it, a follower does not.
_UNREAD_BEFORE, _UNREAD = "1.9", "which masters before 1.9 cannot recover (Mesos, docs/downgrades.md)"
_NO_NEW_TASKS = ("deactivated", "draining", "drained")
SKIPS = {"marathon": "Marathon's upgrade guide recommends not to skip releases"}


def number(text: str) -> str:
    """The version in the text that a program says, or a package or image is tagged with; empty without one."""
    found = _LEADING.match(text.strip())
    return found.group(1) if found else ""


def of_file(product: str, place: str) -> str:
    """The version in the name of an archive; empty where its name does not begin with that of the program."""
    name = re.split("[?#]", place)[0].rpartition("/")[2]
    found = re.match(_NAMED % product, name)
    return found.group(1) if found else ""


def of_image(image: str) -> str:
    """The version in the tag of an image."""
    name = image.partition("@")[0].rpartition("/")[2]
    return number(name.partition(":")[2])


def same(told: str, planned: str) -> bool:
    """Whether what a program says is the version that was planned, which may leave out its last parts."""
    wanted = key(planned)
    return bool(wanted) and key(number(told))[: len(wanted)] == wanted


def _minor(version: str) -> tuple[int, ...]:
    return (*key(version), 0)[:2]


def step_problems(product: str, old: str, new: str) -> Iterator[str]:
    """Why a program cannot go from one version to another."""
    told = "%s %s to %s" % (PRODUCTS[product], old, new)
    if _minor(new) < _minor(old):
        least, _source = BACKWARDS.get(product, ("", ""))
        if not least or key(new) < key(least):
            yield (
                "%s is a way back over a release, for which the project gives no way: restore a backup instead "
                "(restore.yml)." % told
            )
        return
    for step in STEPS:
        if step.product == product and key(new) >= key(step.reached) and key(old) < key(step.least):
            yield "%s: %s is reached from %s or newer alone (%s). Upgrade to such a version first." % (
                told, step.reached, step.least, step.source,
            )  # fmt: skip


def step_warnings(product: str, old: str, new: str) -> Iterator[str]:
    if product in SKIPS and _minor(old)[0] == _minor(new)[0] and _minor(new)[1] - _minor(old)[1] > 1:
        yield "%s %s to %s skips releases: %s." % (PRODUCTS[product], old, new, SKIPS[product])
    if product in BACKWARDS and _minor(new) < _minor(old):
        yield "%s %s to %s is a way back (%s)." % (PRODUCTS[product], old, new, BACKWARDS[product][1])


def leaves_unread(product: str, old: str, new: str) -> bool:
    """Whether the new version may not read what the old one has kept."""
    return product == "mesos" and key(new) < key(_UNREAD_BEFORE) <= key(old)


def unread(agents: Iterable[Mapping[str, Any]], quotas: Iterable[Mapping[str, Any]]) -> list[str]:
    """What has to be undone first, as mesos_info has it."""
    return [
        "The agent %s is %s, %s. Reactivate it first (mesos_slave_activate.yml)."
        % (one["hostname"], one["state"], _UNREAD)
        for one in agents
        if one["state"] in _NO_NEW_TASKS
    ] + [
        "The role %s has a quota, %s. Remove it first (mesos_quota with state: absent)." % (one["role"], _UNREAD)
        for one in quotas
    ]


def pair_problems(highest: Mapping[str, str], lowest: Mapping[str, str]) -> Iterator[str]:
    """Both have, by product, what runs after the upgrade: the newest needs most, and the oldest gives least."""
    for row in PAIRS:
        own, other = highest.get(row.product), lowest.get(row.partner)
        # The newest row for a version speaks for it.
        newer = [one for one in PAIRS if one[0] == row[0] and one[2] == row[2] and key(one.since) > key(row.since)]
        if not own or not other or key(own) < key(row.since) or any(key(own) >= key(one.since) for one in newer):
            continue
        if key(other) < key(row.least):
            yield "%s %s needs %s %s or newer (%s), and %s stays: upgrade that too, or first." % (
                PRODUCTS[row.product], own, PRODUCTS[row.partner], row.least, row.source, other,
            )  # fmt: skip
