"""The running program: configuration, wiring, worker, command line."""
