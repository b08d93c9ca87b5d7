#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _program_archive
short_description: "[INTERNAL] Unpack a checksummed archive of programs into a directory of its own"
version_added: 0.1.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Unpacks a tar archive below O(dest), in a directory named after the first 12 digits of its SHA-256.
  - Finds the program in it.
  - What is there already is neither fetched nor transferred again.
  - The single top directory that most archives have is left out.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  src:
    description:
      - A URL, fetched by the host, or an absolute path on the controller.
    type: str
    required: true
  checksum:
    description:
      - The archive's checksum as V(sha256:<64 hex digits>).
    type: str
    required: true
  dest:
    description:
      - The directory below which archives are unpacked.
    type: path
    required: true
  programs:
    description:
      - Names of the program wanted, the best first. It must be in C(sbin) or C(bin).
    type: list
    elements: str
    required: true
  option:
    description:
      - The name that an error gives to O(src), that of the role's option.
    type: str
    default: src
  verify:
    description:
      - Fail where the program, or an executor of Mesos in the archive, would not find a shared library on this host.
      - Only what has been unpacked can be asked, so check mode does not verify an archive that is new to the host.
    type: bool
    default: false
  transferred:
    description:
      - Where the action plugin has put the archive on the host. Not for users.
    type: path
  url:
    description:
      - The URL with its user, password and query, which the action plugin takes out of O(src). Not for users.
    type: str
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details:
      - An archive behind a URL is not fetched. The result names the usual places of what it would have.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
# What docs/archives.md asks of an archive. Nothing runs from the directory, which can be removed afterwards.
- name: Check an archive on the host for which it was built
  quorum.mesos._program_archive:
    src: /srv/archives/mesos-1.11.0.tar.gz
    checksum: sha256:7f3ad7fc2e2ec6d1d4d6e5d0f1c4b3a2918070605040302010f0e0d0c0b0a090
    dest: /var/tmp/checked-archives
    programs: [mesos-agent, mesos-slave]
    verify: true

- name: Unpack Mesos
  quorum.mesos._program_archive:
    src: /srv/archives/mesos-1.11.0.tar.gz
    checksum: sha256:7f3ad7fc2e2ec6d1d4d6e5d0f1c4b3a2918070605040302010f0e0d0c0b0a090
    dest: /opt/mesos
    programs: [mesos-agent, mesos-slave]
  register: mesos
"""

RETURN = r"""
home:
  description: The directory with the unpacked archive.
  returned: success
  type: str
  sample: /opt/mesos/7f3ad7fc2e2e
program:
  description: The path of the program.
  returned: success
  type: str
  sample: /opt/mesos/7f3ad7fc2e2e/sbin/mesos-agent
launcher_dir:
  description: The directory with C(mesos-containerizer), where the archive has one.
  returned: success
  type: str
  sample: /opt/mesos/1.11.0/libexec/mesos
webui_dir:
  description: The directory with Mesos' web pages, where the archive has one.
  returned: success
  type: str
  sample: /opt/mesos/1.11.0/share/mesos/webui
library_dir:
  description: The directory with C(libmesos), where the archive has one.
  returned: success
  type: str
  sample: /opt/mesos/1.11.0/lib
executor_library_dir:
  description:
    - The directory with the libraries, where executors of Mesos start only when they are told it.
    - Null where they start by themselves, and where nobody could ask them.
  returned: success
  type: str
  sample: null
libraries:
  description: The shared libraries that were not found, by the program that needs them. With O(verify) alone.
  returned: failure
  type: dict
  sample: {"/opt/mesos/7f3ad7fc2e2e/sbin/mesos-agent": ["libsvn_client-1.so.1"]}
jars:
  description:
    - Whether its C(lib) has jars, so that the program runs on the JVM.
    - Null for an archive that check mode did not fetch.
  returned: success
  type: bool
  sample: false
