"""The clean-up removes images that nothing has used for some days, and no other."""

from __future__ import annotations

from typing import Any

import pytest
import switching
from lab_cluster import LabCluster

SEEN = "/var/lib/quorum-docker-cleanup"
DAYS = 2


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def shell(cluster: LabCluster) -> Any:
    return cluster.shell(cluster.config.in_group("mesos_slaves")[0])


@pytest.fixture(scope="module")
def wanted(cluster: LabCluster) -> str:
    return f"{cluster.config.registry.address}:5000/library/python:3"


def there(shell: Any, image: str) -> bool:
    return shell.run(f"docker image inspect {image}").rc == 0


def clean_up(shell: Any) -> None:
    shell.check_output("systemctl start quorum-docker-cleanup.service")


def test_old_images_go_and_what_is_used_or_wanted_stays(cluster: LabCluster, shell: Any, wanted: str) -> None:
    old = f"{cluster.config.registry.address}:5000/library/tomcat:latest"
    # The service itself runs from an image, and nothing else.
    used = shell.check_output("docker inspect --format={{.Image}} mesos-slave")
    shell.check_output(f"docker pull --quiet {old}")
    options = {"docker_cleanup": True, "docker_cleanup_days": DAYS, "docker_images": [wanted]}
    switching.run(cluster, "docker", options)
    timer = shell.service("quorum-docker-cleanup.timer")
    assert timer.is_running
    assert timer.is_enabled

    clean_up(shell)
    # Seen for the first time: nobody knows yet for how long nothing has used it.
    assert there(shell, old)
    shell.check_output(f"find {SEEN} -type f -exec touch --date '{DAYS - 1} days ago' {{}} +")
    clean_up(shell)
    assert there(shell, old)
    shell.check_output(f"find {SEEN} -type f -exec touch --date '{DAYS + 1} days ago' {{}} +")
    clean_up(shell)
    assert not there(shell, old)
    assert there(shell, wanted)
    assert there(shell, used)


def test_a_clean_up_that_is_not_wanted_goes(cluster: LabCluster, shell: Any) -> None:
    switching.run(cluster, "docker", {"docker_cleanup": False})
    assert not shell.service("quorum-docker-cleanup.timer").is_running
    for path in ("/usr/local/sbin/quorum-docker-cleanup", "/etc/systemd/system/quorum-docker-cleanup.timer"):
        assert not shell.file(path).exists
