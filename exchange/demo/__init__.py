"""The demo market: real achievement titles and prices, simulated parties that act like people."""
