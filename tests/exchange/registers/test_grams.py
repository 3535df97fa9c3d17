"""Text in pairs: one form for all widths, ends that can be found, queries taken apart."""

from exchange.registers.grams import END, grams, runs, wanted


def test_one_form() -> None:
    """Full-width and capital letters are the same as plain ones; punctuation ends a run."""
    assert runs("ＡｌＮ改性，Remap_安全 5%") == ["aln改性", "remap", "安全", "5"]


def test_pairs_with_ends() -> None:
    """Every two neighbours, and the end of each run."""
    assert grams(["轴承座", "A"]) == {"轴承", "承座", f"座{END}", f"a{END}"}


def test_queries() -> None:
    """Words give their pairs once, single characters stand for themselves, marks for nothing."""
    assert wanted("轴承 轴承座 茶%") == (["轴承", "承座"], ["茶"])
    assert wanted("%_ ,") == ([], [])
