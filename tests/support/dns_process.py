"""A real BIND with one zone that takes updates, in a directory and on a port of its own."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from haproxy_process import free_ports

PROGRAM = shutil.which("named", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "named"
START_SECONDS = 120
KEY = "marathon-dns"
_CONFIGURATION = """\
key "{key}" {{ algorithm hmac-sha256; secret "{secret}"; }};
controls {{ }};
options {{
  directory "{directory}";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  recursion no;
  max-records-per-type 4000;
}};
zone "mesos" {{
  type primary;
  file "mesos.db";
  check-names ignore;
  notify no;
  allow-transfer {{ key "{key}"; }};
  update-policy {{ grant "{key}" zonesub A AAAA SRV; }};
}};
"""
_ZONE = """\
$TTL 5
@ IN SOA ns1.mesos. root.ns1.mesos. 1 60 60 86400 5
@ IN NS ns1.mesos.
ns1 IN A 127.0.0.1
"""


@dataclass
class Bind:
    directory: Path
    port: int
    secret: str
    domain: str = "mesos"
    process: subprocess.Popen[bytes] | None = None

    @property
    def key_file(self) -> Path:
        return self.directory / "key.json"

    def start(self) -> None:
        with (self.directory / "named.log").open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "-f", "-g", "-n", "1", "-c", str(self.directory / "named.conf")], stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.ask(self.domain, "SOA"):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log()
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def log(self) -> str:
        return (self.directory / "named.log").read_text()[-3000:]

    def ask(self, name: str, kind: str = "A") -> list[str]:
        """What `dig` shows; empty where there is nothing, or nobody who answers."""
        command = ["dig", "+short", "+time=2", "+tries=1", "@127.0.0.1", "-p", str(self.port), name, kind]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return sorted(line for line in done.stdout.splitlines() if not line.startswith(";"))

    def update(self, *lines: str) -> None:
        """As by hand, with `nsupdate`."""
        text = "\n".join([f"server 127.0.0.1 {self.port}", f"key hmac-sha256:{KEY} {self.secret}", *lines, "send", ""])
        subprocess.run(["nsupdate"], input=text, text=True, timeout=60, check=True)


def _configure(bind: Bind) -> None:
    configuration = _CONFIGURATION.format(key=KEY, secret=bind.secret, directory=bind.directory, port=bind.port)
    (bind.directory / "named.conf").write_text(configuration)
    (bind.directory / "mesos.db").write_text(_ZONE)


@contextmanager
def running(configure: Callable[[Bind], None] = _configure) -> Iterator[Bind]:
    """``configure`` writes ``named.conf`` into the directory, and what belongs to it."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (port,) = free_ports(1)
        bind = Bind(directory, port, base64.b64encode(os.urandom(32)).decode())
        configure(bind)
        bind.key_file.touch(0o600)
        bind.key_file.write_text(json.dumps({"name": KEY, "secret": bind.secret}))
        bind.start()
        try:
            yield bind
        finally:
            bind.stop()
