"""Achievements and demands for tests, with everything stated."""

from typing import Any

from exchange.matchmaking.market import Market
from exchange.matchmaking.published import lexicon, scheme
from exchange.matchmaking.values import Need, Supply


def supply(id_: str, title: str, text: str = "", **fields: Any) -> Supply:
    """An achievement that takes part."""
    return Supply(id_, title, text, **{"cleared": True, "released": True, **fields})


def need(id_: str, text: str, **fields: Any) -> Need:
    """A demand that is open."""
    return Need(id_, "", text, **{"open": True, **fields})


SUPPLIES = (
    supply("a1", "无磷阻垢剂", "用于循环冷却水，抑制碳酸钙沉积", field="环境保护与资源综合利用", trl=8),
    supply("a2", "光伏板干式清扫机", "无水清扫，履带行走", field="新能源与高效节能", trl=7),
    supply("a3", "冷却塔填料", "提高湿式传热系数", field="环境保护与资源综合利用", trl=6),
    supply("a4", "锂离子电池热失控预警", "气体传感", field="新能源与高效节能", trl=6),
)
NEEDS = (
    need("d1", "凉水塔管子老是有水垢", field="环境保护与资源综合利用", least_trl=7),
    need("d2", "太阳能电站板子积灰，人工清洗太贵", field="新能源与高效节能"),
)


def market(*more: Supply) -> Market:
    """A small market under the published weights."""
    return Market([*SUPPLIES, *more], NEEDS, lexicon(), scheme())
