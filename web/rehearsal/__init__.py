"""Rehearsals: a rule set tried against scripted bids in virtual time.

`script` reads the file, `run` plays it against the engine, `lines` says what happened.
"""
