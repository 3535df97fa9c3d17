"""Tests that drive a real Chromium against the whole product on a port."""
