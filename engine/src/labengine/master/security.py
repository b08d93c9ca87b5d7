"""What the master was told of TLS, credentials and rules."""

from __future__ import annotations

from typing import Any

from labengine.common import log
from labengine.common.access import Guard, http_realms, read_credentials
from labengine.common.acls import Acls
from labengine.common.flagtable import Flags
from labengine.common.tls import Tls

logger = log.get(__name__)

PREFIX = "mesos-master"
SCHEDULER, AGENT = "scheduler", "agent"


class Security:
    def __init__(self, tls: Tls, flags: Flags) -> None:
        self.tls = tls
        known = read_credentials("credentials", flags.credentials) if flags.credentials is not None else {}
        closed = http_realms(flags, known, PREFIX)
        if flags.authenticate_http_frameworks:
            if not flags.http_framework_authenticators:
                log.die(
                    "Missing `--http_framework_authenticators` flag. This must be used in conjunction with "
                    "`--authenticate_http_frameworks`"
                )
            if not known:
                log.die(
                    "No credentials provided for the default 'basic' HTTP authenticator for realm "
                    f"'{PREFIX}-{SCHEDULER}'"
                )
        # The engine's Marathon speaks HTTP in place of the driver of libmesos.
        if flags.authenticate_http_frameworks or flags.authenticate_frameworks:
            closed.append(SCHEDULER)
        if flags.authenticate_agents:
            closed.append(AGENT)
        if not known and (flags.authenticate_frameworks or flags.authenticate_agents):
            logger.warning("No credentials provided, authentication requests will be refused")
        self.guard = Guard(PREFIX, known, closed)
        self.acls = Acls.load(flags.acls)

    def framework_problem(self, info: dict[str, Any]) -> str | None:
        """Why its principal may not run such a framework."""
        for role in info.get("roles") or [info.get("role", "*")]:
            if not self.acls.allows("register_frameworks", info.get("principal"), role):
                return f"Not authorized to use role '{role}'"
        return None
