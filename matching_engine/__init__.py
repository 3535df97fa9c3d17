"""What one lot decides: commands in, events or a refusal out.

Pure: no `async`, no I/O, no clock, no randomness, no logging. Time (`at`) and ids are arguments, money
is integer fen. Nothing outside the standard library and msgspec is imported.
"""
