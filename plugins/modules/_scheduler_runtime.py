#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _scheduler_runtime
short_description: "[INTERNAL] Gather what a Marathon on the JVM runs with, and link the libmesos that it loads"
version_added: 0.3.1
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Asks the Java that the unit of Marathon would run for its version.
  - Points the link O(link) at the libmesos of the Mesos on the host. Its path stays the same whatever archive or
    package brings Mesos. A running Marathon keeps the library that it has loaded, so the role of Marathon restarts it
    where the link leads to another one.
  - A Marathon without jars needs neither.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  program:
    description:
      - The program of Marathon. Without it only a link that exists already is set to the Mesos that runs now.
    type: path
  jars:
    description:
      - Whether a program that is not there yet runs on the JVM. Used in check mode.
    type: bool
    default: false
  java_home:
    description:
      - C(JAVA_HOME) of Marathon's environment.
    type: str
  search_path:
    description:
      - C(PATH) of Marathon's environment. Default is what systemd gives to services.
    type: str
  packages:
    description:
      - Packages with Java that would be installed. Used in check mode.
    type: list
    elements: str
    default: []
  default_java:
    description:
      - The Java of the system's default package, where neither its name nor the package manager says it.
      - Used in check mode.
    type: int
  library:
    description:
      - The path of a libmesos of the operator's own. It is used as it is, without the link.
    type: str
  option:
    description:
      - The option that gives O(library), for messages.
    type: str
    default: library
  mesos:
    description:
      - For a unit, V(mesos-master) or V(mesos-slave), the program that it is about to run.
      - Default is what the unit says.
    type: dict
    default: {}
  expected:
    description:
      - Whether the roles put a Mesos on the host. In check mode it may not be there yet.
    type: bool
    default: false
  link:
    description:
      - Path of the link.
    type: path
    default: /etc/mesos/libmesos.so
  host:
    description:
      - The host that a message names.
    type: str
    required: true
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Gather what Marathon runs with
  quorum.mesos._scheduler_runtime:
    program: /opt/marathon/7f3ad7fc2e2e/bin/marathon
    host: "{{ inventory_hostname }}"
"""

RETURN = r"""
jvm:
  description: Whether the program runs on the JVM.
  returned: success
  type: bool
  sample: true
java:
  description: The first number of the version of its Java, or null where that is not known.
  returned: success
  type: int
  sample: 17
library:
  description: The path of libmesos for the environment of Marathon, or null.
  returned: success
  type: str
  sample: /etc/mesos/libmesos.so
