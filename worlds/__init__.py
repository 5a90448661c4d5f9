"""Clusters of real instances, for the demo, the bench and the tests."""
