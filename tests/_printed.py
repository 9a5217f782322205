"""Estimates made by hand, printed, and read back."""

from html.parser import HTMLParser

from study.output.printed_regressions import read_column
from tabulate_table import lay_out_table, tidy_table, write_notes

CODEBOOK = {
    "ln_co2": {"symbol": "Co2", "label_en": "Total Carbon Emissions", "unit": "ln 10^4 t"},
    "ai": {"symbol": "AI", "label_en": "Level of Artificial Intelligence", "unit": "per 1,000 workers"},
    "open": {"symbol": "Open", "label_en": "", "unit": ""},
    "province": {"symbol": "Province"},
    "year": {"symbol": "Year"},
}


def estimated(column, terms, absorbed=("province", "year"), vcov="robust", group="", singletons=0):
    names = ("estimate", "std_error", "statistic", "p_value", "stars")
    stats = {"n": 300, "r2": 0.98, "r2_within": 1 / 3, "n_singletons": singletons, "n_missing": 0}
    return {
        "column": column,
        "dependent": "ln_co2",
        "group": group,
        "vcov": vcov,
        "sample": "",
        "weights": "",
        "absorbed": list(absorbed),
        "terms": [{"term": name, **dict(zip(names, values, strict=True))} for name, values in terms.items()],
        "stats": stats | {"covariance_rank": len(terms) - 1},
    }


AI = (-0.48212345678912, 0.13745, -3.509, 0.0005, "***")
OPEN = (-0.159, 0.151284, -1.051, 0.29425, "")
CONSTANT = (10.598, 0.0367814, 288.135, 0.0, "***")


def tidy(columns, table="t", pairs=()):
    return tidy_table([*(read_column(column, CODEBOOK) for column in columns), *pairs], table)


def printed(columns, table="table_2", title="T", warning="", percentiles=None, pairs=()):
    notes = write_notes(columns, CODEBOOK, percentiles, bool(pairs))
    ours = [read_column(column, CODEBOOK) for column in columns]
    return lay_out_table([*ours, *pairs], table, title, notes, warning)


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.open = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"unbalanced {tag}"

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def parsed(html):
    cells = Cells()
    cells.feed(html)
    assert not cells.open
    return cells.rows