"""

import glob
import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._host import native
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service import runtime

SERVICE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Runtime:
    """What Marathon runs with on this host."""

    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        self.params = module.params
        self.link: str = module.params["link"]

    def refuse(self, sentence: str) -> t.NoReturn:
        self.module.fail_json(msg="%s: %s" % (self.params["host"], sentence))

    def runs_on_java(self) -> bool:
        program = os.path.realpath(self.params["program"])
        if not os.path.exists(program):
            return bool(self.params["jars"])
        return bool(glob.glob(os.path.join(glob.escape(native.prefix_of(program)), "lib", "*.jar")))

    def java_program(self) -> str | None:
        """As Marathon's script chooses it."""
        directories = (self.params["search_path"] or SERVICE_PATH).split(":")
        if self.params["java_home"]:
            directories.insert(0, os.path.join(self.params["java_home"], "bin"))
        paths = [os.path.join(directory, "java") for directory in directories if directory]
        return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), None)

    def java(self) -> int | None:
        program = self.java_program()
        number = None
        if program:
            _code, output, error = self.module.run_command([program, "-version"])
            number = runtime.java_number(output + error)
            if number is None:
                self.refuse(
                    "%s -version does not say which Java it is (%s); install a Java that starts, or set JAVA_HOME in "
                    "marathon_environment." % (program, " ".join((output + error).split())[:200])
                )
        coming = self.java_to_come()
        if number is None and coming is None and not (self.module.check_mode and self.params["packages"]):
            self.refuse(
                "Marathon's program runs on Java, and its service would find none; name a package with Java in "
                "marathon_packages, or set JAVA_HOME in marathon_environment."
            )
        if number is None and coming is None:
            self.module.warn("Which Java the packages bring cannot be seen yet, so its options are left out here.")
        return max(filter(None, [number, coming]), default=None)

    def java_to_come(self) -> int | None:
        """In check mode: the Java that would be installed."""
        if not self.module.check_mode or not self.params["packages"]:
            return None
        program = self.module.get_bin_path("apt-cache")
        for name in self.params["packages"]:
            number = runtime.number_of_package(name)
            if number is None and program:
                number = runtime.number_of_package(name, self.module.run_command([program, "depends", name])[1])
            if number is not None:
                return number
        return self.params["default_java"] if any(map(runtime.JAVA_PACKAGE.search, self.params["packages"])) else None

    def target(self) -> str | None:
        """What the link is to lead to; of an archive that check mode did not unpack its directory."""
        programs = native.programs(self.params["mesos"])
        if self.module.check_mode:
            for program in programs:
                if not os.path.isdir(native.prefix_of(program)):
                    return native.prefix_of(program)
        return native.library([*map(native.prefix_of, programs), *native.PREFIXES], self.link)

    def given(self, path: str) -> str:
        if not os.path.exists(path) and not (self.module.check_mode and self.params["expected"]):
            self.refuse(
                "%s is %s, and the host has no such file; give the path of a libmesos.so there."
                % (self.params["option"], path)
            )
        return path

    def set_link(self, target: str | None) -> dict[str, t.Any]:
        """Lets the link lead there, or removes it; returns what the result says of that."""
        before = os.readlink(self.link) if os.path.islink(self.link) else None
        if before == target:
            return {"changed": False}
        if before is None and os.path.lexists(self.link):
            self.refuse(
                "%s is a file, where the role keeps a link; move it and set marathon_native_library to its new path."
                % self.link
            )
        if not self.module.check_mode:
            if target is None:
                os.unlink(self.link)
            else:
                # Renamed into its place, so that there is always one.
                new = self.link + ".new"
                if os.path.lexists(new):
                    os.unlink(new)
                os.symlink(target, new)
                os.replace(new, self.link)
        name = self.link + " -> %s\n"
        return {"changed": True, "diff": {"before": name % before if before else "",
                                          "after": name % target if target else ""}}  # fmt: skip

    def gather(self) -> dict[str, t.Any]:
        if not self.params["program"]:
            target = self.target() if os.path.islink(self.link) else None
            found = {"jvm": False, "java": None, "library": None}
            return {**found, **(self.set_link(target) if target else {"changed": False})}
        if not self.runs_on_java():
            return {"jvm": False, "java": None, "library": None, **self.set_link(None)}
        java = self.java()
        if self.params["library"]:
            library = self.given(self.params["library"])
            return {"jvm": True, "java": java, "library": library, **self.set_link(None)}
        target = self.target()
        if target is None and not (self.module.check_mode and self.params["expected"]):
            self.refuse(
                "Marathon's program loads libmesos, and there is none in the archive of the host's Mesos, in /usr/lib "
                "and in /usr/local/lib; run the playbook of the masters or agents first, give an archive of Mesos that "
                "has its lib, or set marathon_native_library to the path of a libmesos.so on the host."
            )
        # In check mode the Mesos to which it will lead may not be there yet.
        return {"jvm": True, "java": java, "library": self.link, **self.set_link(target or "libmesos of the new Mesos")}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "program": {"type": "path"},
            "jars": {"type": "bool", "default": False},
            "java_home": {"type": "str"},
            "search_path": {"type": "str"},
            "packages": {"type": "list", "elements": "str", "default": []},
            "default_java": {"type": "int"},
            "library": {"type": "str"},
            "option": {"type": "str", "default": "library"},
            "mesos": {"type": "dict", "default": {}},
            "expected": {"type": "bool", "default": False},
            "link": {"type": "path", "default": native.LINK},
            "host": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**Runtime(module).gather())


if __name__ == "__main__":
    main()
