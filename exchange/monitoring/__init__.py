"""What people who watch over a market are told: open alerts, and hints at bidding that is worth a look. Pure."""
