"""Matching of supply and demand."""
