"""The published tables as typed, which of ours is compared with which, and what the config says of the difference."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from study.audit.published import PLACE, find_published, published_path, read_published_rows
from study.output.codebook import codebook_symbols
from study.output.reasons import check_columns, check_reasons, read_reasons

if TYPE_CHECKING:
    from study.plan.study import Study


@dataclass(frozen=True, eq=False)
class TypedTables:
    """The published tables of a study by the config's `published`, else the workflow's own."""

    study: Study

    @cached_property
    def _found(self) -> tuple[dict[str, Path], list[str]]:
        if "published" in self.study.given:
            return find_published(self.study.given["published"])
        return find_published(self.study.from_workflow(PLACE), may_be_empty=True)

    @cached_property
    def by_name(self) -> dict[str, Path]:
        """Name -> file of each typed table; InputError where the config's folder has none."""
        return self._found[0]

    @cached_property
    def untyped(self) -> list[str]:
        """Names of the csv files beside them that are no typed tables."""
        return self._found[1]

    @cached_property
    def ours(self) -> dict[str, Mapping]:
        """Sections of the config that describe a table of ours, by the table's name; Table 1 comes first."""
        described = {"table_1": self.study.given["describe"]} if "describe" in self.study.given else {}
        return described | self.study.tables

    @cached_property
    def compared(self) -> dict[str, str]:
        """Name of each of our tables -> the file of the published one it is compared with."""
        return {name: self._file(table["published"]) for name, table in self.ours.items() if "published" in table}

    def pairs(self, table: str) -> str | list:
        """The published table whose columns one of ours sets against each other; an empty list for none."""
        pairs = self.study.tables[table].get("published_pairs")
        return self._file(pairs["table"]) if pairs else []

    @cached_property
    def files(self) -> list[str]:
        """Every published table: those of the folder, and those that a table names by their path."""
        return list(dict.fromkeys([*map(os.path.normpath, self.by_name.values()), *self.compared.values()]))

    @cached_property
    def audited(self) -> bool:
        """Whether they are checked: a study of one's own that names none leaves the workflow's alone."""
        named = "audit" in self.study.given or "published" in self.study.given or bool(self.compared)
        return bool(self.files) and named

    @cached_property
    def said(self) -> list[dict]:
        """What the tables that are compared say of it, in their order: their notes, and why numbers may differ."""
        return [
            {key: self.ours[name].get(key, "") for key in ("note", "differs")} | {"name": name}
            for name in self.compared
        ]

    @cached_property
    def evidence(self) -> list[str]:
        """Tables of this study whose columns speak to a hypothesis."""
        hypotheses = self.study.given.get("hypotheses", [])
        named = {evidence["table"] for hypothesis in hypotheses for evidence in hypothesis["evidence"]}
        return sorted(named.intersection(self.study.tables))

    @cached_property
    def compared_evidence(self) -> list[str]:
        """Those of them that are compared with a published table."""
        return [name for name in self.evidence if name in self.compared]

    def check_differences(self, of_this_study: bool) -> None:
        """Raise InputError for a `differs` that names a column or term which the published table does not have.

        of_this_study : whether the panel's columns are this study's, so that their names stand for printed terms.
        """
        study = self.study
        symbols = None
        for name, path in self.compared.items():
            entries = self.ours[name].get("differs")
            if not entries:
                continue
            rows = read_published_rows(path)
            check_columns(name, entries, rows)
            if of_this_study:
                panel = "" if study.is_raw else study.given["panel"]["path"]
                symbols = symbols or codebook_symbols(study.columns, study.codebook_rows, study.codebook_choices, panel)
                check_reasons(name, read_reasons(entries, symbols), rows)

    def _file(self, name: str) -> str:
        return os.path.normpath(published_path(name, self.by_name))
