"""App and group definitions as Marathon 1.11 reads, checks, completes and compares them. Pure: no I/O, no clock."""
