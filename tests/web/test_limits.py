"""Token buckets: the burst, the rate, whole numbers only, and a bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from web import limits
from web.limits import Bucket, Limiter

SECOND = 1_000_000


def test_a_burst_and_then_the_rate() -> None:
    """Twenty at once, then ten a second: not one more."""
    bucket = Bucket(limits.RATE, limits.BURST, 0)
    assert [bucket.take(0) for _ in range(21)] == [True] * 20 + [False]
    assert [bucket.take(SECOND // 10 * n) for n in range(1, 31)] == [True] * 30
    assert not bucket.take(3 * SECOND)


@given(st.lists(st.integers(0, SECOND), max_size=200))
def test_no_pattern_gets_more_than_rate_and_burst(gaps: list[int]) -> None:
    """Over any stretch of time at most burst + rate × seconds requests go through."""
    bucket, at, taken = Bucket(limits.RATE, limits.BURST, 0), 0, 0
    for gap in gaps:
        at += gap
        taken += bucket.take(at)
    assert taken <= limits.BURST + limits.RATE * at // SECOND


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 200))
def test_who_waits_as_told_is_let_through(rate: int, burst: int, tries: int) -> None:
    """After the wait that a bucket tells, and not a microsecond before, there is a token."""
    bucket = Bucket(rate, burst, 0)
    for _ in range(burst + tries):
        bucket.take(0)
    wait = bucket.wait()
    assert wait > 0
    assert not bucket.take(wait - 1)
    assert bucket.take(wait)


def test_a_clock_that_stands_or_goes_back_gives_nothing() -> None:
    """Time before the last look adds no tokens."""
    bucket = Bucket(1, 1, 100 * SECOND)
    assert bucket.take(100 * SECOND)
    assert not bucket.take(0)
    assert not bucket.take(100 * SECOND)


def test_each_key_has_its_own_pace() -> None:
    """One principal's haste does not slow another; the wait is told in µs."""
    limiter = Limiter(rate=1, burst=2, per=30)
    assert [limiter.take("a", 0) for _ in range(3)] == [0, 0, 30 * SECOND]
    assert limiter.take("b", 0) == 0
    assert limiter.take("a", 29 * SECOND) > 0
    assert limiter.take("a", 30 * SECOND) == 0


def test_a_token_can_be_given_back() -> None:
    """A harmless request costs nothing, and giving back never makes the bucket overflow."""
    limiter = Limiter(rate=1, burst=1, per=30)
    limiter.give_back("a", 0)
    assert limiter.take("a", 0) == 0
    limiter.give_back("a", 0)
    assert limiter.take("a", 0) == 0
    assert limiter.take("a", 0) > 0


def test_the_number_of_keys_is_bounded() -> None:
    """The one that was silent longest is forgotten first."""
    limiter = Limiter(rate=1, burst=1)
    limiter.take("first", 0)
    for n in range(limits.KEYS_MAX - 1):
        limiter.take(str(n), 0)
    assert limiter.take("first", 0) > 0
    limiter.take("one more", 0)
    assert limiter.take("first", 0) > 0
    assert limiter.take("0", 0) == 0
