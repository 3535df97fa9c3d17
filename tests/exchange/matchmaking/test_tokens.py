"""Chinese text into terms."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.matchmaking.published import lexicon
from exchange.matchmaking.tokens import is_latin, is_word, normal, pieces, terms, words_of


def test_different_words_of_a_group_meet() -> None:
    """The workshop's 水垢 and the laboratory's 阻垢 give one term."""
    workshop, laboratory = (terms("", text, lexicon()) for text in ("管子里有水垢", "绿色阻垢剂"))
    shared = workshop.counts.keys() & laboratory.counts.keys()
    assert "=堵塞" in shared
    assert words_of("堵塞", "管子里有水垢，又是水垢", lexicon()) == ("水垢",)


def test_the_longest_word_is_taken() -> None:
    """不锈钢 is one word, not a negation and rusting steel."""
    assert [piece.text for piece in pieces("不锈钢", lexicon())] == ["不锈钢", ""]


def test_a_stop_word_cuts_and_says_nothing() -> None:
    """No pair of characters reaches over it."""
    counts = terms("", "膜的钛", lexicon()).counts
    assert "膜钛" not in counts
    assert "的" not in counts
    assert {"膜", "钛"} <= counts.keys()


def test_latin_and_width_are_normal() -> None:
    """Full-width letters and capitals are the same word, and a word of the lexicon where it is one."""
    assert normal("ＶＯＣｓ") == "vocs"
    assert "=挥发性有机物" in terms("", "ＶＯＣｓ", lexicon()).counts
    assert "tof" in terms("", "ToF相机", lexicon()).counts
    assert is_latin("tof")
    assert is_word("=膜")


@given(st.text(max_size=80))
def test_pieces_lose_nothing_of_the_chinese(text: str) -> None:
    """Put together again they are the runs of the text, and counting is the same each time."""
    joined = "".join(piece.text for piece in pieces(text, lexicon()))
    assert all(char in joined for char in normal(text) if "\u4e00" <= char <= "\u9fff")
    assert terms("", text, lexicon()) == terms("", text, lexicon())
