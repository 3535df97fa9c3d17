"""What follows from a trade: money, contract, registration, claims.

Pure as well; the world (bank, registry, fund) appears only as the protocols in `ports.py`. Imports
`matching_engine`, the standard library and msgspec; the rule loader also reads YAML.
"""
