"""The exit statuses of `luochui`; 0 is done."""

NO, BAD_INPUT, BROKEN = 1, 2, 70
"""The answer is no; bad usage, input or setting; an invariant fell."""
