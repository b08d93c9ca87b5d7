"""mesos-master: leader election, agents, offers, frameworks and the HTTP endpoints."""
