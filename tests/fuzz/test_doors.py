"""A short run through every door; `make fuzz` has the long one."""

import pytest
from hypothesis import HealthCheck, given, settings

from matching_engine.terms import Mechanism
from tests.fuzz.__main__ import holds
from tests.fuzz.doors import BODIES, DOORS, FORM_TYPE, FRAMES, REHEARSALS, Door, check_frame
from web import messages as m
from web import parse
from web import protocol as p
from web.multipart import read_multipart
from web.rehearsal.script import read_script
from web.resources import BidBody

SHORT = {"frames": 150, "bodies": 120, "rehearsals": 80}


@pytest.mark.parametrize("name", DOORS)
def test_no_octets_break_a_door(name: str) -> None:
    """Spoilt, cut, mixed or random: an answer of the protocol or one clear error, never an exception."""
    door = DOORS[name]
    quick = settings(max_examples=SHORT[name], deadline=None, suppress_health_check=list(HealthCheck))
    quick(given(door.octets)(door.check))()


def test_the_seeds_are_good() -> None:
    """What is spoilt was right before: a frame of every kind, bodies of each form, a rehearsal of every mechanism."""
    kinds = [type(m.decode(frame.decode())) for frame in FRAMES]
    assert set(kinds) == {kind for _, kind in p.TABLE}
    assert parse.parse(BODIES[0], BidBody).max_fen == 200_000_000
    assert parse.read_form(BODIES[2])["amount"] == "1,650,000.00"
    assert read_multipart(FORM_TYPE, BODIES[3]).files["file"].name == "a.csv"
    assert {read_script(one).terms.mechanism for one in REHEARSALS} == set(Mechanism)


def test_a_door_that_lets_an_exception_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself fails where the parser raises something of its own."""

    def broken(_frame: str) -> m.ClientMessage:
        raise KeyError("lot")

    monkeypatch.setattr(m, "decode", broken)
    with pytest.raises(KeyError):
        check_frame(FRAMES[0])


def test_the_long_run_says_how_to_repeat_what_broke(capsys: pytest.CaptureFixture[str]) -> None:
    """A round that breaks is false and names door and seed; one that holds is true and says nothing."""

    def refuse(data: bytes) -> None:
        assert data != data, "broken"

    assert not holds("frames", Door(DOORS["frames"].octets, refuse), 7, examples=2)
    assert "make fuzz DOOR=frames SEED=7" in capsys.readouterr().out
    assert holds("bodies", DOORS["bodies"], 7, examples=5)
    assert capsys.readouterr().out == ""
