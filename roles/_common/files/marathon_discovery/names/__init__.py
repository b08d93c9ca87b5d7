"""From the state of Mesos and the apps of Marathon to names in DNS: those of Mesos-DNS."""
