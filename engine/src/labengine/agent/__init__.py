"""mesos-agent of the lab engine: offers this host's resources and runs the tasks that the master sends."""
