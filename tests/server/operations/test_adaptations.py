"""Adaptations on the server: begun, changed by one person at a time, kept, accepted, and each change on record."""

import io
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.errors import WorkbookError
from forms.xlsx_cells import Edit, change
from server.errors import Problem
from server.models.events import Event
from server.operations import adaptations, questions, wordings
from tests import factories

STANDARD = "training"


@pytest.fixture
def survey(session):
    """A project."""
    project = factories.a_project(session)
    session.commit()
    return project


def begun(session, config, survey, **over):
    said = {"standard": STANDARD, "name": "prices", "languages": ["en"], "parameters": {}, "pack": "", "actor": "o1"}
    place = adaptations.begin(session, config, project_id=survey.id, **{**said, **over})
    session.commit()
    return place


@pytest.fixture
def place(session, config, survey):
    """A small form adapted in English and a language that it does not have yet."""
    return begun(session, config, survey, languages=["en", "tg"])


def first_question(place):
    return next(row for row in adaptations.opened(place).form.survey if row.get("type") == "integer")


def rewritten(data: bytes, sheet: str, cell: str, text: str) -> bytes:
    """The workbook as a spreadsheet program saves it with one cell changed."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[sheet][cell] = text
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def label_cell(place, row) -> str:
    return row.cell("label::English (en)").partition("!")[2]


def test_an_adaptation_lies_in_the_folder_of_its_survey(place, config, survey):
    assert place.folder == config.data_dir / "adaptations" / str(survey.id) / "prices"
    assert adaptations.names(config, survey.id) == ("prices",)
    assert adaptations.names(config, survey.id + 1) == ()


@pytest.mark.parametrize("name", ["../other", "a/b", "Prices", "", "1st", "a" * 41, "prices\n", "..", "a.b"])
def test_what_cannot_be_a_name_is_never_a_path(session, config, survey, name):
    with pytest.raises(Problem) as refused:
        begun(session, config, survey, name=name)
    assert refused.value.status == 400
    with pytest.raises(Problem) as unknown:
        adaptations.folder_of(config, survey.id, name)
    assert unknown.value.code == 404.1


@pytest.mark.parametrize("name", ["prices", STANDARD])
def test_a_name_in_use_here_or_in_the_library_is_refused(session, config, survey, place, name):
    with pytest.raises(Problem) as refused:
        begun(session, config, survey, name=name)
    assert refused.value.code == 409.3


def test_what_cannot_be_begun_leaves_nothing_behind(session, config, survey):
    with pytest.raises(WorkbookError, match="no_such"):
        begun(session, config, survey, parameters={"no_such": "x"})
    assert adaptations.names(config, survey.id) == ()
    assert list((config.data_dir / "adaptations" / str(survey.id)).iterdir()) == []


def test_an_adaptation_of_an_unknown_survey_is_not_begun(session, config, survey):
    with pytest.raises(Problem) as refused:
        adaptations.begin(
            session,
            config,
            project_id=survey.id + 1,
            standard=STANDARD,
            name="prices",
            languages=[],
            parameters={},
            pack="",
            actor="o1",
        )
    assert refused.value.code == 404.1


def test_every_change_is_written_to_the_audit_trail(session, place):
    row = first_question(place)
    edits = [Edit("survey", row.line, "label::English (en)", "How much?")]
    adaptations.change(session, place, edit=lambda data: change(data, edits), actor="o2", what={"changed": "x"})
    session.commit()
    events = session.scalars(select(Event).order_by(Event.id)).all()
    assert [(one.actor, one.verb, one.subject) for one in events] == [
        ("o1", "instrument.adapt", "prices"),
        ("o2", "instrument.adapt", "prices"),
    ]
    assert "How much?" not in repr([one.details for one in events])


def test_a_workbook_from_a_spreadsheet_comes_back(session, place):
    row = first_question(place)
    data = rewritten(place.form.read_bytes(), "survey", label_cell(place, row), "How much then?")
    adaptations.upload_form(session, place, data=data, seen=place.digest, actor="o1")
    assert place.form.read_bytes() == data
    assert questions.find(place, row["x_qid"])["label::English (en)"] == "How much then?"


def test_the_version_before_is_kept(session, place):
    before, row = place.form.read_bytes(), first_question(place)
    data = rewritten(before, "survey", label_cell(place, row), "How much then?")
    adaptations.upload_form(session, place, data=data, seen=place.digest, actor="o1")
    (kept,) = adaptations.earlier(place)
    assert (place.folder / "history" / kept).read_bytes() == before


def test_only_the_newest_versions_are_kept(session, place, monkeypatch):
    monkeypatch.setattr(adaptations, "KEPT", 2)
    row = first_question(place)
    for number in range(4):
        edits = [Edit("survey", row.line, "label::English (en)", f"How much {number}?")]
        adaptations.change(session, place, edit=lambda data, to=edits: change(data, to), actor="o1", what={})
    assert [name[:6] for name in adaptations.earlier(place)] == ["000004", "000003"]


def test_a_copy_taken_before_a_change_is_refused_and_both_are_kept(session, place):
    row, seen = first_question(place), place.digest
    late = rewritten(place.form.read_bytes(), "survey", label_cell(place, row), "From Excel?")
    edits = [Edit("survey", row.line, "label::English (en)", "From the browser?")]
    adaptations.change(session, place, edit=lambda data: change(data, edits), actor="o1", what={})
    with pytest.raises(Problem) as refused:
        adaptations.upload_form(session, place, data=late, seen=seen, actor="o2")
    assert refused.value.code == 409.51
    assert questions.find(place, row["x_qid"])["label::English (en)"] == "From the browser?"
    assert late in [(place.folder / "history" / name).read_bytes() for name in adaptations.earlier(place)]


def test_a_late_copy_may_be_put_in_place_on_purpose(session, place):
    row = first_question(place)
    late = rewritten(place.form.read_bytes(), "survey", label_cell(place, row), "From Excel?")
    adaptations.upload_form(session, place, data=late, seen="another state", actor="o2", late=True)
    assert questions.find(place, row["x_qid"])["label::English (en)"] == "From Excel?"


def test_the_workbook_of_another_form_is_refused(session, config, survey, place):
    other = begun(session, config, survey, name="others")
    before = place.form.read_bytes()
    with pytest.raises(Problem, match="'others'"):
        adaptations.upload_form(session, place, data=other.form.read_bytes(), seen=place.digest, actor="o1")
    assert place.form.read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no workbook", b"name;label\n"])
def test_what_is_no_workbook_changes_nothing(session, place, data):
    before = place.form.read_bytes()
    with pytest.raises(WorkbookError):
        adaptations.upload_form(session, place, data=data, seen=place.digest, actor="o1")
    assert place.form.read_bytes() == before


def test_a_workbook_whose_groups_do_not_close_is_refused(session, place):
    end = next(row for row in adaptations.opened(place).form.survey if row["type"].startswith("end_"))
    data = rewritten(place.form.read_bytes(), "survey", end.cell("type").partition("!")[2], "note")
    with pytest.raises(WorkbookError):
        adaptations.upload_form(session, place, data=data, seen=place.digest, actor="o1")


def test_two_who_change_one_form_at_once_both_get_through_one_after_the_other(app, place):
    rows = [row for row in adaptations.opened(place).form.survey if "label::English (en)" in row][:2]

    def write(row):
        edits = [Edit("survey", row.line, "label::English (en)", f"Text {row.line}")]
        with Session(app.extensions["engine"]) as own, own.begin():
            adaptations.change(own, place, edit=lambda data: change(data, edits), actor="o1", what={})

    with ThreadPoolExecutor() as both:
        list(both.map(write, rows))
    now = [questions.find(place, row["x_qid"])["label::English (en)"] for row in rows]
    assert now == [f"Text {row.line}" for row in rows]


def test_a_question_is_saved_only_as_it_was_seen(session, place):
    row = questions.find(place, first_question(place)["x_qid"])
    qid, seen = row["x_qid"], questions.version_of([row])
    questions.save(session, place, qid=qid, seen=seen, cells={"label::English (en)": "One?"}, actor="o1")
    with pytest.raises(Problem) as refused:
        questions.save(session, place, qid=qid, seen=seen, cells={"label::English (en)": "Two?"}, actor="o2")
    assert refused.value.code == 409.51
    assert questions.find(place, qid)["label::English (en)"] == "One?"


def test_saving_what_stands_there_changes_nothing(session, place):
    row, before = questions.find(place, first_question(place)["x_qid"]), place.form.read_bytes()
    assert not questions.save(
        session, place, qid=row["x_qid"], seen=questions.version_of([row]), cells=dict(row), actor="o1"
    )
    assert place.form.read_bytes() == before


def names_of(place):
    return [row.get("name", "") for row in adaptations.opened(place).form.survey]


def test_a_new_question_follows_the_one_it_was_added_after_and_keeps_its_id(session, place):
    row = first_question(place)
    cells = {"type": "text", "name": "remark", "label::English (en)": "Anything else?"}
    qid = questions.add(session, place, after=row["x_qid"], cells=cells, actor="o1")
    found = names_of(place)
    assert found[found.index(row["name"]) + 1] == "remark"
    added = questions.find(place, qid)
    questions.save(
        session, place, qid=qid, seen=questions.version_of([added]), cells={"name": "remark_other"}, actor="o1"
    )
    assert questions.find(place, qid)["name"] == "remark_other"


def test_a_name_in_use_is_not_added(session, place):
    row = first_question(place)
    with pytest.raises(Problem) as refused:
        questions.add(session, place, after=row["x_qid"], cells={"type": "text", "name": row["name"]}, actor="o1")
    assert refused.value.code == 409.3


def test_a_dropped_question_is_gone_and_the_comparison_says_so(session, place):
    row = questions.find(place, first_question(place)["x_qid"])
    questions.drop(session, place, qid=row["x_qid"], seen=questions.version_of([row]), actor="o1")
    assert row["name"] not in names_of(place)
    assert row["x_qid"] in [one.qid for one in adaptations.compared(place).changes if one.kind == "REMOVED"]


def test_a_group_is_not_dropped_without_its_end(session, place):
    group = next(row for row in adaptations.opened(place).form.survey if row["type"].startswith("begin"))
    row = questions.find(place, group["x_qid"])
    with pytest.raises(Problem, match="group"):
        questions.drop(session, place, qid=row["x_qid"], seen=questions.version_of([row]), actor="o1")


def test_moving_down_and_up_again_leaves_the_order_as_it_was(session, place):
    qid, before = first_question(place)["x_qid"], names_of(place)
    questions.move(
        session, place, qid=qid, up=False, seen=questions.version_of([questions.find(place, qid)]), actor="o"
    )
    moved = names_of(place)
    questions.move(session, place, qid=qid, up=True, seen=questions.version_of([questions.find(place, qid)]), actor="o")
    assert sorted(moved) == sorted(before)
    assert moved != before == names_of(place)


def a_list(place):
    """A short list, with its rows."""
    form = adaptations.opened(place).form
    name = next(name for name, rows in form.lists.items() if 2 < len(rows) < 20)
    return name, questions.choices(place, name)


def test_choices_are_reworded_dropped_and_added_at_once(session, place):
    name, rows = a_list(place)
    questions.save_choices(
        session,
        place,
        name=name,
        seen=questions.version_of(rows),
        cells={rows[0].line: {"label::English (en)": "Reworded"}},
        dropped=[rows[1].line],
        added={"name": "77", "label::English (en)": "New"},
        actor="o1",
    )
    now = questions.choices(place, name)
    assert [row["name"] for row in now] == [rows[0]["name"], *(row["name"] for row in rows[2:]), "77"]
    assert now[0]["label::English (en)"] == "Reworded"
    assert "x_standard" not in now[-1]


def test_a_list_that_somebody_changed_meanwhile_is_not_overwritten(session, place):
    name, rows = a_list(place)
    said = {"name": name, "seen": questions.version_of(rows), "dropped": [], "added": {}, "actor": "o1"}
    questions.save_choices(session, place, cells={rows[0].line: {"label::English (en)": "One"}}, **said)
    with pytest.raises(Problem) as refused:
        questions.save_choices(session, place, cells={rows[0].line: {"label::English (en)": "Two"}}, **said)
    assert refused.value.code == 409.51


def test_a_list_of_the_offices_own_takes_the_place_of_the_forms(session, place):
    name, rows = a_list(place)
    lines = [f"{row['name']},{row['label::English (en)']}" for row in rows]
    data = "\n".join(["name,label::English (en)", *lines, "77,One more"]).encode()
    report = adaptations.set_list(session, place, name=name, data=data, suffix=".csv", actor="o1")
    assert report.added == ("77",)
    assert [row["name"] for row in adaptations.opened(place).form.lists[name]][-1] == "77"
    assert questions.choices(place, name) == ()


def test_a_list_that_the_form_has_not_is_not_found(session, place):
    with pytest.raises(Problem) as refused:
        adaptations.set_list(session, place, name="nothing", data=b"name,label\n1,x\n", suffix=".csv", actor="o1")
    assert refused.value.code == 404.1


def given_up(session, place):
    """Drop questions until an indicator is no longer the standard's; its id."""
    for indicator in adaptations.opened(place).contract.indicators:
        for name in indicator.recipe.needs:
            row = next(one for one in adaptations.opened(place).form.survey if one.get("name") == name)
            qid = row["x_qid"]
            seen = questions.version_of([questions.find(place, qid)])
            questions.drop(session, place, qid=qid, seen=seen, actor="o1")
            return indicator.id
    raise AssertionError("the form feeds no indicator")


