"""Octets nobody meant, at the doors where strangers' octets come in. `make fuzz MINUTES=10` goes on for long."""
