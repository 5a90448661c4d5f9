"""Who is welcome."""
