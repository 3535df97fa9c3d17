"""Matching of supply and demand: a published score with its explanation. Values in, scores out; what reads files or
registers stands in `published`, `labelled` and `daily`."""
