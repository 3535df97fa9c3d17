"""The commands of `luochui`, one file each; `web/cli.py` mounts them."""
