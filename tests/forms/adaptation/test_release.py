"""A release: the next version of a questionnaire, and what stands against publishing it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from forms import adaptation, catalog, workbook
from forms.adaptation import Project, acceptance, release
from forms.adaptation.acceptance import Acceptance
from forms.adaptation.compare import compare
from forms.adaptation.release import CHECK, DATA, LANGUAGE, STATISTIC
from forms.workbook import Workbook
from tests.forms.adaptation import small

DAY = dt.date(2026, 11, 25)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return small.adapt(tmp_path)


def prepared(project: Project, published: Workbook | None = None, **over) -> release.Release:
    return release.prepare(project, published=published, day=DAY, **over)


def kinds(made: release.Release) -> list[tuple[str, str]]:
    return [(blocker.kind, blocker.id) for blocker in made.blockers]


def accept(project: Project, statistic: str) -> Project:
    """The adaptation after an officer let a statistic go."""
    effect = next(one for one in compare(project).indicators if one.id == statistic)
    said = Acceptance("2026-11-25", "n1", statistic, effect.effect, "not asked this year", effect.fingerprint)
    acceptance.add(project.folder, said)
    return adaptation.open_folder(project.folder)


def test_at_1_20_an_adaptation_that_changes_nothing_is_ready_under_the_days_version(project):
    made = prepared(project)
    assert (made.version, made.workbook.header.version, kinds(made)) == ("2026112501", "2026112501", [])
    assert made.workbook == prepared(project).workbook


@pytest.mark.parametrize(
    ("own", "taken", "version"),
    [
        ("", [], "2026112501"),
        ("2026110101", [], "2026112501"),
        ("2026112503", [], "2026112503"),
        ("1", ["v2", "17"], "2026112501"),
        ("", ["2026112501"], "2026112502"),
        ("", ["2026112507", "2026112502"], "2026112508"),
        ("2026112501", ["2027010101"], "2027010102"),
    ],
)
def test_at_1_20_a_version_is_the_day_and_a_number_above_all_that_are_taken(own, taken, version):
    assert release.next_version(own, taken, DAY) == version


def test_at_1_20_an_error_of_the_check_stands_against_it_with_its_cell_and_cure(project):
    broken = small.edit(project, small.put("survey", "born", "relevant", "${nobody} = 1"))
    found = [blocker for blocker in prepared(broken).blockers if blocker.kind == CHECK]
    assert found
    assert all(blocker.do and "form.xlsx" in blocker.where for blocker in found)
    assert any("nobody" in blocker.says for blocker in found)


def test_at_1_20_a_language_that_is_not_ready_stands_against_it_until_it_is_left_out(project):
    unready = small.edit(project, small.put("survey", "born", "label::Русский (ru)", ""))
    made = prepared(unready)
    assert kinds(made) == [(LANGUAGE, "ru")]
    assert "survey!" in str(made.blockers[0])
    english = prepared(unready, languages=["en"])
    assert kinds(english) == []
    assert list(english.workbook.header.languages) == ["en"]


def test_at_1_20_a_lost_indicator_stands_against_it_until_an_officer_accepts_that(project):
    poorer = small.edit(project, small.drop("age"))
    made = prepared(poorer)
    assert kinds(made) == [(STATISTIC, "S-2")]
    assert f"enumera forms accept {project.folder.name} S-2" in made.blockers[0].do
    assert kinds(prepared(accept(poorer, "S-2"))) == []


def test_at_1_7_an_acceptance_travels_in_the_header_and_survives_publishing(project):
    made = prepared(accept(small.edit(project, small.drop("age")), "S-2"))
    assert made.workbook.header.accepted == {"S-2": "lost: not asked this year (n1, 2026-11-25)"}
    assert workbook.from_json(workbook.to_json(made.workbook)).header.accepted == made.workbook.header.accepted


def test_at_1_7_what_is_the_standards_again_is_no_longer_said_to_be_accepted(project):
    poorer = small.edit(project, small.drop("age"))
    accept(poorer, "S-2")
    (project.folder / "form.xlsx").unlink()
    workbook.write_xlsx(project.standard, project.folder / "form.xlsx")
    assert prepared(adaptation.open_folder(project.folder)).workbook.header.accepted == {}


def test_at_1_9_new_questions_leave_earlier_data_safe(project):
    before = prepared(project).workbook
    asks = {"type": "select_one place", "name": "lives", "required": "yes"}
    asks |= {"label_en": "Where does this person live?", "label_ru": "Где живёт этот человек?"}
    made = prepared(small.edit(project, small.add("born", **asks)), before)
    assert kinds(made) == []
    assert (made.data, made.version) == ("safe", "2026112502")


def test_at_1_9_another_type_is_refused_beside_the_published_version(project):
    before = prepared(project).workbook
    made = prepared(small.edit(project, small.put("survey", "age", "type", "text")), before)
    assert made.data == "refused"
    assert (DATA, "age") in kinds(made)


def test_at_1_9_a_code_that_means_something_else_is_refused_beside_the_published_version(project):
    before = prepared(project).workbook
    turned = small.edit(project, small.put("choices", "place/1", "x_standard", "2"))
    turned = small.edit(turned, small.put("choices", "place/2", "x_standard", "1"))
    assert DATA in dict(kinds(prepared(turned, before)))


def test_a_form_without_a_standard_is_held_against_the_published_version_alone(tmp_path):
    folder = small.write_standard(tmp_path / "small")
    book = catalog.read(str(folder), draft=True)
    first = release.prepare_workbook(book, published=None, day=DAY)
    assert (first.version, kinds(first)) == ("2026112501", [])
    survey = folder / "survey.csv"
    survey.write_text(survey.read_text(encoding="utf-8").replace("integer,age", "decimal,age"), encoding="utf-8")
    again = release.prepare_workbook(
        catalog.read(str(folder), draft=True), published=first.workbook, day=DAY, taken=["2026112502"]
    )
    assert again.version == "2026112503"
    assert (DATA, "age") in kinds(again)


def test_two_versions_that_differ_in_nothing_else_have_the_same_contents(project):
    one, other = prepared(project), prepared(project, taken=["2026112501"])
    assert one.version != other.version
    assert release.same_contents(one.workbook, other.workbook)
    changed = small.edit(project, small.put("survey", "born", "hint::English (en)", "Ask of each person."))
    assert not release.same_contents(one.workbook, prepared(changed).workbook)
