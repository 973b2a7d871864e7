"""What a process that reads untrusted bytes gives up: the network, other processes, the disk."""
