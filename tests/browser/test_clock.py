"""The browser's idea of the house's clock, run in a real browser on readings that a test makes up."""

from typing import Any

from playwright.async_api import Page

from tests.browser.conftest import People

READ = """async ([readings, steps]) => {
    const { ServerClock } = await import("/static/clock.js");
    let local = 1000;
    const clock = new ServerClock(() => local);
    const seen = [];
    for (const [c0, s1, s2, c3] of readings) { local = c3; clock.take(c0, s1, s2, c3); seen.push(clock.error); }
    const shown = [clock.now() - local];
    for (const step of steps) { local += step; shown.push(clock.now() - local); }
    return { errors: seen, offsets: shown };
}"""


async def read(page: Page, readings: list[list[float]], steps: list[float]) -> dict[str, Any]:
    """The errors after each reading, and the offsets shown after all of them and each step of local time."""
    await page.goto("/sign-in")
    found: dict[str, Any] = await page.evaluate(READ, [readings, steps])
    return found


async def test_the_offset_is_the_middle_of_the_round_trip(crowd: People) -> None:
    """Sent at 1000, received at 6010, answered at 6012, back at 1022: 5000 ahead, known to half of 20 ms."""
    found = await read(await crowd.visitor(), [[1000, 6010, 6012, 1022]], [])
    assert found["offsets"] == [5000]
    assert found["errors"] == [10]


async def test_the_shortest_of_the_last_eight_is_believed(crowd: People) -> None:
    """A slow reading changes nothing; when the good one is more than eight readings old, it is forgotten."""
    good = [1000.0, 6005.0, 6005.0, 1010.0]
    slow = [1100.0, 6300.0, 6300.0, 1300.0]
    found = await read(await crowd.visitor(), [good, *([slow] * 8)], [])
    assert found["errors"] == [5] * 8 + [100]


async def test_a_small_correction_is_slewed(crowd: People) -> None:
    """A better reading 40 ms away is approached by a twentieth of the time that passes, never jumped to."""
    rough, better = [1000.0, 6100.0, 6100.0, 1200.0], [1200.0, 6165.0, 6165.0, 1210.0]
    found = await read(await crowd.visitor(), [rough, better], [100, 100, 1000])
    assert found["offsets"][1] - found["offsets"][0] == -5
    assert found["offsets"][2] - found["offsets"][1] == -5
    assert found["offsets"][3] == 4960


async def test_a_large_correction_is_taken_at_once(crowd: People) -> None:
    """More than a second off is plainly wrong."""
    wrong, right = [1000.0, 9100.0, 9100.0, 1200.0], [1200.0, 6205.0, 6205.0, 1210.0]
    found = await read(await crowd.visitor(), [wrong, right], [])
    assert found["offsets"] == [5000]
