"""Tables of known values in the layouts, unit styles, encodings and surroundings that publishers and colleagues use."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

YEARS = (2016, 2015, 2014, 2013)
Values = dict[tuple[str, int], str]  # (printed province, year) -> printed figure
Rows = list[list[str]]


@dataclass(frozen=True)
class Measure:
    """What is printed: the catalog's key, a title, the unit and its factor into the catalog's."""

    key: str
    title: str
    unit: str
    factor: float


# Title and unit in one cell.
UNIT_STYLES = ["{}({u})", "{}（{u}）", "{}_{u}", "{}/{u}", "{}，{u}", "{}|{u}", "{}\n{u}", "{}(单位:{u})", "{}[{u}]"]
FOOTERS = (
    "",
    "数据来源：国家统计局",
    "资料来源：各省统计年鉴",
    "来源：国家知识产权局",
    "附注：发明与实用新型合计",
    "备注：含PCT申请",
    "注：1.本表按当年价格计算。\n   2.合计数不等于分项之和。",
    "注1 数据为快报数",
    "Source: National Bureau of Statistics",
    "Notes: preliminary",
    "数据来源：Wind",
)


def titled(measure: Measure, style: str) -> str:
    """The title with its unit."""
    return style.replace("|", " ").format(measure.title, u=measure.unit)


def provinces_down(values: Values, measure: Measure, style: str) -> Rows:
    """The bureau's classic export."""
    head = [["数据库：分省年度数据"], [f"指标：{titled(measure, style)}"], ["时间：2013-2016"]]
    return [*head, ["地区", *(f"{year}年" for year in YEARS)], *_down(values)]


def bare(values: Values, measure: Measure, style: str) -> Rows:
    """A title, a line with the unit, a table of a yearbook."""
    names = [f"X{year}" for year in YEARS]
    return [[f"3-1 各地区{measure.title}"], [f"单位：{measure.unit}"], ["地区", *names], *_down(values)]


def years_down(values: Values, measure: Measure, style: str) -> Rows:
    """Provinces across."""
    names = list(dict.fromkeys(name for name, _ in values))
    body = [[f"{year}年底", *(values[name, year] for name in names)] for year in YEARS]
    return [[f"指标：{titled(measure, style)}"], ["时间", *names], *body]


def data_set(values: Values, measure: Measure, style: str) -> Rows:
    """A row a province and year, another column and a decorated twin beside the one that is meant."""
    head = ["省份", "年份", "某指标", titled(measure, style), f"{measure.title}_ln", f"{measure.title}增长率(%)"]
    return [head, *([name, str(year), "1.5", figure, "7.25", "8.5"] for (name, year), figure in values.items())]


def by_name(values: Values, measure: Measure, style: str) -> Rows:
    """A row a province, year and indicator, the unit in the name."""
    rows = [[name, str(year), titled(measure, style), figure] for (name, year), figure in values.items()]
    others = [[name, str(year), f"人均{measure.title}", "3.5"] for name, year in values]
    return [["地区", "年份", "指标", "数值"], *rows, *others]


def series_across(values: Values, measure: Measure, style: str) -> Rows:
    """A vendor's series across, dates down."""
    names = list(dict.fromkeys(name for name, _ in values))
    head = [["指标名称", *(f"{name}:{measure.title}" for name in names)], ["频率", *["年"] * len(names)]]
    head += [["单位", *[measure.unit] * len(names)], ["来源", *["国家统计局"] * len(names)]]
    return [*head, *([f"{year}-12-31", *(values[name, year] for name in names)] for year in YEARS)]


def dates_across(values: Values, measure: Measure, style: str) -> Rows:
    """A vendor's series down with leading columns, dates across."""
    head = [
        "国家",
        "指标名称",
        "频率",
        "单位",
        "指标ID",
        "时间区间",
        "来源",
        "更新时间",
        *(f"{y}-12-31" for y in YEARS),
    ]
    rows = [
        [
            "中国",
            f"{row[0]}:{measure.title}",
            "年",
            measure.unit,
            f"M{k}",
            "2013:2016",
            "某统计局",
            "2020-10-09",
            *row[1:],
        ]
        for k, row in enumerate(_down(values))
    ]
    return [head, *rows]


def numbered(values: Values, measure: Measure, style: str) -> Rows:
    """Label columns without headings: a number, the indicator, the province."""
    rows = [[str(k), titled(measure, style), *row] for k, row in enumerate(_down(values), 1)]
    return [["", "", "", *map(str, YEARS)], *rows]


def indicator_and_region(values: Values, measure: Measure, style: str) -> Rows:
    """Indicator, region and unit in columns of their own, years across."""
    rows = [[measure.title, row[0], measure.unit, *row[1:]] for row in _down(values)]
    return [["指标名称", "地区", "单位", *(f"{year}年" for year in YEARS)], *rows]


def units_below(values: Values, measure: Measure, style: str) -> Rows:
    """A data set whose second header row has the units."""
    head = [["省份", "年份", "某指标", measure.title], ["单位", "", "某单位", measure.unit]]
    return [*head, *([name, str(year), "1.5", figure] for (name, year), figure in values.items())]


def unit_row(values: Values, measure: Measure, style: str) -> Rows:
    """Years across, with a row of units between header and figures."""
    units = ["单位", *[measure.unit] * len(YEARS)]
    return [[f"3-1 各地区{measure.title}"], ["地区", *(f"{year}年" for year in YEARS)], units, *_down(values)]


def three_headers(values: Values, measure: Measure, style: str) -> Rows:
    """A data set under rows of codes, names and units."""
    head = [
        ["Prvcnm", "Sgnyea", "V01", "V02"],
        ["省份", "年份", "某指标", measure.title],
        ["无", "无", "无", measure.unit],
    ]
    return [*head, *([name, str(year), "1.5", figure] for (name, year), figure in values.items())]


def two_headers(values: Values, measure: Measure, style: str) -> Rows:
    """A data set under a merged header of two rows, the second in two languages."""
    head = [["省份", "年份", "主要指标", ""], ["Province", "Year", "某指标", titled(measure, style)]]
    return [*head, *([name, str(year), "1.5", figure] for (name, year), figure in values.items())]


LAYOUTS: dict[str, Callable[[Values, Measure, str], Rows]] = {
    layout.__name__: layout
    for layout in (
        *(provinces_down, bare, years_down, data_set, by_name, series_across, dates_across, numbered),
        *(indicator_and_region, units_below, unit_row, two_headers, three_headers),
    )
}


def _down(values: Values) -> Rows:
    return [[name, *(values[name, year] for year in YEARS)] for name in dict.fromkeys(name for name, _ in values)]


# --- files --------------------------------------------------------------------------------------------------------


def write_text(path: Path, rows: Rows, footer: str, encoding: str, mark: str) -> Path:
    """Delimited text, every row as wide as the widest."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=mark, lineterminator="\r\n")
    width = max(map(len, rows))
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    writer.writerows([line] for line in footer.split("\n") if line)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def write_workbook(path: Path, rows: Rows, footer: str, others: bool) -> Path:
    """A workbook with figures as numbers; `others`: between sheets of notes and of formulas that nobody asks for."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    if others:
        sheet.append(["说明：数据由课题组整理"])
        sheet = book.create_sheet("Sheet2")
    for row in rows:
        sheet.append([_number(cell) for cell in row])
    for line in footer.split("\n") if footer else []:
        sheet.append([line])
    if others:
        book.create_sheet("计算").append(["mean", "=1+1", "=SUM(A1:A3)"])
    book.save(path)
    return path


def _number(cell: str) -> str | float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell
