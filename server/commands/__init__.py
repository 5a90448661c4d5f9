"""The commands of `passerelle`, one file per subject; `server.cli` lists them."""
