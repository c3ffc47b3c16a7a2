"""The things a server's test needs: people, a project, a published form, drawn units, tablets, answer sheets."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from forms import instances
from server.models.instruments import Instrument
from server.models.projects import Project
from server.models.samples import Sample, Unit
from server.models.users import User
from server.operations import accounts, instruments, projects
from tests.drawing import workbook

KEY = "a-key-for-tests-only"

FORM = """
    | survey   |                                     |              |                  |             |
    |          | type                                | name         | label            | calculation |
    |          | start                               | start        |                  |             |
    |          | end                                 | end          |                  |             |
    |          | deviceid                            | deviceid     |                  |             |
    |          | select_one_from_file households.csv | household_id | Household        |             |
    |          | integer                             | visit_no     | Visit            |             |
    |          | geopoint                            | place        | Place            |             |
    |          | select_one result                   | result       | Result           |             |
    |          | begin_repeat                        | person       | Person           |             |
    |          | text                                | p_name       | Name             |             |
    |          | integer                             | age          | Age              |             |
    |          | end_repeat                          |              |                  |             |
    | choices  |                                     |              |                  |             |
    |          | list_name                           | name         | label            |             |
    |          | result                              | 1            | Completed        |             |
    |          | result                              | 2            | Partly completed |             |
    |          | result                              | 3            | Nobody at home   |             |
    |          | result                              | 5            | Refused          |             |
    | settings |                                     |              |                  |             |
    |          | form_title                          | form_id      | version          |             |
    |          | Households                          | households   | {version}        |             |
"""

DISPOSITIONS = {"1": "1.1", "2": "1.2", "3": "", "5": "2.11"}


def a_user(session: Session, name: str = "e01", role: str = "enumerator", **over) -> User:
    return accounts.create_user(session, name=name, role=role, display=over.pop("display", name), **over)


def a_project(session: Session, name: str = "survey", **over) -> Project:
    settings = {"on_device": ["ea"], **over.pop("settings", {})}
    return projects.open_project(session, name=name, title=over.pop("title", "A survey"), settings=settings, **over)


def a_form(version: str = "1"):
    """The workbook of a form with a roster, its roles as form.toml would give them."""
    from dataclasses import replace

    book = workbook(FORM.format(version=version))
    roles = {"sample_key": "household_id", "result": "result", "visit": "visit_no", "position": "place"}
    header = replace(book.header, **roles, dispositions=DISPOSITIONS, dispositions_at_close={"3": "2.24"})
    return replace(book, header=header)


def an_instrument(session: Session, project: Project, version: str = "1") -> Instrument:
    return instruments.publish(session, project_id=project.id, workbook=a_form(version))


def a_sample(session: Session, project: Project, **assigned: int | None) -> Sample:
    """A sample of units `u1=user_id, u2=None ...`: keys become `01-u1`, each unit stands for ten."""
    design = {"ids": ["ea", "household_id"], "weight": "weight_base", "strata": "stratum"}
    design |= {"probabilities": [], "lonely": "adjust"}
    sample = Sample(project_id=project.id, name="sample", plan="", record={}, design=design)
    session.add(sample)
    session.flush()
    for number, (name, user_id) in enumerate(assigned.items()):
        key, ea = f"01-{name}", f"ea{number % 2}"
        facts = {"household_id": key, "ea": ea, "stratum": "s", "urban": "1", "weight_base": 10.0}
        session.add(
            Unit(
                sample_id=sample.id,
                project_id=project.id,
                key=key,
                label=f"House {name}",
                psu=ea,
                stratum="s",
                region="1",
                urban="1",
                probability=0.1,
                base_weight=10.0,
                facts=facts,
                assigned_to_id=user_id,
            )
        )
    session.flush()
    return sample


def a_tablet(session: Session, user: User, project: Project) -> str:
    """The path below the server's address that this person's tablet is set to."""
    _, secret = accounts.issue_token(session, user_id=user.id, project_id=project.id, kind="tablet", secret_key=KEY)
    return f"/v1/key/{secret}/projects/{project.id}"


def a_sheet(
    unit: str = "01-u1",
    result: str = "1",
    *,
    uuid: str = "uuid:1",
    corrects: str = "",
    version: str = "1",
    minute: int = 0,
    persons: int = 2,
    **answers,
) -> bytes:
    """An answer sheet of the form, as a client writes it."""
    from forms.definition import Form

    ended = datetime(2026, 11, 24, 10, minute, tzinfo=UTC).isoformat()
    given = {"end": ended, "household_id": unit, "visit_no": "1", "place": "0.5 1.5 0 5", "result": result}
    if result == "1":
        given["person"] = [{"p_name": f"Respondent{n}", "age": str(20 + n)} for n in range(persons)]
    form = Form.from_workbook(a_form(version))
    return instances.build(form, {**given, **answers}, instance_id=uuid, deprecated_id=corrects)


def a_post(xml: bytes, **files: bytes) -> dict:
    """Arguments of `client.post` that send a sheet with its files (`photo_jpg=...` is sent as photo.jpg)."""
    parts = {"xml_submission_file": (io.BytesIO(xml), "sheet.xml", "text/xml")}
    for name, data in files.items():
        filename = name.replace("_", ".")
        parts[filename] = (io.BytesIO(data), filename)
    return {"data": parts, "content_type": "multipart/form-data"}
