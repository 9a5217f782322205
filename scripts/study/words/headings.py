"""Words that header cells consist of, Chinese and English, and what stands below or right of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from study.words.printed import CHINESE, squeeze

# What a header cell that consists of such a word says of the cells below or right of it. Compared without blanks, case
# and marks. A `region` is a province, or a city in some tables.
HEADING_WORDS = {
    "province": "省份 省 省市 省区市 省市区 省级 省名 省份名称 所属省份 所在省份 省级行政区 "
    "province provinces provincename provname prov",
    "region": "地区 区域 地域 行政区 行政区划 地区名称 region regions regionname area location",
    "city": "城市 地级市 市 地市 市级 城市名称 所属城市 所在城市 地市名称 city cities cityname prefecture",
    "district": "区县 县 县区 县级 区县名称 district county",
    "year": "年份 年度 年 时间 时期 日期 统计年度 统计年份 year years yr time period date",
    "quarter": "季度 季 quarter",
    "month": "月份 月 month",
    "indicator": "指标 指标名称 项目 指标项 变量 item items indicator indicators variable measure series",
    "unit": "单位 计量单位 unit units",
    "value": "数值 值 指标值 value values obsvalue",
    "frequency": "频率 frequency",
    "country": "国家 国家名称 国家代码 country countryname countrycode",
    "industry": "行业 行业名称 行业大类 行业分类 产业 门类 部门 大类 industry industryname sector branch division",
    "industry code": "行业代码 行业大类代码 大类代码 行业编码 industrycode industryid indcode ind divisioncode "
    "sic sic2 sic3 sic4 sic87 sic1987 sic871 siccode sicgroup majorgroup",
    # what vendors print beside a series, and what numbers the rows
    "about": "指标id 指标代码 指标编码 序列id seriesid srcode 编码 来源 数据来源 source 时间区间 起止时间 更新时间 "
    "更新日期 最近更新 开始日期 结束日期 "
    "firstdate lastdate firstobsdate lastobsdate updatetime updated 状态 status 备注 说明",
    "code": "序号 编号 代码 地区代码 省份代码 行政区划代码 行政区代码 code id no",
}
# Words of a printed sum over the others of a row's or a column's kind. A first few sum places up, too.
PLACE_TOTALS = {"合计", "总计", "小计", "total"}
TOTALS = PLACE_TOTALS | {"总量", "总数", "全部", "全省", "全市", "全区", "subtotal", "all", "sum"}
TOTALS |= {"省合计", "全省合计", "全市合计", "全区合计"}
KIND_OF = {word: kind for kind, words in HEADING_WORDS.items() for word in words.split()}
# What a row may be of besides a province, a year and an indicator: such tables have to be summed up or cut out first.
FURTHER = {
    "city": "cities",
    "district": "cities",
    "industry": "industries",
    "industry code": "industries",
    "quarter": "quarters or months",
    "month": "quarters or months",
}


def heading_kind(text: str) -> str:
    """Which of HEADING_WORDS a header cell is, in one or two languages (`地区 Region`), a region as `province`; empty
    for any other."""
    kind = exact_kind(text)
    return "province" if kind == "region" else kind


def heading_kinds(cells: Iterable[str]) -> list[str]:
    """`heading_kind` of each cell of a header; beside a column of provinces a region is a part of the country."""
    kinds = list(map(exact_kind, cells))
    region = "about" if "province" in kinds else "province"
    return [region if kind == "region" else kind for kind in kinds]


def exact_kind(text: str) -> str:
    """As `heading_kind`, a region told from a province."""
    plain = plain_heading(text)
    if plain in KIND_OF:
        return KIND_OF[plain]
    chinese = "".join(c for c in plain if CHINESE.match(c))
    latin = "".join(c for c in plain if c.isascii() and c.isalpha())
    kinds = {KIND_OF.get(chinese), KIND_OF.get(latin)}
    kinds = kinds if len(kinds) == 1 else {"region"} if kinds == {"region", "province"} else set()
    return (kinds.pop() or "") if chinese and latin and kinds else ""


def bare_heading(text: str) -> str:
    """A heading for comparison, without what stands in brackets: `Employment (persons)` is `employment`."""
    return plain_heading(re.sub(r"[(（\[【].*?[)）\]】]", "", text))


def plain_heading(text: str) -> str:
    """A heading for comparison: no blanks and marks; lower case."""
    return re.sub(r"[_\-./'\"·:]", "", squeeze(text).lower())
