"""The redline: nothing is lost, and only what changed is marked."""

from hypothesis import given
from hypothesis import strategies as st

from settlement.redline import redline, redline_text

TEXTS = st.text(alphabet="甲乙。；\n1 ", max_size=60)


@given(old=TEXTS, new=TEXTS)
def test_both_texts_can_be_read_from_it(old: str, new: str) -> None:
    """Kept and removed pieces make the old text, kept and added ones the new text, for any two texts."""
    pieces = redline(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


def test_only_the_changed_sentence_is_marked() -> None:
    """A clause with one other sentence keeps its neighbours."""
    old, new = "1.1 甲方交付。乙方验收。\n1.2 保密。", "1.1 甲方交付。乙方十日内验收。\n1.2 保密。"
    assert redline_text(redline(old, new)) == "1.1 甲方交付。[-乙方验收。\n-]{+乙方十日内验收。\n+}1.2 保密。"


def test_equal_texts_have_no_marks() -> None:
    """The same text is one piece that stayed."""
    assert [piece.kind for piece in redline("甲。乙。", "甲。乙。")] == ["same"]
