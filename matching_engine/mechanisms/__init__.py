"""How a price forms: one file a mechanism, all behind `rules.Rules`."""
