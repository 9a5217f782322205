"""Investment in the treatment of industrial pollution and industrial value added -> environmental regulation."""

import pandas as pd
from study.files.tables import read_table, write_table
from study.helpers import InputError, start_log
from study.variables.cleaned_series import select_series


def check_industry(industry: pd.Series, whole: pd.Series, name: str) -> None:
    """Raise InputError naming every province-year whose industry is larger than the `whole` it is part of."""
    whole = whole.reindex(industry.index)
    bad = [
        f"  {province} {year}: {value:g}, {name} {whole[province, year]:g}"
        for (province, year), value in industry[industry > whole].items()
    ]
    if bad:
        raise InputError(
            f"industrial value added is more than {name}, which contains it; correct one of the tables:\n"
            + "\n".join(bad)
        )


def main(snakemake) -> None:
    """Write `regulation`: completed investment / industrial value added, both 10^8 CNY."""
    start_log(snakemake)
    cells = read_table(snakemake.input.regulation)
    industry = select_series(cells, "industrial_value_added")
    check_industry(industry, select_series(read_table(snakemake.input.accounts), "gdp"), "GDP")
    for path in snakemake.input.structure:
        check_industry(industry, select_series(read_table(path), "value_added_secondary"), "secondary value added")
    ratio = select_series(cells, "pollution_control_investment") / industry
    write_table(ratio.rename("regulation").reset_index(), snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
