"""Tests of what the operator's desk is told."""
