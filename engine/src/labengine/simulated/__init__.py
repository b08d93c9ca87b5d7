"""Many agents in one process, for clusters larger than the machine: nothing that their tasks ask for is run."""
