"""How fast somebody may ask: token buckets, one for each principal, and a bounded number of them."""

from collections import OrderedDict

RATE, BURST = 10, 20
"""Requests a second that a principal may make for ever, and at once after a silence, unless settings say otherwise."""
KEYS_MAX = 100_000
"""Principals remembered; the one that was silent longest is forgotten first, and starts with a full bucket."""

_WHOLE = 1_000_000


class Bucket:
    """Tokens that come back with time: `burst` at most, `rate` a second. Integers only, in millionths."""

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: int, burst: int, at: int) -> None:
        self._rate, self._burst = rate, burst * _WHOLE
        self._level, self._at = self._burst, at

    def take(self, at: int) -> bool:
        """Take one token at `at` (µs) if there is one."""
        level = self._level
        if at > self._at:
            level += (at - self._at) * self._rate
            if level > self._burst:
                level = self._burst
            self._at = at
        if level < _WHOLE:
            self._level = level
            return False
        self._level = level - _WHOLE
        return True

    def give_back(self) -> None:
        """Return a token that was taken for nothing."""
        self._level = min(self._burst, self._level + _WHOLE)

    def wait(self) -> int:
        """µs until there is a token again."""
        return max(0, -(-(_WHOLE - self._level) // self._rate))


class Limiter:
    """A bucket for each key. `rate` tokens come back every `per` seconds."""

    def __init__(self, rate: int = RATE, burst: int = BURST, per: int = 1) -> None:
        self._rate, self._burst, self._per = rate, burst, per
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, at: int) -> int:
        """0 when the key may go on at `at` (µs); otherwise the µs after which it may."""
        bucket = self._bucket(key, at)
        return 0 if bucket.take(at // self._per) else bucket.wait() * self._per

    def give_back(self, key: str, at: int) -> None:
        """Return the token that a harmless request took."""
        self._bucket(key, at).give_back()

    def _bucket(self, key: str, at: int) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, self._burst, at // self._per)
            if len(self._buckets) > KEYS_MAX:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket
