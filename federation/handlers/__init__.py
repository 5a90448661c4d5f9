"""One handler per activity: it gathers, with the network allowed, and returns what to write."""
