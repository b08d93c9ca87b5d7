# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of fields that are given for apps and pods at once: which of them apps have, and which pods."""

from __future__ import annotations

from typing import Any, Iterable

from ...errors import DefinitionError
from ...plan import ignored
from ...plan import pod as pod_plan


def split(
    paths: Iterable[str], with_pods: bool = True, option: str = "ignore_fields"
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paths of apps and those of pods; one that is neither's is refused in the words for apps."""
    of_apps, of_pods = [], []
    for path in paths:
        pods_have_it = with_pods and _pods_have(path)
        try:
            ignored.check_app([path], option)
            of_apps.append(path)
        except DefinitionError:
            if not pods_have_it:
                raise
        if pods_have_it:
            of_pods.append(path)
    return tuple(of_apps), tuple(of_pods)


def of_pod(paths: Iterable[str], pod: dict[str, Any], current: dict[str, Any] | None) -> tuple[str, ...]:
    """Without the keys, as of labels, that other apps and pods of the set have and this one has not."""
    return tuple(path for path in paths if _has_key(path, [pod, current]))


def _pods_have(path: str) -> bool:
    try:
        pod_plan.check_ignored((path,))
    except DefinitionError:
        return False
    return True


def _has_key(path: str, definitions: list[dict[str, Any] | None]) -> bool:
    return not ignored.unmatched([path], definitions)
