"""Where the house touches the world: the journal, the clock, the schema of the database."""
