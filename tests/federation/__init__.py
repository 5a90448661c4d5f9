"""The rules of what we speak with other servers."""
