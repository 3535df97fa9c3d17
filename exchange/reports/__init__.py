"""Figures of the market from its journals: by month, field, region, city and node; indices; reports; open data."""
