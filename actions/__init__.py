"""What people here do: one function, one deed."""
