"""The masters of Mesos, which are only read."""
