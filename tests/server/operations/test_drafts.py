"""A draft: tried out on test tablets, then published as it was; its interviews are never data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from forms import catalog
from forms.adaptation import release
from forms.adaptation.release import Release
from server.errors import Problem
from server.models.events import Event
from server.models.instruments import Instrument, InstrumentFile
from server.models.projects import Project, surveys, twin_of
from server.models.samples import Unit
from server.models.submissions import Attachment, Content, Submission
from server.models.users import User
from server.operations import datasets, drafts, exports, instruments, progress, projects, response, samples, weights
from tests import factories
from tests.drawing import workbook
from tests.forms.adaptation import small

DAY = dt.date(2026, 11, 25)
RECIPE = 'base = "design"\n'


def a_draft(session, project, version="2026112501") -> Instrument:
    """A draft of the form of the other tests, whatever the check would say of it."""
    return drafts.make(session, project_id=project.id, release=Release(a_form(version), version, ()))


def a_form(version):
    """The form, told apart from its other versions by its title."""
    book = factories.a_form(version)
    return replace(book, header=replace(book.header, title=f"Households {version}"))


@pytest.fixture
def project(session):
    """A survey in the field: one unit interviewed, one open, and an export made of it."""
    project = factories.a_project(session)
    user = factories.a_user(session)
    factories.an_instrument(session, project)
    factories.a_sample(session, project, u1=user.id, u2=user.id)
    session.commit()
    return project


@pytest.fixture
def tester(session, project):
    """The path of the test tablets, once there is a draft."""

    def path() -> str:
        _, secret, twin = drafts.tablet(session, project_id=project.id, secret_key=factories.KEY)
        session.commit()
        return f"/v1/key/{secret}/projects/{twin.id}"

    return path


def send(client, tablet, **sheet):
    sent = client.post(f"{tablet}/submission", **factories.a_post(factories.a_sheet(**sheet)))
    assert sent.status_code == 201
    return sent


def everything_counted(session, project_id):
    """Every number that the survey's pages, tables and files are made of."""
    given = {"project_id": project_id}
    sample = samples.Sample.__table__
    cut = datasets.cut(session, name="proof", as_of="2027-01-01T00:00:00+00:00", **given)
    weighting = weights.apply(session, dataset_id=cut["dataset_id"], recipe=RECIPE, margins={})
    held = exports.gather(session, dataset_id=cut["dataset_id"], weighting_id=None)
    found = {
        "cut": {name: value for name, value in cut.items() if name != "dataset_id"},
        "left_out": datasets.find(session, dataset_id=cut["dataset_id"]).record["left_out"],
        "weights": [(step["rows"], step["sum_after"]) for step in weighting["steps"]],
        "export": {name: len(frame) for name, frame in held.tables.frames.items()},
        "summary": progress.summary(session, on=DAY, scope=None, **given),
        "areas": progress.table(session, group="psu", scope=None, **given),
        "enumerators": progress.table(session, group="enumerator", scope=None, **given),
        "days": progress.series(session, until=DAY, scope=None, **given),
        "response": response.table(session, group="region", scope=None, **given),
        "samples": session.scalar(select(func.count()).select_from(sample).where(sample.c.project_id == project_id)),
    }
    session.rollback()
    return found


def test_at_1_20_a_test_interview_changes_no_number_of_the_survey(app, session, project, tester):
    a_draft(session, project)
    tablet = tester()
    before = everything_counted(session, project.id)
    client = app.test_client()
    for number, result in enumerate(["1", "3", "5"]):
        send(client, tablet, unit="01-u1", result=result, version="2026112501", uuid=f"uuid:t{number}")
    assert len(drafts.tests(session, project_id=project.id)) == 3
    assert everything_counted(session, project.id) == before


def test_at_1_20_test_interviews_are_never_cut_whoever_asks(app, session, project, tester):
    a_draft(session, project)
    send(app.test_client(), tester(), version="2026112501")
    twin = session.scalars(twin_of(project.id)).one()
    with pytest.raises(Problem, match="never data") as refused:
        datasets.cut(session, project_id=twin.id, name="tests")
    assert refused.value.code == 409.54


def test_the_twin_is_in_no_list_and_under_no_address(app, session, project):
    a_draft(session, project)
    session.commit()
    twin = session.scalars(twin_of(project.id)).one()
    assert [one.id for one in session.scalars(surveys())] == [project.id]
    for look in (
        lambda: projects.named(session, name=twin.name),
        lambda: progress.project(session, project_id=twin.id),
    ):
        with pytest.raises(Problem) as refused:
            look()
        assert refused.value.status == 404


