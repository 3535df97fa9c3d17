"""Provinces as people write them: 河南, 河南省, henan."""

from settlement.regions import REGIONS, region_name

_SUFFIXES = ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")


def short_name(key: str) -> str:
    """河南 for henan; a key that is none stands as it is."""
    name = region_name(key)
    return next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), name)


_KNOWN = {form: key for key in REGIONS for form in (key, region_name(key), short_name(key))}


def region_key(text: str) -> str | None:
    """The key of a province, from its key, its name or its short name; None for anything else."""
    return _KNOWN.get(text.strip())
