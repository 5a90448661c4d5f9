"""Notes, carnets, search, cleaning: each rule where it is said."""
