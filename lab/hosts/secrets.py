"""Looking for secrets on a host; they go there through standard input, so that the search itself shows none."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from lab.config import Host, LabConfig
from lab.hosts.containers import container_name

SECONDS = 120

SCAN = r"""
import glob, json, os, re, stat, subprocess, sys, time

secrets = {name: value.encode() for name, value in SECRETS.items()}
place = PLACE
shown, hidden = [], []


def look(where, text):
    for name, value in secrets.items():
        if value in text:
            yield "%s: %s" % (where, name)


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def processes():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        for found in look(path, text):
            yield found
        # A password that a role makes on the host is unknown here, but not how one would be handed over.
        if re.search(rb"(?i)\bpass(in|out)?\0?pass:|-storepass\0(?!-)|password=[^\0]", text):
            yield "%s: %r" % (path, text[:200])


def files():
    skipped = ("/proc", "/sys", "/dev", "/usr", "/lib", "/bin", "/sbin", "/var/lib/docker", "/var/lib/dpkg")
    for root, directories, names in os.walk("/"):
        if root.startswith(skipped):
            directories[:] = []
            continue
        for name in names:
            path = os.path.join(root, name)
            try:
                status = os.lstat(path)
                if not stat.S_ISREG(status.st_mode):
                    continue
                with open(path, "rb") as file:
                    found = list(look(path, file.read(200000000)))
            except OSError:
                continue
            mode = stat.S_IMODE(status.st_mode)
            (shown if mode & 0o177 else hidden).extend("%s %o" % (one, mode) for one in found)


if place == "processes":
    shown = list(processes())
elif place == "watch":
    seen = set()
    while not os.path.exists("/run/secrets-seen"):
        seen.update(processes())
        time.sleep(0.03)
    os.unlink("/run/secrets-seen")
    shown = sorted(seen)
elif place == "units":
    shown = list(look("systemctl show", output("systemctl", "show", "--all", "*.service")))
    shown += look("systemctl cat", output("systemctl", "cat", "*.service"))
elif place == "journal":
    shown = list(look("journal", output("journalctl", "--no-pager", "--output=cat")))
else:
    files()
print(json.dumps({"shown": shown, "hidden": hidden}))
"""


def start(config: LabConfig, host: Host, secrets: dict[str, str], place: str) -> subprocess.Popen[str]:
    """Begins to look; `finish` gives what was found."""
    script = SCAN.replace("SECRETS", json.dumps(secrets), 1).replace("PLACE", json.dumps(place), 1)
    running = subprocess.Popen(
        ["docker", "exec", "-i", container_name(config, host), "python3", "-"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdin
    running.stdin.write(script)
    running.stdin.close()
    running.stdin = None
    return running


def finish(running: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = running.communicate(timeout=SECONDS)
    assert running.returncode == 0, errors
    return json.loads(output)


def scan(config: LabConfig, host: Host, secrets: dict[str, str], place: str) -> dict[str, Any]:
    return finish(start(config, host, secrets, place))


def stop_watching(config: LabConfig, host: Host) -> None:
    subprocess.run(
        ["docker", "exec", container_name(config, host), "touch", "/run/secrets-seen"], check=True, timeout=30
    )
