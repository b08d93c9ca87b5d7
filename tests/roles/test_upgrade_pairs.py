"""The playbook upgrade and the role marathon name the same Mesos for a release of Marathon."""

from __future__ import annotations

import yaml
from ansible_collections.quorum.mesos.plugins.plugin_utils import upgrade_versions as versions

from lab.config import CHECKOUT


def test_the_role_needs_the_same() -> None:
    role = yaml.safe_load((CHECKOUT / "roles" / "marathon" / "vars" / "main" / "versions.yml").read_text())
    for release, needed in role["__marathon_requirements"].items():
        enough = {"marathon": release, "mesos": needed["mesos"]}
        assert list(versions.pair_problems(enough, enough)) == []
        older = f"{needed['mesos'].partition('.')[0]}.{int(needed['mesos'].partition('.')[2]) - 1}"
        less = {"marathon": release, "mesos": older}
        assert len(list(versions.pair_problems(less, less))) == 1
