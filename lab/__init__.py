"""A Mesos and Marathon cluster on one machine, for trying playbooks and for tests."""
