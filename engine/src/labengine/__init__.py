"""Stand-ins for mesos-master, mesos-agent and marathon, for labs and tests only."""

LAB_ENGINE_VERSION = "0.2.0"
MESOS_VERSION = "1.11.0"
MARATHON_VERSION = "1.11.24"
BUILD_USER = "quorum-lab-engine"