def test_the_checks_name_a_statistic_until_somebody_gives_it_up(session, place):
    def told():
        return [one.message for one in adaptations.findings(place) if one.rule == "indicator-open"]

    statistic = given_up(session, place)
    assert [text for text in told() if f" {statistic} " in text]
    adaptations.accept(session, place, statistics=[statistic], reason="not needed", who="Officer o1", actor="o1")
    assert [text for text in told() if f" {statistic} " in text] == []


def test_an_accepted_statistic_waits_for_nobody(session, place):
    statistic = given_up(session, place)
    assert statistic in [one.id for one in adaptations.compared(place).open]
    adaptations.accept(session, place, statistics=[statistic], reason="not needed", who="Officer o1", actor="o1")
    assert statistic not in [one.id for one in adaptations.compared(place).open]
    assert "not needed" in (place.folder / "CHANGES.md").read_text()


@pytest.mark.parametrize("statistics", [["nothing"], []])
def test_what_did_not_change_is_not_accepted(session, place, statistics):
    with pytest.raises(Problem):
        adaptations.accept(session, place, statistics=statistics, reason="why", who="o1", actor="o1")
    assert not (place.folder / "CHANGES.md").exists()


def test_nothing_is_accepted_without_a_reason(session, place):
    statistic = given_up(session, place)
    with pytest.raises(WorkbookError, match="why"):
        adaptations.accept(session, place, statistics=[statistic], reason=" ", who="o1", actor="o1")
    assert statistic in [one.id for one in adaptations.compared(place).open]


def test_a_translation_is_saved_and_counted(session, place):
    text = next(one for one in wordings.texts(place, "tg") if wordings.state_of(one) == wordings.MISSING)
    before = next(one for one in wordings.status(place) if one.language == "tg").done["labels"][0]
    words = " ".join(["матн", *(text.original.split()[i] for i, w in enumerate(text.original.split()) if "{" in w)])
    wordings.save(
        session,
        place,
        language="tg",
        key=wordings.key_of(text),
        seen=wordings.version_of(text),
        text=words,
        actor="t1",
    )
    now = next(one for one in wordings.texts(place, "tg") if one.key == text.key)
    assert (now.text, wordings.state_of(now)) == (words, wordings.DONE)
    assert next(one for one in wordings.status(place) if one.language == "tg").done["labels"][0] == before + 1


def test_a_translation_that_lost_a_placeholder_is_refused(session, place):
    text = next(one for one in wordings.texts(place, "tg") if "${" in one.original or "{{" in one.original)
    with pytest.raises(WorkbookError, match="lost placeholder"):
        wordings.save(
            session,
            place,
            language="tg",
            key=wordings.key_of(text),
            seen=wordings.version_of(text),
            text="матн",
            actor="t1",
        )


def test_a_translators_file_goes_out_and_comes_back(session, place):
    sent = wordings.send(place, language="tg", suffix="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(sent))
    sheet = book.active
    line = next(number for number in range(2, sheet.max_row + 1) if "{" not in sheet.cell(number, 1).value)
    sheet.cell(line, 2).value = "матни нав"
    saved = io.BytesIO()
    book.save(saved)
    done = wordings.take(session, place, data=saved.getvalue(), suffix=".xlsx", actor="t1")
    assert done.counts["accepted"] == 1
    assert "матни нав" in [one.text for one in wordings.texts(place, "tg")]
    assert len(adaptations.earlier(place)) == 1


def test_there_is_nothing_to_translate_into_the_language_of_the_original(place):
    with pytest.raises(Problem) as refused:
        wordings.texts(place, "en")
    assert refused.value.code == 404.1
