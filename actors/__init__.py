"""Who: people, communities, memberships, keys, follows, blocks, hosts."""
