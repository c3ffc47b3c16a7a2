"""A real spreadsheet program opens every form, changes it and saves it: what was changed comes back, and nothing else.

LibreOffice does all files in one process; what it did is looked at form by form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from forms import catalog, cli, grids, identity, layout, workbook, xform, xlsx_cells
from forms.adaptation import project
from forms.definition import Form
from forms.sheets import Row
from forms.workbook import Workbook
from tests.clients import office

pytestmark = pytest.mark.skipif(not office.available(), reason="no LibreOffice that can be driven")

MARK = " (e01)"
YELLOW = PatternFill("solid", fgColor="FFFF00")
LANGUAGES = ("ru", "tg", "ar", "en")
Difference = tuple[str, int, int, str, str]


@dataclass
class Saved:
    """A file as it was saved; what tests look at is read once."""

    path: Path

    @cached_property
    def cells(self) -> dict[tuple[str, int, int], str]:
        """Every text of every sheet by its place."""
        return cells(self.path)

    @cached_property
    def form(self) -> Workbook:
        return workbook.read(self.path, draft=True)

    @cached_property
    def book(self) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.path)

    @cached_property
    def xml(self) -> str:
        return xform.compile(self.form).xml.decode()


@dataclass
class Trip:
    """A form as built, as saved after one label was changed, and as saved after a question was put below it too."""

    built: Saved
    reworded: Saved
    longer: Saved
    row: Row
    column: str


def cells(path: Path) -> dict[tuple[str, int, int], str]:
    return {
        (grid.title, line, place): text
        for grid in grids.read(path)
        for line, texts in grid.lines
        for place, text in enumerate(texts, start=1)
        if text
    }


def headings(path: Path) -> dict[str, int]:
    """The place of each heading of the sheet of questions."""
    [grid] = [grid for grid in grids.read(path) if grid.title == "survey"]
    return {heading: place for place, heading in enumerate(grid.lines[0][1], start=1)}


def differences(old: Mapping[tuple[str, int, int], str], new: Mapping[tuple[str, int, int], str]) -> list[Difference]:
    """The cells that differ: sheet, row, column, and both texts."""
    places = sorted(place for place in old.keys() | new.keys() if old.get(place) != new.get(place))
    return [(*place, old.get(place, ""), new.get(place, "")) for place in places]


def labelled(book: Workbook) -> tuple[Row, str]:
    """A question in the middle of a form whose wording stands there once, and the column of its first label."""
    asked = [row for row in book.survey if row["type"].startswith(("select_", "integer", "text", "note"))]
    column = next(column for column in asked[0] if column.partition("::")[0] == "label")
    texts = Counter(row.get(column) for row in (*book.survey, *book.choices))
    asked = [row for row in asked if texts[row.get(column)] == 1 and column in row]
    return asked[len(asked) // 2], column


def trip_of(name: str, folder: Path) -> tuple[Trip, office.Job]:
    """A form as built, with a comment and a colour of the office, and what is to be done with it."""
    built, reworded, longer = (folder / f"{name}{step}.xlsx" for step in ("", "_reworded", "_longer"))
    known = list(catalog.load(name, draft=True).header.languages)
    book = identity.marked(catalog.load(name, languages=list(dict.fromkeys([known[0], known[-1]]))))
    workbook.write_xlsx(book, built)
    commented = openpyxl.load_workbook(built)
    commented["survey"]["B3"].comment = Comment("ask the ministry", "e01")
    commented["survey"]["B3"].fill = YELLOW
    commented.save(built)
    row, column = labelled(workbook.read(built))
    places = headings(built)
    new = {"type": "note", "name": "own_e01"} | {head: "Own" for head in places if head.partition("::")[0] == "label"}
    steps = [
        office.write("survey", row.line, places[column], row[column] + MARK),
        office.save(reworded),
        office.insert("survey", row.line + 1),
        *(office.write("survey", row.line + 1, places[heading], text) for heading, text in new.items()),
        office.save(longer),
    ]
    return Trip(Saved(built), Saved(reworded), Saved(longer), row, column), office.Job(str(built), steps)


@pytest.fixture(scope="module")
def trips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trip]:
    """Every form of the library, there and back."""
    folder = tmp_path_factory.mktemp("trips")
    found = {name: trip_of(name, folder) for name in catalog.names()}
    office.do([job for _, job in found.values()])
    return {name: trip for name, (trip, _) in found.items()}


@pytest.fixture(scope="module", params=catalog.names())
def trip(request: pytest.FixtureRequest, trips: dict[str, Trip]) -> Trip:
    """One of them; its tests run one after the other."""
    return replace(trips[request.param])


def test_of_all_cells_only_the_one_that_was_typed_into_has_changed(trip):
    place = headings(trip.built.path)[trip.column]
    text = trip.row[trip.column]
    changed = differences(trip.built.cells, trip.reworded.cells)
    assert changed == [("survey", trip.row.line, place, text, text + MARK)]


def test_the_tablet_gets_exactly_the_text_that_was_changed(trip):
    assert trip.reworded.xml.count(MARK) == 1
    assert trip.reworded.xml.replace(MARK, "") == trip.built.xml


def test_a_question_put_below_is_the_only_one_more(trip):
    before, after = trip.reworded.form, trip.longer.form
    at = [row.line for row in before.survey].index(trip.row.line) + 1
    assert after.survey[at]["name"] == "own_e01"
    assert after.survey[:at] + after.survey[at + 1 :] == before.survey
    assert after.choices == before.choices
    assert [question.name for question in Form.from_workbook(after).questions()].count("own_e01") == 1


def looks(book: openpyxl.Workbook, sheet: str) -> dict[str, object]:
    """What an officer sees of a sheet beside its texts."""
    found = book[sheet]
    said = [cell for line in found.iter_rows() for cell in line if cell.value]
    rules = found.data_validations.dataValidation
    shades = [rule for area in found.conditional_formatting for rule in area.rules]
    return {
        "frozen": found.freeze_panes,
        "widths": {
            place: round(column.width)
            for column in found.column_dimensions.values()
            for place in range(column.min, min(column.max, found.max_column) + 1)
        },
        "headings": [cell.fill.fgColor.rgb[-6:] for cell in found[1]],
        "fills": {cell.coordinate: cell.fill.fgColor.rgb[-6:] for cell in said if cell.fill.fill_type},
        "formats": {cell.number_format for cell in said},
        "wraps": {cell.alignment.wrap_text for cell in said},
        "right": {cell.column for cell in said if cell.alignment.horizontal == "right"},
        "lists": {(rule.formula1, str(rule.sqref)) for rule in rules if rule.type == "list"},
        "warnings": [(rule.errorStyle, rule.prompt, str(rule.sqref)) for rule in rules if rule.type == "custom"],
        "shades": [(rule.formula, rule.dxf.fill.bgColor.rgb[-6:] if rule.dxf.fill else "") for rule in shades],
        "comments": [(cell.coordinate, cell.comment.text) for cell in said if cell.comment],
        "filter": found.auto_filter.ref,
    }


@pytest.mark.parametrize("sheet", ["survey", "choices"])
def test_at_1_1_colours_frozen_headings_and_lists_survive_a_save(trip, sheet):
    assert looks(trip.reworded.book, sheet) == looks(trip.built.book, sheet)


def test_at_1_1_what_the_tool_keeps_is_grey_and_asks_before_it_is_changed(trip):
    sheet = trip.longer.book["survey"]
    kept = headings(trip.longer.path)[identity.QUESTION]
    assert kept == max(cell.column for cell in sheet[1] if cell.value)
    assert {sheet.cell(line, kept).fill.fgColor.rgb[-6:] for line in range(2, trip.row.line)} == {layout.KEPT_FILL}
    [warning] = [rule for rule in sheet.data_validations.dataValidation if rule.type == "custom"]
    assert (warning.errorStyle, warning.showErrorMessage, warning.prompt) == ("warning", True, layout.HINT[1])


def test_at_1_2_every_row_has_an_id_and_no_other_row_has_it(trip):
    ids = [row.get(identity.QUESTION, "") for row in trip.built.form.survey if not row["type"].startswith("end")]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def adapted(folder: Path, edits: Sequence[office.Step]) -> project.Project:
    """An adaptation of the census whose form.xlsx was edited and saved in place by LibreOffice."""
    made = project.create("census_migration", folder, form_id="tjk_cens27", languages=LANGUAGES)
    saved = folder / "saved.xlsx"
    office.do([office.Job(str(folder / project.FORM), [*edits, office.save(saved)])])
    saved.replace(folder / project.FORM)
    assert [row.get("name") for row in made.form.survey]
    return project.open_folder(folder)


def placed(form: Workbook, name: str) -> Row:
    return next(row for row in form.survey if row.get("name") == name)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> project.Project:
    """The census as an adaptation in four languages, as created."""
    folder = tmp_path_factory.mktemp("created") / "tjk"
    return project.create("census_migration", folder, form_id="tjk_cens27", languages=LANGUAGES)


def test_an_adaptation_has_exactly_the_edit_of_the_office(before, tmp_path):
    column = "label::Тоҷикӣ (tg)"
    place = headings(before.folder / project.FORM)
    line = placed(before.form, "sex").line
    after = adapted(tmp_path / "tjk", [office.write("survey", line, place[column], "Ҷинс")])
    changed = [(old, new) for old, new in zip(before.form.survey, after.form.survey, strict=True) if old != new]
    assert [{key for key in new if new[key] != old.get(key)} for old, new in changed] == [{column}]
    assert changed[0][1][column] == "Ҷинс"
    assert (after.form.choices, after.form.header) == (before.form.choices, before.form.header)
    assert workbook.to_json(after.standard) == workbook.to_json(before.standard)


def test_at_1_2_a_renamed_and_a_deleted_question_change_no_other_id(before, tmp_path):
    place = headings(before.folder / project.FORM)
    gone = placed(before.form, "sex").line
    renamed = placed(before.form, "visit_no")
    edits = [office.write("survey", renamed.line, place["name"], "visits")]
    edits += [office.write("survey", gone, column, "") for column in place.values()]
    after = adapted(tmp_path / "tjk", edits)
    assert placed(after.form, "visits")[identity.QUESTION] == renamed[identity.QUESTION]
    ids = [row[identity.QUESTION] for row in before.form.survey]
    ids.remove(placed(before.form, "sex")[identity.QUESTION])
    assert [row[identity.QUESTION] for row in after.form.survey] == ids


def own_columns(folder: Path) -> Mapping[str, int]:
    """Two columns of the office, by heading."""
    width = len(headings(folder / project.FORM))
    return {"Примечание отдела": width + 1, "Status 2027": width + 2}


def test_at_1_1_columns_that_the_office_added_survive_a_build_unchanged(before, tmp_path):
    own = own_columns(before.folder)
    edits = [office.write("survey", 1, place, heading) for heading, place in own.items()]
    line = placed(before.form, "sex").line
    edits += [office.write("survey", line, place, f"= {place} на 01") for place in own.values()]
    edits += [office.hide_column("survey", own["Status 2027"]), office.hide_row("survey", line)]
    after = adapted(tmp_path / "tjk", edits)
    for said in (placed(after.form, "sex"), placed(built(tmp_path / "tjk"), "sex")):
        assert {heading: said[heading] for heading in own} == {head: f"= {place} на 01" for head, place in own.items()}
    plain = xform.compile(catalog.read(str(before.folder), draft=True)).xml
    assert xform.compile(catalog.read(str(after.folder), draft=True)).xml == plain


def built(folder: Path) -> Workbook:
    """What `enumera forms build` makes of a folder."""
    out = folder.parent / "out.xlsx"
    done = CliRunner().invoke(cli.group, ["build", str(folder), "-o", str(out), "--draft"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return workbook.read(out, draft=True)


def test_at_1_1_a_workbook_built_twice_is_the_same_workbook(before, tmp_path):
    copy = tmp_path / "tjk"
    project.create("census_migration", copy, form_id="tjk_cens27", languages=LANGUAGES)
    built(copy)
    first = (tmp_path / "out.xlsx").read_bytes()
    built(before.folder)
    assert (before.folder.parent / "out.xlsx").read_bytes() == first


def test_cells_that_we_write_into_a_file_of_libreoffice_leave_its_formats(trips, tmp_path):
    trip = trips["claims"]
    edit = xlsx_cells.Edit("survey", trip.row.line, trip.column, "Ours")
    after = Saved(tmp_path / "after.xlsx")
    after.path.write_bytes(xlsx_cells.change(trip.reworded.path.read_bytes(), [edit]))
    [(*_, new)] = differences(trip.reworded.cells, after.cells)
    assert new == "Ours"
    assert looks(after.book, "survey") == looks(trip.reworded.book, "survey")


def test_a_row_that_we_insert_is_like_one_that_libreoffice_inserts(trips, tmp_path):
    trip = trips["claims"]
    ours, again = Saved(tmp_path / "ours.xlsx"), Saved(tmp_path / "again.xlsx")
    new = {"type": "note", "name": "own_e01"} | {head: "Own" for head in trip.row if head.startswith("label")}
    ours.path.write_bytes(xlsx_cells.insert_row(trip.reworded.path.read_bytes(), "survey", trip.row.line, new))
    office.do([office.Job(str(ours.path), [office.save(again.path)])])
    assert differences(ours.cells, again.cells) == []
    assert again.form.survey == trip.longer.form.survey
    assert looks(again.book, "survey") == looks(trip.longer.book, "survey")
