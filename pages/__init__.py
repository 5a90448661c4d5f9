"""The door for browsers: plain pages, read without an account and without scripts."""
