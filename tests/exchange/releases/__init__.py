"""Tests of the one-year rule at work."""
