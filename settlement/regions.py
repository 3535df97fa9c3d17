"""Provinces: the key of the rule books and the name in documents."""

_NAMES = {
    "beijing": "北京市",
    "tianjin": "天津市",
    "hebei": "河北省",
    "shanxi": "山西省",
    "inner_mongolia": "内蒙古自治区",
    "liaoning": "辽宁省",
    "jilin": "吉林省",
    "heilongjiang": "黑龙江省",
    "shanghai": "上海市",
    "jiangsu": "江苏省",
    "zhejiang": "浙江省",
    "anhui": "安徽省",
    "fujian": "福建省",
    "jiangxi": "江西省",
    "shandong": "山东省",
    "henan": "河南省",
    "hubei": "湖北省",
    "hunan": "湖南省",
    "guangdong": "广东省",
    "guangxi": "广西壮族自治区",
    "hainan": "海南省",
    "chongqing": "重庆市",
    "sichuan": "四川省",
    "guizhou": "贵州省",
    "yunnan": "云南省",
    "tibet": "西藏自治区",
    "shaanxi": "陕西省",
    "gansu": "甘肃省",
    "qinghai": "青海省",
    "ningxia": "宁夏回族自治区",
    "xinjiang": "新疆维吾尔自治区",
}


REGIONS = tuple(_NAMES)
"""The keys, in the order of the administrative codes."""


def region_name(key: str) -> str:
    """The province's name in Chinese; a key that is none stands as it is."""
    return _NAMES.get(key, key)


def registration_office(key: str) -> str:
    """Where a seller of this region files its contracts (filing is with the seller's local office)."""
    return f"{region_name(key)}技术合同登记机构"
