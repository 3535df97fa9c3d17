"""Texts of technology contracts, one file a kind; the version stands in the text."""
