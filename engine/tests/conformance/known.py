"""In what the lab engine is known to differ from real Mesos and Marathon, each with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    # Regular expressions: of the question's name and of the difference's text, from their beginnings.
    question: str
    difference: str
    reason: str

    def explains(self, question: str, difference: str) -> bool:
        return bool(re.match(self.question, question) and re.match(self.difference, difference))


METRICS = r"(leader|follower) GET /metrics/snapshot"
KNOWN = (
    Known(
        r".*",
        r".*\.lab_engine: not in the recording$",
        "the engine says in its version and state that it is not the real program",
    ),
    Known(
        r"agent GET /(flags|state)$",
        r".*\.flags\.docker_registry: missing$",
        "the flag's default is the address of a public registry, which the engine never asks",
    ),
    Known(
        METRICS,
        r"\.master/event_queue_(dispatches|http_requests|messages): missing$",
        "the real master is an actor with a queue of messages, the engine's is none",
    ),
    Known(
        "agent GET /metrics/snapshot$",
        r"\.containerizer/fetcher/cache_size_(total|used)_bytes: missing$",
        "the engine's agent has no cache of fetched files",
    ),
    Known(
        "agent GET /metrics/snapshot$",
        r"\.containerizer/docker/image_pull_ms: missing$",
        "the agent that is asked had no image to pull",
    ),
    Known(
        "agent POST /api/v1 GET_(STATE|TASKS)$",
        r".*\.launched_tasks\[\]\.status_update_(state|uuid): not in the recording$",
        "the engine's agent remembers the last status of a recovered task, the real one waits for the next",
    ),
)
# Fields that a framework, a task or an agent has or has not, and lists that are left out while they are empty.
_OPTIONAL = "|".join((
    "allocated_resources", "allocation_info", "attributes", "check", "check_status", "cluster", "command", "container",
    "container_status", "discovery", "disk", "domain", "executor_id", "executor_pid", "get_containers", "health_check",
    "healthy", "hostname", "kill_policy", "labels", "message", "name", "offered_resources", "principal", "ranges",
    "reason", "reregistered_time", "reservation", "reservations", "role", "roles", "scalar", "set", "shared", "source",
    "text", "type", "webui_url",
))  # fmt: skip
# In what a real Mesos that is given may differ from the recorded one without being wrong.
DEPENDS = (
    Known(
        r".*",
        r"status 40[13] instead of |WWW-Authenticate ",
        "flags: authentication and acls",
    ),
    Known(
        r".*",
        r".*\.flags\.\w+: (missing|not in the recording)$",
        "flags: what is set is shown",
    ),
    Known(
        METRICS + "|agent GET /metrics/snapshot",
        r"\.(allocator|master|frameworks|containerizer|gc|overlay|slave)[/.\w]*\S*: (missing|not in the recording)$",
        "state: metrics come with roles, frameworks, containerizers and modules",
    ),
    Known(
        r".* (GET /(master/)?(frameworks|slaves|state|state-summary|tasks|containers|roles)$|POST /api/v1 GET_[A-Z]+$)",
        rf".*\.({_OPTIONAL}): (missing|not in the recording)$",
        "state: what frameworks, tasks and agents have or have not",
    ),
    Known(
        r".*",
        r"(Location|text) .*instead of ",
        "hosts: addresses of this cluster, or texts with its ids",
    ),
)
CHANGING = "state: the recordings have it in some situations only"
# In what the lab engine's Marathon is known to differ from the types of Marathon 1.11.
MARATHON = (
    Known(
        r"GET /v2/info$",
        r"\.marathon_config\.(maintenance_mode|new_group_enforce_role): not in the type$",
        "the types do not list all that the real one answers here",
    ),
    Known(
        r"GET /v2/info$",
        r"\.(frameworkId|(marathon|zookeeper)_config\.\w+): null instead of \w+$",
        "what is not set is null here in the real one too",
    ),
)
