"""Margins: the control totals weights are calibrated to, with their source and date, held against the data."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weighting.codes import as_text, texts
from weighting.errors import MarginError
from weighting.naming import nearest, require_columns
from weighting.stages import Codes, Floats

JOINT = ":"  # a variable "region:urban" has the codes "1:2"
AGREEMENT = 1e-6  # greatest relative distance between the sums of two margins
LISTED = 20  # problems shown in one message


@dataclass(frozen=True)
class CodedMargin:
    """One margin over the rows of a survey: the position of each row's code (-1 with weight 0) and the totals."""

    variable: str
    code: Codes
    totals: Floats


@dataclass(frozen=True)
class Margins:
    """Control totals by variable and code; a code "" is the total of the numeric variable itself."""

    tables: Mapping[str, pd.Series]
    source: str = ""
    date: str = ""

    @property
    def variables(self) -> list[str]:
        """The variables in the order they were written, which is the order of raking."""
        return list(self.tables)

    @classmethod
    def read(cls, path: str | Path) -> Margins:
        """Margins from a CSV file with the columns variable, code, total and, if wished, source and date."""
        return cls.parse(Path(path).read_text(encoding="utf-8-sig"), str(path))

    @classmethod
    def parse(cls, text: str, where: str = "margins") -> Margins:
        """Margins from CSV text; `where` names it in messages. Raises MarginError."""
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        missing = [column for column in ("variable", "code", "total") if column not in frame.columns]
        if missing:
            raise MarginError(f"{where} lacks the column(s) {', '.join(missing)}; it has {', '.join(frame.columns)}")
        return cls.of(frame, where)

    @classmethod
    def of(cls, frame: pd.DataFrame, where: str = "margins") -> Margins:
        """Margins from rows of variable, code, total. Raises MarginError for bad or repeated rows."""
        total = pd.to_numeric(frame["total"], errors="coerce")
        rows = frame.assign(code=frame["code"].map(as_text), total=total)
        bad = rows[~(np.isfinite(total) & (total >= 0))]
        twice = rows[rows.duplicated(["variable", "code"])]
        problems = [f"{row.variable}={row.code}: not a total" for row in bad.itertuples()]
        problems += [f"{row.variable}={row.code}: given twice" for row in twice.itertuples()]
        _raise_all(where, problems)
        tables = {
            str(variable): part.set_index("code")["total"].astype("float64")
            for variable, part in rows.groupby("variable", sort=False)
        }
        return cls(tables, *(_only(frame, column) for column in ("source", "date")))

    def only(self, variables: Sequence[str]) -> Margins:
        """These margins cut to some variables. Raises MarginError for one that is not there."""
        for variable in variables:
            if variable not in self.tables:
                raise MarginError(f"no margin for {variable!r}{nearest(variable, self.tables)}")
        return Margins({variable: self.tables[variable] for variable in variables}, self.source, self.date)

    def codes(self, data: pd.DataFrame, weights: Floats) -> list[CodedMargin]:
        """Each margin over the rows with a weight.

        Raises MarginError that lists every cell at fault: codes in the data without a total, totals without a
        respondent, rows without a code, and margins that add up to different populations.
        """
        active = weights > 0
        problems: list[str] = []
        coded: list[CodedMargin] = []
        for variable, table in self.tables.items():
            text = _row_codes(data, variable)
            problems += _disagreements(variable, table, text[active])
            wanted = table[table > 0]
            position = pd.Index(wanted.index).get_indexer(pd.Index(text)).astype(np.intp)
            coded.append(CodedMargin(variable, np.where(active, position, -1), wanted.to_numpy(dtype=np.float64)))
        problems += _different_sums(coded)
        _raise_all("control totals do not fit", problems)
        return coded

    def auxiliaries(self, data: pd.DataFrame, weights: Floats) -> tuple[pd.DataFrame, list[float]]:
        """Columns and totals for linear calibration: one column for each code, the variable itself for code "".

        Raises MarginError as `codes` does, and for a total of a column that is not numeric.
        """
        numeric = [variable for variable, table in self.tables.items() if list(table.index) == [""]]
        columns: dict[str, Floats] = {}
        totals: list[float] = []
        for margin in self.only([name for name in self.tables if name not in numeric]).codes(data, weights):
            labels = self.tables[margin.variable]
            for position, code in enumerate(labels[labels > 0].index):
                columns[f"{margin.variable}={code}"] = (margin.code == position).astype(np.float64)
            totals += margin.totals.tolist()
        require_columns(data, numeric, MarginError)
        for variable in numeric:
            if not pd.api.types.is_numeric_dtype(data[variable].dtype):
                raise MarginError(f"{variable!r} is not numeric; give its total code by code")
            columns[variable] = data[variable].to_numpy(dtype=np.float64, na_value=np.nan)
            totals.append(float(self.tables[variable].iloc[0]))
        return pd.DataFrame(columns, index=data.index), totals


def _row_codes(data: pd.DataFrame, variable: str) -> NDArray[np.object_]:
    """The code of each row as text, "" where missing; the parts of a joint variable joined."""
    parts = variable.split(JOINT)
    require_columns(data, parts, MarginError)
    joined = texts(data[parts[0]])
    for part in parts[1:]:
        joined = joined + JOINT + texts(data[part])
    return joined


def _disagreements(variable: str, table: pd.Series, present: NDArray[np.object_]) -> list[str]:
    counts = pd.Series(present, dtype=object).value_counts(sort=False)
    wanted = table[table > 0]
    unknown = [
        f"{variable}={code}: {count} respondent(s), no total"
        if code
        else f"{variable}: {count} respondent(s) without a code"
        for code, count in counts.items()
        if code not in wanted.index
    ]
    return unknown + [
        f"{variable}={code}: total without respondents" for code in wanted.index if code not in counts.index
    ]


def _different_sums(coded: list[CodedMargin]) -> list[str]:
    sums = {margin.variable: float(margin.totals.sum()) for margin in coded}
    first = next(iter(sums), None)
    return [
        f"{variable} adds up to {total:,.2f}, {first} to {sums[first]:,.2f}"
        for variable, total in sums.items()
        if first is not None and abs(total - sums[first]) > AGREEMENT * abs(sums[first])
    ]


def _only(frame: pd.DataFrame, column: str) -> str:
    """The one value of a column that is the same on every row; the different ones joined."""
    if column not in frame.columns:
        return ""
    return "; ".join(dict.fromkeys(str(value) for value in frame[column] if str(value)))


def _raise_all(where: str, problems: list[str]) -> None:
    if problems:
        more = f" and {len(problems) - LISTED} more" if len(problems) > LISTED else ""
        raise MarginError(f"{where}: " + "; ".join(problems[:LISTED]) + more)
