"""The house: one node, one journal, one writer."""
