"""Deterministic simulation: the real house on a simulated loop, clock, journal, bus and bank; one seed, one run."""