def test_the_test_tablet_has_the_draft_and_the_field_does_not(app, session, project, tester):
    field = factories.a_tablet(session, session.scalars(select(User).where(User.name == "e01")).one(), project)
    a_draft(session, project)
    client, tablet = app.test_client(), tester()
    assert "<version>2026112501</version>" in client.get(f"{tablet}/formList").text
    assert "<version>1</version>" in client.get(f"{field}/formList").text
    assert client.get(f"{field.rsplit('/', 1)[0]}/{project.id + 1}/formList").status_code == 403


def test_the_test_tablet_lists_the_first_units_of_the_sample(app, session, project, tester):
    a_draft(session, project)
    rows = app.test_client().get(f"{tester()}/forms/households/attachments/households.csv").text.splitlines()
    assert rows == ["name,label,ea,status", "01-u1,House u1,ea0,open", "01-u2,House u2,ea1,open"]


def test_a_test_interview_of_a_listed_unit_is_counted_where_it_belongs(app, session, project, tester):
    made = a_draft(session, project)
    sent = send(app.test_client(), tester(), version="2026112501")
    assert "full submission upload was successful!" in sent.text
    (sheet,) = drafts.tests(session, project_id=project.id)
    assert (sheet.quarantine, sheet.instrument_id) == ("", made.id)
    (draft,) = drafts.current(session, project_id=project.id)
    assert (draft.tests, draft.last) == (1, sheet.received_at)


def test_a_later_sample_takes_the_place_of_the_listed_units(session, project):
    a_draft(session, project)
    factories.a_sample(session, project, u7=None)
    a_draft(session, project, "2026112502")
    twin = session.scalars(twin_of(project.id)).one()
    assert session.scalars(select(Unit.key).where(Unit.project_id == twin.id)).all() == ["01-u7"]


def test_without_a_sample_the_units_beside_the_form_are_listed(session):
    project = factories.a_project(session)
    made = drafts.prepared(session, project_id=project.id, form="census_migration", day=DAY)
    drafts.make(session, project_id=project.id, release=made)
    twin = session.scalars(twin_of(project.id)).one()
    folder = catalog.folder("census_migration")
    beside = (folder / "cases/media/households.csv").read_text(encoding="utf-8").splitlines()[1:]
    keys = session.scalars(select(Unit.key).where(Unit.project_id == twin.id).order_by(Unit.key)).all()
    assert keys == sorted(line.split(",")[0] for line in beside)[: drafts.UNITS]


def test_without_any_list_units_are_made_up(session):
    project = factories.a_project(session)
    a_draft(session, project)
    twin = session.scalars(twin_of(project.id)).one()
    assert session.scalar(select(func.count()).where(Unit.project_id == twin.id)) == drafts.UNITS


def test_a_newer_draft_takes_the_place_of_an_older_one_whose_interviews_still_arrive(app, session, project, tester):
    a_draft(session, project)
    a_draft(session, project, "2026112502")
    client, tablet = app.test_client(), tester()
    listed = client.get(f"{tablet}/formList?listAllVersions=true").text
    assert "2026112502" in listed
    assert "2026112501" not in listed
    send(client, tablet, version="2026112501")
    assert [one.quarantine for one in drafts.tests(session, project_id=project.id)] == [""]
    assert [one.instrument.version for one in drafts.current(session, project_id=project.id)] == ["2026112502"]


def test_the_same_questionnaire_again_is_the_same_draft(session, project):
    made = [
        drafts.make(session, project_id=project.id, release=Release(factories.a_form(version), version, ())).id
        for version in ("2026112502", "2026112503")
    ]
    assert made[0] == made[1]


def test_at_1_20_promoting_publishes_byte_for_byte_what_was_tried_out(session, project):
    draft = a_draft(session, project)
    made = drafts.promote(session, project_id=project.id, actor="n1")
    for name in ("form_id", "version", "digest", "definition", "xform", "xform_md5", "media"):
        assert getattr(made, name) == getattr(draft, name)
    assert (made.project_id, made.state) == (project.id, "open")
    assert drafts.current(session, project_id=project.id) == []


def test_a_promoted_form_has_the_files_of_the_draft(session, tmp_path):
    project = factories.a_project(session)
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "areas.csv").write_text("name,label\n1,North\n")
    text = factories.FORM.format(version="2026112501").replace("| integer ", "| select_one_from_file areas.csv ", 1)
    made = drafts.make(
        session, project_id=project.id, release=Release(replace(workbook(text), folder=tmp_path), "", ())
    )
    promoted = drafts.promote(session, project_id=project.id, form_id="households")
    files = {
        one.id: session.execute(
            select(InstrumentFile.name, InstrumentFile.digest).where(InstrumentFile.instrument_id == one.id)
        ).all()
        for one in (made, promoted)
    }
    assert [row.name for row in files[promoted.id]] == ["areas.csv"]
    assert files[promoted.id] == files[made.id]


