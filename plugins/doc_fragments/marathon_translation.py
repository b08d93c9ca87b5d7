# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The choices that every filter takes that translates definitions."""

    DOCUMENTATION = r"""
options:
  _input:
    description:
      - The definition of an app, a pod or a group, a saved answer of Marathon, or a list of these, in any form since
        Marathon 0.8.
      - Names are unique only among what is translated at once, so give the whole set.
    type: raw
    required: true
  namespace:
    description: Namespace of the objects of Kubernetes.
    type: str
    default: default
  namespace_by_group:
    description:
      - Use the name of the top group of an app as its namespace, and O(namespace) only for an app that is in no group.
    type: bool
    default: false
  cfs:
    description:
      - Whether the agents enforce C(cpus) as a limit (their flag C(--cgroups_enable_cfs)). Then C(cpus) becomes a limit
        too, otherwise only a request or reservation. C(resourceLimits) is always carried over.
    type: bool
    default: false
  compat_env:
    description:
      - Which of the variables that Marathon sets for a task are set. With V(auto) those with ports, and of the others
        those that C(cmd), C(args), C(env) or a check names. A program inside an image can read any of them unseen.
    type: str
    choices: [auto, all, none]
    default: auto
  env_vars_prefix:
    description: Marathon's flag C(--env_vars_prefix), which is put in front of C(HOST) and the variables with ports.
    type: str
    default: ''
  default_image:
    description:
      - Image for an app without one, which used the files of the agents. Without this option a name stands for it that
        cannot be pulled.
    type: str
    default: ''
  publish_mode:
    description:
      - How Docker Swarm publishes service ports. V(ingress) publishes them on every node and needs IPVS in the kernel,
        V(host) on the node of each task.
    type: str
    choices: [ingress, host]
    default: ingress
  swarm_network:
    description: Overlay network of Docker Swarm for apps with ports that name no network of their own.
    type: str
    default: apps
  ingress_class:
    description:
      - Class of the Ingress for an app with C(HAPROXY_<n>_VHOST). Without it, the default class of the cluster.
    type: str
    default: ''
  gateway:
    description: Write an HTTPRoute for this Gateway, V(name) or V(namespace/name), instead of an Ingress.
    type: str
    default: ''
  config_map:
    description: Put the variables that the definition declares into a ConfigMap. Variables of Marathon stay in the pod.
    type: bool
    default: false
  host_network:
    description:
      - Keep the host's network for an app that uses it. Otherwise it gets a network of its own, as all others.
    type: bool
    default: false
  node_labels:
    description:
      - Node label for an attribute of agents, by the name of the attribute. Without it the label has the same name.
    type: dict
    default: {}
  role_labels:
    description:
      - Node label as V(key=value) for a role in C(acceptedResourceRoles), by the role. Pods also tolerate a taint of
        this key and value.
    type: dict
    default: {}
  fetch_image:
    description: Image of the init container that does what C(fetch) did. It needs C(wget) and the unpackers.
    type: str
    default: busybox:1.36
  gpu_kind:
    description: Generic resource of Docker Swarm for C(gpus).
    type: str
    default: gpu
  gpu_resource:
    description: Resource of Kubernetes for C(gpus).
    type: str
    default: nvidia.com/gpu
  storage_class:
    description: Storage class for persistent volumes. Without it, the default class of the cluster.
    type: str
    default: ''
  csi_size:
    description: Size of CSI volumes, for example V(20Gi), which Marathon does not know. Without it, V(1Gi) and a note.
    type: str
    default: ''
  kind:
    description:
      - V(service) for what runs all the time, V(Job) for what runs to completion, V(CronJob) for what does so by
        O(schedule). Docker Swarm knows no schedule.
    type: str
    choices: [service, Job, CronJob]
    default: service
  schedule:
    description: When a CronJob runs, in the five fields of cron and in UTC, for example V(15 2 * * *).
    type: str
    default: ''
  mem_headroom:
    description:
      - Percentage by which the limit of memory is above C(mem). The command executor of Mesos gave a task 32 MiB more.
    type: int
    default: 0
  pre_stop_seconds:
    description:
      - Seconds between the decision to stop a pod and its signal, in which proxies learn that it goes. It is added to
        the grace period. It needs Kubernetes 1.30.
    type: int
    default: 0
  secret_env:
    description:
      - Names of variables whose values are secret. A variable that looks like a secret is taken for one without being
        named here. Its value becomes a reference to a secret that a person creates.
    type: list
    elements: str
    default: []
  plain_env:
    description: Names of variables that look like a secret and are none.
    type: list
    elements: str
    default: []
  secret_labels:
    description: Names of labels whose values are secret. They are left out.
    type: list
    elements: str
    default: []
"""
