"""Filling the lab's registry with images.

Docker pushes over plain HTTP only to registries that its daemon was configured for, and the machine's daemon is not
the lab's to configure; skopeo needs no daemon for the pushing side.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from lab.config import BUILD, LabError
from lab.images.build import local_tag

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
ANSWER_SECONDS = 10
COPY_SECONDS = 300


def _pushed_id(address: str, name: str) -> str | None:
    """The id of the image that the registry has under this name."""
    repository, tag = name.split(":")
    url = f"http://{address}/v2/library/{repository}/manifests/{tag}"
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(url, headers={"Accept": MANIFEST_TYPE}, timeout=ANSWER_SECONDS)
        if answer.status_code == requests.codes.not_found:
            return None
        answer.raise_for_status()
        return answer.json()["config"]["digest"]
    except (requests.ConnectionError, requests.Timeout) as error:
        raise LabError(
            f"The registry at {address} does not answer: see `systemctl status docker-registry` on its host."
        ) from error
    except (requests.RequestException, KeyError, ValueError) as error:
        raise LabError(
            f"The registry at {address} gives no manifest of {name} ({error}): "
            "see `journalctl -u docker-registry` on its host."
        ) from error


def _run(command: list[str], what: str) -> None:
    # A proxy of the machine's environment knows nothing of the lab's addresses.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COPY_SECONDS,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise LabError(f"{what}: {''.join(done.stderr.strip().splitlines()[-1:])}")


def _push(address: str, name: str, directory: str) -> None:
    archive = Path(directory) / f"{name.replace(':', '-')}.tar"
    _run(["docker", "save", "--output", str(archive), local_tag(name)], f"Docker does not save {local_tag(name)}")
    _run(
        ["skopeo", "copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false",
         f"docker-archive:{archive}", f"docker://{address}/library/{name}"],
        f"The image {name} could not be pushed to the registry at {address}",
    )  # fmt: skip
    archive.unlink()


def push_all(address: str, built: Mapping[str, str], log: Callable[[str], None]) -> list[str]:
    """Pushes each image (name -> id) that the registry at host:port does not have yet; returns the names of those."""
    missing = [name for name, image_id in built.items() if _pushed_id(address, name) != image_id]
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as directory:
        for name in missing:
            log(f"pushing {name} to {address}")
            _push(address, name, directory)
    return missing
