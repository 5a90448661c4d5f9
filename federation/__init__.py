"""Everything that speaks ActivityPub: the door for servers and the post office."""
