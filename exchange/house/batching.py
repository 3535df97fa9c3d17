"""How many commands one commit takes.

A hundred bidders who each wait for an answer are two groups that take turns: one is being written, the other heard. If
a commit took whatever waits, seventy would stay seventy and thirty thirty: the house idles while the seventy are being
written, and the disk while they are heard. So a commit takes half of all who are there, and the two become alike.
"""

MOST = 512
"""Commands of one commit."""
_SPLIT_FROM = 32
"""So many at least are never kept waiting: what they would save is less than what a commit costs."""


def batch_size(waiting: int, last: int) -> int:
    """How many of those that wait the next commit takes, when the last took `last`: these will soon ask again."""
    half = (waiting + last + 1) // 2
    return min(waiting, max(half, _SPLIT_FROM), MOST)
