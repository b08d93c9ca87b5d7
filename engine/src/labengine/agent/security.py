"""What the agent was told of TLS, credentials and rules."""

from __future__ import annotations

from labengine.common.access import Guard, http_realms, read_credential, read_credentials
from labengine.common.acls import Acls
from labengine.common.flagtable import Flags
from labengine.common.tls import Tls


class Security:
    def __init__(self, tls: Tls, flags: Flags) -> None:
        self.tls = tls
        self.credential = read_credential("credential", flags.credential) if flags.credential is not None else None
        known = (
            read_credentials("http_credentials", flags.http_credentials) if flags.http_credentials is not None else {}
        )
        self.guard = Guard("mesos-agent", known, http_realms(flags, known, "mesos-agent"))
        self.acls = Acls.load(flags.acls)
