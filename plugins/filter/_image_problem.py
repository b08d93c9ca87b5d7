# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _image_problem
short_description: "[INTERNAL] Validate the options of the playbook image"
version_added: 0.9.0
description:
  - What is wrong with the options, with the remedy, before anything is built.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The options without their prefix C(image_), and what the inventory and Marathon's variables give.
    type: dict
    required: true
"""

EXAMPLES = r"""
problem: "{{ options | quorum.mesos._image_problem }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty without one.
  type: str
"""

import os
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._docker import image_name


def _whole(value: t.Any, least: int, most: int) -> bool:
    try:
        return not isinstance(value, (bool, float)) and least <= int(value) <= most
    except (TypeError, ValueError):
        return False


def _problems(given: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    name, digest = str(given["name"]), str(given["digest"])
    wrong_name = image_name.problem(name) if name else None
    if not name:
        yield "image_name is not set: name the image with its registry, like registry.example.org:5000/shop/outyet."
    elif wrong_name:
        yield "image_name is %s: %s." % (name, wrong_name)
    if digest and not image_name.DIGEST.fullmatch(digest):
        yield "image_digest is %s: write sha256: and 64 hexadecimal digits, as an earlier run reported it." % digest
    if not digest and not given["src"]:
        yield "image_src is not set: name the directory with the Dockerfile, or set image_digest."
    if digest and not given["app"]:
        yield "image_digest needs image_app: the definition of the app that gets this image."
    if given["app"] and not os.path.isfile(os.path.expanduser(str(given["app"]))):
        yield "image_app is %s: there is no such file on the control machine." % given["app"]
    if given["app"] and not given["marathon"]:
        yield "No Marathon is known: set marathon_url, MARATHON_URL, or an inventory with the group marathon."
    if not isinstance(given["build_args"], t.Mapping):
        yield "image_build_args is no mapping: write names with their values."
    else:
        nested = [str(key) for key, value in given["build_args"].items() if isinstance(value, (dict, list))]
        if nested:
            yield "image_build_args has no text for %s: build arguments are texts." % ", ".join(nested)
    if given["on_failure"] not in ("rollback", "leave"):
        yield "image_on_failure is %s: write rollback or leave." % given["on_failure"]
    if given["try_port"] not in ("", None) and not _whole(given["try_port"], 1, 65535):
        yield "image_try_port is %s: write the port on which the container listens, 1 to 65535." % given["try_port"]
    for option, value in given["timeouts"].items():
        if not _whole(value, 0, 10**6):
            yield "%s is %s: write a number of seconds." % (option, value)
    if given["build_host"] not in ("localhost", *given["hosts"]):
        yield "image_build_host is %s: name one host of the inventory, or localhost." % given["build_host"]


def image_problem(given: t.Mapping[str, t.Any]) -> str:
    return " ".join(_problems(given))


class FilterModule:
    """image_problem"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_image_problem": image_problem}
