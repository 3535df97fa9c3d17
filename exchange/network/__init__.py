"""The network of houses, 1+N: what each publishes about itself, signed, and what it reads of the others."""
