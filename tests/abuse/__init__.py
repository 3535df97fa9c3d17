"""Every attack of the numbered list, by its number, against the served product."""
