"""What the source may look like, read from its syntax: imports, purity, size, and what no file may contain."""
