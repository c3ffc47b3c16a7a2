"""A cut: what is in it, that it never changes, and that it comes back as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.errors import Problem
from server.intake import Intake, Received
from server.models.datasets import Dataset
from server.models.submissions import Submission
from server.operations import datasets, response, submissions
from tests import factories
from tests.drawing import table


@pytest.fixture
def field(session):
    """A project with a form and four units of one enumerator."""
    project = factories.a_project(session)
    user = factories.a_user(session)
    factories.an_instrument(session, project)
    factories.a_sample(session, project, **dict.fromkeys(("u1", "u2", "u3", "u4"), user.id))
    session.commit()
    return project, user


@pytest.fixture
def send(app, field):
    from server.db import now

    def receive(*args, **kwargs):
        xml = factories.a_sheet(*args, **kwargs)
        project, user = field
        return Intake(app.extensions["engine"]).receive(Received(project.id, user.id, xml, now()))

    return receive


def cut(session, field, name="first", **over):
    made = datasets.cut(session, project_id=field[0].id, name=name, **over)
    session.commit()
    return made


def test_it_works(session, field, send):
    send("01-u1", persons=3)
    made = cut(session, field)
    assert (made["units"], made["interviews"], made["persons"]) == (4, 1, 3)


def test_every_drawn_unit_has_a_disposition_at_close(session, field, send):
    send("01-u1", "1", uuid="uuid:1")
    send("01-u2", "3", uuid="uuid:2")
    send("01-u3", "5", uuid="uuid:3")
    units = datasets.load(session, dataset_id=cut(session, field)["dataset_id"]).units
    wanted = table(
        """
        household_id | disposition | result | visits
        -------------+-------------+--------+-------
        01-u1        | 1.1         | 1      | 1
        01-u2        | 2.24        | 3      | 1
        01-u3        | 2.11        | 5      | 1
        01-u4        | 3.11        | .      | 0
        """
    )
    got = units[list(wanted)].assign(result=units["result"].replace("", None), disposition=units["disposition"])
    wanted[["disposition", "result"]] = [["1.1", "1"], ["2.24", "3"], ["2.11", "5"], ["3.11", None]]
    assert got.astype(object).where(got.notna(), None).values.tolist() == (
        wanted.astype(object).where(wanted.notna(), None).values.tolist()
    )


def test_final_units_have_the_dispositions_of_the_response_page(session, field, send):
    for number, result in enumerate("135", start=1):
        send(f"01-u{number}", result, uuid=f"uuid:{number}")
    record = session.get(Dataset, cut(session, field)["dataset_id"]).record
    page = response.total(response.table(session, project_id=field[0].id, group="region", scope=None))
    at_close = {"2.24": 1, "3.11": 1}  # nobody at home once, and never visited
    assert page.pending == sum(at_close.values()) == record["open_at_close"]
    assert record["dispositions"] == {**page.codes, **at_close}


def test_the_same_sheets_give_the_same_digest(session, field, send):
    send("01-u1")
    assert cut(session, field, "first")["digest"] == cut(session, field, "second")["digest"]


def test_a_cut_is_as_of_its_moment(session, field, send):
    send("01-u1", uuid="uuid:1")
    received = session.scalar(select(Submission.received_at))
    before = cut(session, field, "before", as_of=(received - timedelta(seconds=1)).isoformat())
    at = cut(session, field, "at", as_of=received.isoformat())
    assert (before["interviews"], at["interviews"]) == (0, 1)


def test_later_sheets_do_not_change_a_cut(session, field, send):
    send("01-u1", uuid="uuid:1")
    made = cut(session, field)
    send("01-u2", uuid="uuid:2")
    assert len(datasets.load(session, dataset_id=made["dataset_id"]).visits) == 1


def test_a_corrected_interview_keeps_the_id_of_its_first_version(session, field, send):
    send("01-u1", persons=2)
    send("01-u1", uuid="uuid:2", corrects="uuid:1", persons=3)
    frozen = datasets.load(session, dataset_id=cut(session, field)["dataset_id"])
    assert frozen.tables.frames["household"]["key"].tolist() == ["uuid:1"]
    assert len(frozen.tables.frames["person"]) == 3


def test_a_rejected_sheet_is_left_out_and_counted_as_such(session, field, send):
    outcome = send("01-u1")
    submissions.review(session, submission_id=outcome.submission_id, state="rejected", by="s1", reason="made up")
    session.commit()
    made = cut(session, field)
    record = session.get(Dataset, made["dataset_id"]).record
    assert (made["interviews"], record["left_out"]) == (0, {"rejected": 1})


def test_the_survey_has_all_units_and_the_answers_of_those_interviewed(session, field, send):
    send("01-u1", persons=3)
    survey = datasets.survey(datasets.load(session, dataset_id=cut(session, field)["dataset_id"]))
    data = survey.data.set_index("household_id")
    assert data.loc["01-u1", ["n_persons", "hh_size"]].tolist() == [3, "3-4"]
    assert data["n_persons"].isna().tolist() == [False, True, True, True]
    assert survey.weights.tolist() == [10.0] * 4


def test_tables_come_back_with_their_types(session, field, send):
    send("01-u1")
    frozen = datasets.load(session, dataset_id=cut(session, field)["dataset_id"])
    assert str(frozen.tables.frames["person"]["age"].dtype) == "Int64"
    assert str(frozen.tables.frames["household"]["end"].dtype) == "datetime64[us, UTC]"
    assert frozen.codebook.of_table("household")["result"].codes["5"]["en"] == "Refused"


def test_a_name_is_used_once(session, field, send):
    cut(session, field)
    with pytest.raises(Problem, match="choose another name"):
        cut(session, field)


def test_a_project_without_a_sample_is_told_what_to_do(session):
    project = factories.a_project(session)
    with pytest.raises(Problem, match="draw one before"):
        datasets.cut(session, project_id=project.id, name="first")
