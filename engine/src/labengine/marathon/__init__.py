"""The lab engine's Marathon: apps on a Mesos master through the v1 scheduler API, state in ZooKeeper."""
