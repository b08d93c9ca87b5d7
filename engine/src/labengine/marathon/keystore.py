"""The keystore of ``--ssl_keystore_path``: PKCS12 by openssl, JKS by way of keytool.

The password reaches both in the environment, and the key is in a file of ours only while OpenSSL reads it.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import tempfile
from pathlib import Path

from labengine.common import log

JKS = b"\xfe\xed\xfe\xed"
SECONDS = 60
_PASSWORD = "KEYSTORE_PASSWORD"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)


class Keystore:
    """``server`` is for the HTTPS port, ``client`` for the way to the leader, whom the keystore has to trust."""

    def __init__(self, path: str, password: str | None, *, ignore_hostname: bool = False) -> None:
        pem = _pem(Path(path), password or "")
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile("w", prefix="keystore", suffix=".pem") as file:
            file.write(pem)
            file.flush()
            try:
                self.server.load_cert_chain(file.name)
            except ssl.SSLError as error:
                log.die(f"The keystore {path} of 'ssl_keystore_path' holds no key with its certificate: {error}")
        self.client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.client.check_hostname = not ignore_hostname
        # A trusted certificate need not be an authority's, as in Java.
        self.client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self.client.load_verify_locations(cadata="".join(_CERTIFICATE.findall(pem)))


def _pem(path: Path, password: str) -> str:
    try:
        with path.open("rb") as file:
            jks = file.read(len(JKS)) == JKS
    except OSError as error:
        log.die(f"Cannot read the keystore {path} of 'ssl_keystore_path': {error.strerror}")
    with tempfile.TemporaryDirectory() as directory:
        if jks:
            copy = Path(directory) / "keystore.p12"
            _run(
                path,
                password,
                "keytool",
                "-importkeystore",
                "-noprompt",
                "-srckeystore",
                str(path),
                "-destkeystore",
                str(copy),
                "-deststoretype",
                "PKCS12",
                "-srcstorepass:env",
                _PASSWORD,
                "-deststorepass:env",
                _PASSWORD,
            )
            path = copy
        return _run(path, password, "openssl", "pkcs12", "-in", str(path), "-nodes", "-passin", f"env:{_PASSWORD}")


def _run(path: Path, password: str, *command: str) -> str:
    try:
        answer = subprocess.run(
            command,
            env={**os.environ, _PASSWORD: password},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            umask=0o077,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.die(f"Cannot open the keystore {path} of 'ssl_keystore_path': {error}")
    if answer.returncode:
        reason = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
        log.die(
            f"Cannot open the keystore {path} of 'ssl_keystore_path' with 'ssl_keystore_password': "
            f"{reason[0] if reason else command[0] + ' failed'}"
        )
    return answer.stdout
