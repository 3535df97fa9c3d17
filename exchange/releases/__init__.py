"""The one-year rule at work: what the registers and the house know, judged each day; batches drawn up; the zone."""
