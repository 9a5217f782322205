"""The codebook: what each column of the panel is, with the study's choices written into the definitions."""

from __future__ import annotations

from study.words.key_names import capital

CODEBOOK_COLUMNS = ["name", "symbol", "label_en", "label_zh", "unit", "definition", "source", "transformation"]


def index_rows(variables: list[dict[str, str]], indices: dict[str, dict]) -> list[dict[str, str]]:
    """The variables with one copy of the row `gtfp` for each index column."""
    rows = [row for row in variables if row["name"] != "gtfp"]
    for row in variables:
        if row["name"] == "gtfp":
            for name, index in indices.items():
                label = row["label_en"] if name == "gtfp" else f"{row['label_en']} (model {index['model']})"
                rows.append(row | {"name": name, "label_en": label})
    return rows


def codebook_rows(
    names: list[str], variables: list[dict[str, str]], choices: dict, note: str, panel_path: str
) -> list[tuple[str, ...]]:
    """One row a column of the panel, in its order.

    variables : rows of resources/variables.csv, whose {placeholders} take `choices`, and the config's `own`, which
    have none; the row `gtfp` stands for every index, takes that model's own from `choices["indices"]`, by column, and
    ends with what `choices["steps"]` says of periods that are not equally far apart. note : prefixed to the sources
    where the inputs are simulated. panel_path : the user's panel, source of columns that resources/variables.csv does
    not have. The key columns have the names of `choices["keys"]`.
    """
    described = {}
    indices, keys = choices.get("indices", {}), choices.get("keys", {})
    period = keys["year"]["name"] if "year" in keys else "year"
    for row in index_rows(variables, indices):
        # A definition whose choices this study does not make (a panel brought ready) says nothing it cannot know.
        try:
            chosen = {"period": period} | choices | indices.get(row["name"], {})
            if "own" not in row:
                row = row | {key: row[key].format(**chosen) for key in CODEBOOK_COLUMNS}
        except KeyError:
            continue
        described[row["name"]] = row
    rows = []
    for name in names:
        known = described.get(name)
        if known is None or (panel_path and name not in indices):
            symbol, label = (known["symbol"], known["label_en"]) if known else (name, name)
            rows.append((name, symbol, label, "", "", "column of the panel", panel_path, "none"))
        else:
            source = f"{note} {known['source']}".strip() if known["source"] else ""
            definition = known["definition"]
            if name in indices and choices.get("steps"):
                definition = f"{definition}. {choices['steps'].removesuffix('.')}"
            rows.append(
                tuple({**known, "definition": definition, "source": source}[column] for column in CODEBOOK_COLUMNS)
            )
        if key := keys.get(name):
            label = capital(key["name"])
            rows[-1] = (name, label, label, key["name_zh"], *rows[-1][4:])
    return rows


def codebook_symbols(
    names: list[str], variables: list[dict[str, str]], choices: dict, panel_path: str
) -> dict[str, dict[str, str]]:
    """Name -> `symbol` of the codebook that a panel of these columns will have, known before there is a panel."""
    return {row[0]: {"symbol": row[1]} for row in codebook_rows(names, variables, choices, "", panel_path)}