def test_a_draft_older_than_what_the_field_has_is_not_promoted(session, project):
    a_draft(session, project)
    instruments.publish(session, project_id=project.id, workbook=factories.a_form("2026112509"))
    with pytest.raises(Problem, match="Make the draft again") as refused:
        drafts.promote(session, project_id=project.id)
    assert refused.value.code == 409.55
    a_draft(session, project, "2026112510")
    assert drafts.promote(session, project_id=project.id).version == "2026112510"


def test_promoting_nothing_is_not_found(session, project):
    with pytest.raises(Problem) as refused:
        drafts.promote(session, project_id=project.id)
    assert refused.value.code == 404.1


def test_of_several_drafts_one_is_named(session, project):
    a_draft(session, project)
    other = factories.FORM.format(version="1").replace("households  ", "persons     ")
    drafts.make(session, project_id=project.id, release=Release(workbook(other), "1", ()))
    with pytest.raises(Problem, match="households, persons"):
        drafts.promote(session, project_id=project.id)
    assert drafts.promote(session, project_id=project.id, form_id="persons").form_id == "persons"


def test_at_1_20_what_stands_against_a_release_is_refused_and_named(session, project, tmp_path):
    adapted = small.edit(small.adapt(tmp_path), small.drop("age"))
    made = drafts.prepared(session, project_id=project.id, form=str(adapted.folder), day=DAY)
    with pytest.raises(Problem, match="S-2") as refused:
        drafts.make(session, project_id=project.id, release=made)
    assert refused.value.code == 422.51
    assert [one["kind"] for one in refused.value.details["blockers"]] == ["statistic"]
    assert session.scalar(twin_of(project.id)) is None


def test_at_1_20_the_version_is_above_the_fields_and_above_every_drafts(session, project, tmp_path):
    adapted = small.adapt(tmp_path)
    versions = []
    for number in range(3):
        asks = {"type": "select_one place", "name": f"lived_{number}", "required": "yes"}
        asks |= {"label_en": f"Where in year {number}?", "label_ru": f"Где в году {number}?"}
        adapted = small.edit(adapted, small.add("born", **asks))
        made = drafts.prepared(session, project_id=project.id, form=str(adapted.folder), day=DAY)
        versions.append(drafts.make(session, project_id=project.id, release=made).version)
        if number == 1:
            drafts.promote(session, project_id=project.id)
    assert versions == ["2026112501", "2026112502", "2026112503"]


def test_parameters_of_an_adaptation_stand_in_its_own_files(session, project, tmp_path):
    adapted = small.adapt(tmp_path)
    with pytest.raises(Problem, match="its own files"):
        drafts.prepared(session, project_id=project.id, form=str(adapted.folder), day=DAY, parameters={"x": "1"})


def test_deleted_test_interviews_are_gone_with_all_that_belongs_to_them(app, session, project, tester):
    a_draft(session, project)
    client, tablet = app.test_client(), tester()
    sheet = factories.a_sheet(version="2026112501")
    assert client.post(f"{tablet}/submission", **factories.a_post(sheet, photo_jpg=b"picture")).status_code == 201
    assert drafts.discard_tests(session, project_id=project.id, actor="n1") == 1
    session.commit()
    for table in (Submission, Content, Attachment):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert "01-u1,House u1,ea0,open" in client.get(f"{tablet}/forms/households/attachments/households.csv").text
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.actor, event.details, event.project_id) == ("n1", {"deleted": 1}, project.id)


def test_deleting_test_interviews_leaves_those_of_the_field(app, session, project, tester):
    field = factories.a_tablet(session, session.scalars(select(User).where(User.name == "e01")).one(), project)
    a_draft(session, project)
    client, tablet = app.test_client(), tester()
    send(client, field)
    send(client, tablet, version="2026112501", uuid="uuid:t")
    drafts.discard_tests(session, project_id=project.id, actor="n1")
    assert session.scalars(select(Submission.instance_id)).all() == ["uuid:1"]


def test_a_twin_is_made_once_and_marked_in_every_language(session):
    project = factories.a_project(session, settings={"title_ru": "Обследование"})
    for version in ("2026112501", "2026112502"):
        a_draft(session, project, version)
    twins = session.scalars(select(Project).where(Project.test_of.is_not(None))).all()
    assert [(twin.title, twin.settings["title_ru"]) for twin in twins] == [("TEST A survey", "TEST Обследование")]


def test_a_release_is_held_against_the_version_in_the_field(session, project, tmp_path):
    adapted = small.adapt(tmp_path)
    first = drafts.prepared(session, project_id=project.id, form=str(adapted.folder), day=DAY)
    instruments.publish(session, project_id=project.id, workbook=first.workbook)
    turned = small.edit(adapted, small.put("survey", "age", "type", "text"))
    again = drafts.prepared(session, project_id=project.id, form=str(turned.folder), day=DAY)
    assert again.data == "refused"
    assert release.DATA in {blocker.kind for blocker in again.blockers}
