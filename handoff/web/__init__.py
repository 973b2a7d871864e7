"""The custody viewer: a read-only web page on this machine, for the compliance officer."""
