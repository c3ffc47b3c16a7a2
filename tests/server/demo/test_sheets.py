import csv
from datetime import UTC, datetime

import pytest

from forms import instances, xform
from forms.tables import flatten
from server.demo import field, sheets
from server.demo.field import Dwelling, Visit
from server.demo.personas import Persona
from server.demo.sheets import Device
from server.demo.workplan import Call
from tests.clients import javarosa

NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)


def call(people, key: str, contact: str = field.INTERVIEW, **over) -> Call:
    return Call(Visit(key, 1, evening=False, contact=contact), people.dwelling(key), NOON, 30.0, **over)


def device(form, **over) -> Device:
    return Device(form, Persona("e01", **over), "collect:0123456789abcdef", 1)


def listed(people, key: str) -> dict[str, str]:
    row = people.frame.set_index("household_id").loc[key]
    return {"name": key, "label": row["label"], "ea": row["ea"], "urban": row["urban"]}


@pytest.fixture(scope="module")
def keys(people) -> list[str]:
    """Households small and large, with and without emigrants."""
    return list(people.households.sort_values(["n_emigrants", "n_persons"])["household_id"].iloc[::400])


def test_every_sheet_fits_its_form(people, form, keys):
    written = [sheets.write(device(form), people, call(people, key), listed(people, key)).xml for key in keys]
    parsed = [instances.parse(xml, form) for xml in written]
    assert [one.misfits for one in parsed] == [()] * len(keys)
    assert len(flatten(form, parsed).misfits) == 0


@pytest.mark.skipif(not javarosa.available(), reason="no Java")
def test_javarosa_finds_nothing_to_change(people, form, keys, questionnaire, tmp_path):
    (tmp_path / "form.xml").write_bytes(xform.compile(questionnaire).xml)
    rows = [listed(people, key) for key in keys]
    with (tmp_path / "households.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    key = keys[-1]
    sheet = sheets.write(device(form), people, call(people, key), listed(people, key))
    (tmp_path / "sheet.xml").write_bytes(sheet.xml)
    report = javarosa.edit(
        tmp_path / "form.xml",
        tmp_path / "sheet.xml",
        {},
        tmp_path / "out",
        media=[tmp_path],
        deviceid="collect:0123456789abcdef",
    )
    (case,) = report["instances"]
    assert case["valid"], case
    before, after = instances.parse(sheet.xml, form).answers, instances.parse(_written(case), form).answers
    assert _lasting(after) == _lasting(before)


def _written(case) -> bytes:
    from pathlib import Path

    return Path(case["file"]).read_bytes()


def _lasting(answers):
    return {
        name: value for name, value in answers.items() if name not in ("end", "audit", "start", "today", "username")
    }


def test_a_refusal_at_the_door_has_no_answers(people, form, keys):
    sheet = sheets.write(device(form), people, call(people, keys[0], field.REFUSED), listed(people, keys[0]))
    answers = instances.parse(sheet.xml, form).answers
    assert answers["result"] == "5"
    assert "consent_given" not in answers


def test_the_same_visit_always_has_the_same_bytes(people, form, keys):
    first, again = (sheets.write(device(form), people, call(people, keys[0]), listed(people, keys[0])) for _ in "12")
    assert first == again


def test_an_invented_interview_is_written_far_from_the_dwelling(people, form, keys):
    made_up = call(people, keys[0], invented=True)
    sheet = sheets.write(device(form), people, made_up, listed(people, keys[0]), source=keys[1])
    lat, lon, _, _ = map(float, instances.parse(sheet.xml, form).answers["loc_gps"].split())
    home = people.position(keys[0])
    assert max(abs(lat - home[0]), abs(lon - home[1])) * sheets.DEGREE > 1500


def test_the_audit_log_covers_the_interview_by_the_clock_of_the_tablet(people, form, keys):
    sheet = sheets.write(device(form, clock=420), people, call(people, keys[0]), listed(people, keys[0]))
    lines = list(csv.DictReader(sheet.files["audit.csv"].decode().splitlines()))
    assert int(lines[0]["start"]) == int(NOON.timestamp() * 1000) + 420_000
    assert int(lines[-1]["start"]) - int(lines[0]["start"]) == 30 * 60 * 1000


def test_the_audit_log_follows_the_questions_asked(people, form, keys):
    sheet = sheets.write(device(form), people, call(people, keys[-1]), listed(people, keys[-1]))
    nodes = [line["node"] for line in csv.DictReader(sheet.files["audit.csv"].decode().splitlines()) if line["node"]]
    assert nodes[0] == "/data/visit/household_id"
    assert "/data/person[1]/age_stated" in nodes
    assert len(nodes) == len(set(nodes))


def test_a_vacant_dwelling_takes_two_answers(people, form):
    vacant = next(key for key in people.frame["household_id"] if not people.dwelling(key).persons)
    visit = Call(Visit(vacant, 1, evening=False, contact=field.VACANT), Dwelling(vacant, "1", "1", 0), NOON, 2.0)
    answers = instances.parse(sheets.write(device(form), people, visit, listed(people, vacant)).xml, form).answers
    assert (answers["contact"], answers["result"]) == ("6", "6")
