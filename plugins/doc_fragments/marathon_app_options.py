# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  image:
    description:
      - Image that the instances run in, C(container.docker.image) of the definition.
      - Wins over the image in the definition since version 0.9.0, for example with the digest of what was built.
    type: str
    version_added: 0.3.0
  force_pull_image:
    description:
      - Pull the image before every start, also where the agent has it, C(container.docker.forcePullImage).
      - The default of Marathon is V(false).
    type: bool
    version_added: 0.3.0
  privileged:
    description:
      - Run the container privileged, C(container.docker.privileged). Only with O(container_type=docker).
      - The default of Marathon is V(false).
    type: bool
    version_added: 0.3.0
  docker_parameters:
    description:
      - Options of C(docker run), C(container.docker.parameters). Only with O(container_type=docker).
    type: list
    elements: dict
    version_added: 0.3.0
    suboptions:
      key:
        description: Name of the option without C(--), for example V(cap-add).
        type: str
        required: true
      value:
        description: Its value.
        type: str
  container_type:
    description:
      - What runs the container, C(container.type), which is the Docker of the agent or the containerizer of Mesos.
      - Marathon assumes V(docker) if there is a container. An app with O(volumes) and no image gets V(mesos).
    type: str
    choices: [docker, mesos]
    version_added: 0.3.0
  cmd:
    description:
      - Command, run by a shell. At least two characters (Marathon refuses less). Excludes O(args).
      - A blank text means none.
      - An app needs one of O(cmd), O(args) and O(image).
    type: str
    version_added: 0.3.0
  args:
    description: Arguments for the entry point of the image, or a command with its arguments, run without a shell.
    type: list
    elements: str
    version_added: 0.3.0
  user:
    description: User of the agent's host that the instances run as, instead of the framework's.
    type: str
    version_added: 0.3.0
  cpus:
    description: Share of processors of each instance, 0.001 at least. The default of Marathon is 1.
    type: float
    version_added: 0.3.0
  mem:
    description: Memory of each instance in MiB. The default of Marathon is 128; Mesos may refuse less than 32.
    type: float
    version_added: 0.3.0
  disk:
    description: Disk space of each instance in MiB. The default of Marathon is 0.
    type: float
    version_added: 0.3.0
  gpus:
    description: Graphics processors of each instance. The default of Marathon is 0; more needs O(container_type=mesos).
    type: int
    version_added: 0.3.0
  env:
    description: Environment of the instances. Numbers and truth values are given to Marathon as text.
    type: dict
    version_added: 0.3.0
  labels:
    description: Labels. A change of a label replaces all instances.
    type: dict
    version_added: 0.3.0
  network:
    description:
      - V(host) gives the instances the network of the agent's host, V(bridge) the bridge of the container engine,
        V(container) a network of the cluster, see O(network_name).
      - The default of Marathon is V(host).
    type: str
    choices: [host, bridge, container]
    version_added: 0.3.0
  network_name:
    description:
      - Name of the network for O(network=container), which it implies.
      - Without it Marathon takes its C(--default_network_name).
    type: str
    version_added: 0.3.0
  ports:
    description:
      - Ports of each instance, C(container.portMappings), or C(portDefinitions) with O(network=host).
      - An empty list means none. Without the option Marathon gives one port.
    type: list
    elements: dict
    version_added: 0.3.0
    suboptions:
      container_port:
        description: Port inside the container, V(0) for the same as on the host. Not with O(network=host).
        type: int
      host_port:
        description:
          - Port of the host, V(0) for any. Not with O(network=host).
          - With O(network=container) a mapping without it has no port of the host.
        type: int
      service_port:
        description:
          - Port for a load balancer in front of the instances, V(0) or nothing for one that Marathon chooses.
          - With O(network=host) and O(require_ports=true) the instances listen on it.
        type: int
      protocol:
        description: The default of Marathon is V(tcp).
        type: str
        choices: [tcp, udp, "udp,tcp"]
      name:
        description: Name of the port; lower-case letters, digits and inner dashes.
        type: str
      labels:
        description: Labels of the port.
        type: dict
  require_ports:
    description: With O(network=host), take exactly the ports that O(ports) names. The default of Marathon is V(false).
    type: bool
    version_added: 0.3.0
  constraints:
    description:
      - Rules for the placement, each a list of a field (V(hostname) or an attribute of the agents), an operator
        (V(UNIQUE), V(CLUSTER), V(GROUP_BY), V(MAX_PER), V(LIKE), V(UNLIKE), V(IS)) and, for most, a value.
    type: list
    elements: list
    version_added: 0.3.0
  health_checks:
    description: Checks that tell whether an instance is healthy, C(healthChecks).
    type: list
    elements: dict
    version_added: 0.3.0
    suboptions:
      protocol:
        description:
          - V(MESOS_HTTP), V(MESOS_HTTPS), V(MESOS_TCP) and V(COMMAND) are run by the agent.
          - V(HTTP), V(HTTPS) and V(TCP) are run by the leading Marathon, which must reach the agents for that.
          - The default of Marathon is V(HTTP).
        type: str
        choices: [MESOS_HTTP, MESOS_HTTPS, MESOS_TCP, COMMAND, HTTP, HTTPS, TCP]
      path:
        description: Path to ask for. Only with the HTTP protocols.
        type: str
      port:
        description: Number of the port to ask. Excludes O(health_checks[].port_index).
        type: int
      port_index:
        description: Index in O(ports) of the port to ask. The default of Marathon is 0 if there are ports.
        type: int
      command:
        description: Command that succeeds if the instance is healthy, with the protocol V(COMMAND).
        type: str
      grace_period_seconds:
        description: Seconds after the start in which failures are ignored. The default of Marathon is 300.
        type: int
      interval_seconds:
        description: Seconds between two checks. The default of Marathon is 60.
        type: int
      timeout_seconds:
        description: Seconds after which a check has failed. The default of Marathon is 20.
        type: int
      delay_seconds:
        description: Seconds before the first check by an agent. The default of Marathon is 15.
        type: int
      max_consecutive_failures:
        description: Failures after which the instance is killed, V(0) for never. The default of Marathon is 3.
        type: int
  volumes:
    description: Volumes of each instance, C(container.volumes), each of the host, persistent or external.
    type: list
    elements: dict
    version_added: 0.3.0
    suboptions:
      container_path:
        description: Where it is mounted. A persistent volume has a single name without slashes here.
        type: str
        required: true
      host_path:
        description: Directory or file of the agent's host.
        type: str
      mode:
        description: Whether it can be written to. Marathon demands it, and V(RW) for a persistent volume.
        type: str
        choices: [RO, RW]
      persistent:
        description: A volume that Mesos reserves and keeps for the instance.
        type: dict
        suboptions:
          size:
            description: Size in MiB.
            type: int
            required: true
          type:
            description: Kind of disk. The default of Marathon is V(root).
            type: str
            choices: [root, path, mount]
          max_size:
            description: Largest size in MiB of a disk of type V(mount).
            type: int
      external:
        description: A volume of a storage provider.
        type: dict
        suboptions:
          name:
            description: Name of the volume.
            type: str
            required: true
          provider:
            description: Provider, for example V(dvdi).
            type: str
            required: true
          size:
            description: Size in GiB. Not with O(container_type=docker).
            type: int
          options:
            description: Options of the provider, for example C(dvdi/driver).
            type: dict
          shared:
            description: Whether several instances may use it. The default of Marathon is V(false).
            type: bool
  fetch:
    description: Files that the agent fetches before the start.
    type: list
    elements: dict
    version_added: 0.3.0
    suboptions:
      uri:
        description: Address of the file.
        type: str
        required: true
      extract:
        description: Unpack an archive. The default of Marathon is V(true).
        type: bool
      executable:
        description: Make the file executable. The default of Marathon is V(false).
        type: bool
      cache:
        description: Keep it in the cache of the agent. The default of Marathon is V(false).
        type: bool
      dest_path:
        description: Path in the sandbox to put it at.
        type: str
  accepted_resource_roles:
    description: Roles whose resources may be used, V(*) and the role of the app.
    type: list
    elements: str
    version_added: 0.3.0
  role:
    description:
      - Mesos role of the app. Without it an app keeps its role, and a new one gets that of Marathon or its group.
    type: str
    version_added: 0.3.0
  dependencies:
    description:
      - Ids of apps or groups that are deployed before this one where one deployment has both.
      - One that does not exist is a warning, because Marathon ignores it.
    type: list
    elements: str
    version_added: 0.3.0
  upgrade_strategy:
    description:
      - How many instances a change may take away or add while it replaces them. The default of Marathon is 1 for both,
        and 0.5 and 0 for an app with persistent or external volumes.
    type: dict
    version_added: 0.3.0
    suboptions:
      minimum_health_capacity:
        description:
          - Part of the instances that stays healthy, from 0 to 1.
          - Without it and with O(upgrade_strategy.maximum_over_capacity) it is 1, and 0.5 with persistent volumes.
        type: float
      maximum_over_capacity:
        description:
          - Part of the instances that may run in addition, from 0 to 1.
          - Without it and with O(upgrade_strategy.minimum_health_capacity) it is 1, and 0 with persistent volumes.
        type: float
  kill_grace_period:
    description: Seconds between the request to an instance to end and its kill, C(taskKillGracePeriodSeconds).
    type: int
    version_added: 0.3.0
"""
