#!/usr/bin/env python3
"""A dynamic inventory of Ansible from Terraform's or OpenTofu's output `quorum_hosts` (see README.md beside this file).

It reads terraform.json beside this file, or the file that TERRAFORM_JSON names: what `terraform output -json` prints,
or a state file (terraform.tfstate). It needs no library.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

OUTPUT = "quorum_hosts"
GROUPS = ("zookeeper", "mesos_masters", "mesos_slaves", "marathon")
OTHER_GROUPS = ("load_balancers", "dns", "swarm_managers", "swarm_workers")


def read(path: Path) -> dict:
    """The hosts by name, as the output has them."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SystemExit(
            f"{path}: {error.strerror}. Write it with: terraform output -json > {path.name}, or set TERRAFORM_JSON."
        ) from None
    except ValueError as error:
        raise SystemExit(f"{path}: not JSON ({error}). Write it with: terraform output -json.") from None
    # A state file has the outputs below a key of their own.
    outputs = document.get("outputs", document) if isinstance(document, dict) else {}
    value = outputs[OUTPUT].get("value") if isinstance(outputs.get(OUTPUT), dict) else None
    if not isinstance(value, dict) or not value:
        raise SystemExit(f"{path}: no output {OUTPUT} with hosts. README.md shows what to add to your Terraform files.")
    return value


def inventory(hosts: dict) -> dict:
    """What Ansible reads: groups with their hosts, and the variables of each host."""
    found: dict = {"_meta": {"hostvars": {}}}
    for name, host in sorted(hosts.items()):
        groups = host.get("groups") if isinstance(host, dict) else None
        if not isinstance(groups, list) or not groups:
            raise SystemExit(f"{OUTPUT}: {name} has no list `groups`; name at least one of {', '.join(GROUPS)}.")
        if not set(GROUPS + OTHER_GROUPS).intersection(groups):
            raise SystemExit(
                f"{OUTPUT}: {name} is in {', '.join(map(str, groups))}, none of which the playbooks know; name at "
                f"least one of {', '.join(GROUPS + OTHER_GROUPS)}."
            )
        if not host.get("ansible_host"):
            raise SystemExit(f"{OUTPUT}: {name} has no ansible_host; give the address that Ansible connects to.")
        # An attribute that Terraform does not know is null.
        variables = {key: value for key, value in host.items() if key != "groups" and value is not None}
        found["_meta"]["hostvars"][name] = variables
        for group in groups:
            found.setdefault(group, {"hosts": []})["hosts"].append(name)
    if not set(found) & set(GROUPS):
        raise SystemExit(f"{OUTPUT}: no host is in any of the groups {', '.join(GROUPS)}.")
    return found


def main() -> None:
    path = Path(os.environ.get("TERRAFORM_JSON") or Path(__file__).resolve().parent / "terraform.json")
    json.dump(inventory(read(path)), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
