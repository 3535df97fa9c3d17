"""Amounts in the capital numerals of Chinese banking and contracts (人民币大写), which nobody can alter."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def capital_yuan(fen: int) -> str:
    """ "人民币壹佰陆拾万元整" for 160000000 fen; an amount above zero (payment settlement measures, 1997, annex 1)."""
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = "人民币" + (_whole(yuan) + "元" if yuan else "")
    if not rest:
        return text + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif yuan:
        text += "零"
    return text + (_DIGITS[cents] + "分" if cents else "整")


def _whole(number: int) -> str:
    for unit, name in _UNITS:
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _whole(high) + name + gap + (_whole(low) if low else "")
    return _DIGITS[number]