"""

import os
import shutil
import tempfile
import typing as t
from http.client import HTTPException
from urllib.parse import urlsplit

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import fetch_url
from ansible_collections.quorum.mesos.plugins.module_utils import _archives as archives
from ansible_collections.quorum.mesos.plugins.module_utils import _programs as programs
from ansible_collections.quorum.mesos.plugins.module_utils._host import executors

FETCH_SECONDS = 60


def refuse(module: AnsibleModule, why: str, remedy: str) -> t.NoReturn:
    module.fail_json(msg="%s is %s: %s; %s." % (module.params["option"], module.params["src"], why, remedy))


def _check(module: AnsibleModule, path: str, digest: str) -> None:
    wrong = programs.other_checksum(path, digest, module.params["option"])
    if wrong:
        refuse(module, *wrong)


def _fetch(module: AnsibleModule, url: str) -> str:
    try:
        _port = urlsplit(url).port
    except ValueError:
        # What cannot fetch it would quote a part of the password.
        refuse(module, "its host or port cannot be read", "write / ? # and @ in a password as %2F %3F %23 and %40")
    answer, info = fetch_url(module, url, timeout=FETCH_SECONDS)
    if info["status"] != 200:
        refuse(module, "it cannot be fetched (%s)" % info["msg"], "correct the URL or let the host reach it")
    handle, path = tempfile.mkstemp(dir=module.tmpdir)
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(answer, file)
    except (OSError, HTTPException) as error:
        refuse(module, "fetching it broke off (%s)" % error, "run again, and look for room in %s" % module.tmpdir)
    return path


def _assumed(names: list[str]) -> list[str]:
    """In check mode an archive behind a URL is not fetched: the usual places stand for its content."""
    return ["bin/%s" % name if name == "marathon" else "sbin/%s" % name for name in names]


def _verify(module: AnsibleModule, found: dict[str, t.Any]) -> None:
    """Refuses an archive whose programs would not start on this host."""
    environment = {"LD_LIBRARY_PATH": found["library_dir"]} if found["library_dir"] else {}
    paths = [found["program"]]
    if found["launcher_dir"]:
        here = sorted(os.listdir(found["launcher_dir"]))
        paths += [os.path.join(found["launcher_dir"], name) for name in here if name.startswith("mesos-")]
    missing = {path: executors.missing_libraries(path, environment) for path in paths}
    missing = {path: names for path, names in missing.items() if names}
    for path, names in missing.items():
        module.fail_json(
            msg="%s is %s: its %s needs %s, which this host does not have; install the packages with them or put them "
            "into the archive's lib." % (module.params["option"], module.params["src"], path, ", ".join(names)),
            libraries=missing,
        )


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "src": {"type": "str", "required": True},
            "checksum": {"type": "str", "required": True},
            "dest": {"type": "path", "required": True},
            "programs": {"type": "list", "elements": "str", "required": True},
            "option": {"type": "str", "default": "src"},
            "verify": {"type": "bool", "default": False},
            "transferred": {"type": "path"},
            "url": {"type": "str", "no_log": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    digest = programs.digest_of(params["checksum"])
    if digest is None:
        refuse(module, "its checksum '%s' is no SHA-256" % params["checksum"], "write it as sha256:<64 hex digits>")
    home = programs.home_of(params["dest"], digest)
    missing = not os.path.isdir(home)
    url = params["url"] or (params["src"] if "://" in params["src"] else None)
    if missing and not url and not params["transferred"]:
        module.exit_json(changed=False, home=home, wanted=True)
    if missing and module.check_mode:
        names, jars = _assumed(params["programs"]), None
    else:
        if missing:
            path = params["transferred"] or _fetch(module, url)
            _check(module, path, digest)
            try:
                programs.unpack(path, home, params["programs"])
            except archives.ArchiveError as error:
                refuse(module, str(error), "give a tar archive of an installed tree")
            except OSError as error:
                refuse(
                    module, "it cannot be unpacked to %s (%s)" % (home, error), "make room or correct the rights there"
                )
        names = programs.tree_names(home)
        jars = programs.has_jars(names)
    found = programs.layout(home, names, params["programs"])
    if found["program"] is None:
        refuse(
            module,
            "it has no %s in sbin/ or bin/" % " or ".join(params["programs"]),
            "give a tar archive of an installed tree",
        )
    # In check mode the packages with the libraries may be missing still.
    if params["verify"] and not module.check_mode:
        _verify(module, found)
    told = None
    if os.path.isdir(home):
        told = executors.library_dir_for(found["launcher_dir"], found["library_dir"])
    module.exit_json(changed=missing, home=home, jars=jars, executor_library_dir=told, **found)


if __name__ == "__main__":
    main()
