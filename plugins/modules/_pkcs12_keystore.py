#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _pkcs12_keystore
short_description: "[INTERNAL] Keep the keystore of a Java service in step with its certificate"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Makes a PKCS12 keystore of a certificate, its key and the authorities that are trusted, with a password that never
    leaves the host.
  - Makes it anew only when one of the three is another than the one in the keystore.
  - Needs C(openssl). Where C(keytool) is in the path too, the authorities become trusted entries, by which a service
    verifies others with the same keystore.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  path:
    description: The keystore. Its mode is 0600.
    type: path
    required: true
  certificate:
    description: The certificate and its chain (PEM).
    type: path
    required: true
  key:
    description: The key (PEM), without a passphrase.
    type: path
    required: true
  ca:
    description: The authorities (PEM).
    type: path
    required: true
  password_file:
    description:
      - Environment file, of mode 0600 and of root, that gives the password to the service.
      - Written where it is missing.
    type: path
    required: true
  password_variable:
    description: Name of the variable in it.
    type: str
    required: true
  owner:
    description: User that the keystore belongs to.
    type: str
    required: true
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Make the keystore of Marathon
  quorum.mesos._pkcs12_keystore:
    path: /etc/mesos/tls/marathon.p12
    certificate: /etc/mesos/tls/marathon.crt
    key: /etc/mesos/tls/marathon.key
    ca: /etc/mesos/tls/marathon-ca.crt
    password_file: /etc/mesos/marathon-keystore.env
    password_variable: MARATHON_SSL_KEYSTORE_PASSWORD
    owner: marathon
"""

RETURN = r"""
trusts_authorities:
  description: Whether the authorities are trusted entries of the keystore.
  returned: when it was made
  type: bool
  sample: true
"""

import hashlib
import os
import pwd
import re
import secrets
import tempfile
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils import _private_file as private_file

PASSWORD = "QUORUM_KEYSTORE_PASSWORD"
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def _digest(paths: t.Iterable[str]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def _read_password(path: str, variable: str) -> str | None:
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        found = re.search(r"^%s=(.+)$" % re.escape(variable), file.read(), re.MULTILINE)
    return found.group(1) if found else None


def _made_of(module: AnsibleModule, path: str, password: str) -> str | None:
    """The digest by which the keystore names its entry; none of a keystore that cannot be opened."""
    code, output, _error = module.run_command(
        ["openssl", "pkcs12", "-in", path, "-passin", "env:" + PASSWORD, "-nokeys", "-clcerts"],
        environ_update={PASSWORD: password},
    )
    found = re.search(r"friendlyName: ([0-9a-f]{64})\s*$", output, re.MULTILINE)
    return found.group(1) if code == 0 and found else None


def _make(module: AnsibleModule, digest: str, password: str) -> bool:
    params = module.params
    environment = {PASSWORD: password}
    sources = ["-in", params["certificate"], "-inkey", params["key"]]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(params["path"])) as scratch:
        store = os.path.join(scratch, "store.p12")
        module.run_command(
            ["openssl", "pkcs12", "-export", "-out", store, "-passout", "env:" + PASSWORD, "-name", digest, *sources],
            environ_update=environment,
            check_rc=True,
        )
        keytool = module.get_bin_path("keytool")
        if keytool:
            with open(params["ca"], encoding="utf-8") as file:
                authorities = CERTIFICATE.findall(file.read())
            target = ["-storetype", "PKCS12", "-keystore", store, "-storepass:env", PASSWORD]
            for place, authority in enumerate(authorities):
                module.run_command(
                    [keytool, "-importcert", "-noprompt", "-alias", "authority-%d" % place, *target],
                    data=authority,
                    environ_update=environment,
                    check_rc=True,
                )
        os.chmod(store, 0o600)
        user = pwd.getpwnam(params["owner"])
        os.chown(store, user.pw_uid, user.pw_gid)
        os.replace(store, params["path"])
    return bool(keytool)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "certificate": {"type": "path", "required": True},
            "key": {"type": "path", "required": True, "no_log": False},
            "ca": {"type": "path", "required": True},
            "password_file": {"type": "path", "required": True, "no_log": False},
            "password_variable": {"type": "str", "required": True, "no_log": False},
            "owner": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    sources = [params[name] for name in ("certificate", "key", "ca")]
    if not all(os.path.exists(source) for source in sources):
        # In check mode they are not there yet.
        if module.check_mode:
            module.exit_json(changed=True)
        missing = ", ".join(source for source in sources if not os.path.exists(source))
        module.fail_json(msg="The keystore %s cannot be made without %s; put it there." % (params["path"], missing))
    module.get_bin_path("openssl", required=True)
    digest = _digest(sources)
    password = _read_password(params["password_file"], params["password_variable"])
    if password and os.path.exists(params["path"]) and _made_of(module, params["path"], password) == digest:
        module.exit_json(changed=False)
    if module.check_mode:
        module.exit_json(changed=True)
    if not password:
        password = secrets.token_urlsafe(32)
        text = "%s=%s\n" % (params["password_variable"], password)
        private_file.write(module, params["password_file"], text.encode())
    module.exit_json(changed=True, trusts_authorities=_make(module, digest, password))


if __name__ == "__main__":
    main()
