"""The commands at the foot of the pages print the pages' numbers."""

import json
import re
import zipfile

import pytest
from sqlalchemy.orm import Session

from server import db
from server.app import create_app
from server.cli import main
from tests.server.web.conftest import a_field, signed_in


@pytest.fixture
def site(config, monkeypatch, capsys):
    """The manager's browser, and a runner of commands on the same survey: (exit code, stdout)."""
    config.data_dir.mkdir(parents=True)
    app = create_app(config)
    db.upgrade(app.extensions["engine"])
    with Session(app.extensions["engine"], expire_on_commit=False) as session:
        a_field(app, session)
        browser = signed_in(app, session, "manager")
    monkeypatch.setenv("ENUMERA_DATA_DIR", str(config.data_dir))
    monkeypatch.delenv("ENUMERA_DATABASE_URL", raising=False)

    def run(command: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(command.split()[1:])
        return ended.value.code or 0, capsys.readouterr().out

    yield browser, run
    app.extensions["engine"].dispose()


PAGES = (
    *("/p/1/today", "/p/1/progress?by=psu", "/p/1/units?state=final", "/p/1/units/01-u1"),
    *("/p/1/interviews?state=review", "/i/uuid:b", "/p/1/tables", "/p/1/tables/T1", "/p/1/datasets/1"),
)


def test_every_command_at_the_foot_of_a_page_runs(site):
    browser, run = site
    for page in PAGES:
        command = re.search(r'<code dir="ltr">(enumera [^<]+)</code>', browser.get(page).text)[1]
        assert run(f"{command} --json")[0] == 0, command
        assert run(command)[1].strip(), command


def test_the_numbers_are_those_of_the_page(site):
    browser, run = site
    told = json.loads(run("enumera server today --project survey --json")[1])
    page = " ".join(browser.get("/p/1/today").text.split())
    assert f"{told['final']} of {told['sampled']} final" in page
    assert (told["final"], told["sampled"], told["doubled"]) == (2, 4, 1)


def test_what_may_not_be_published_is_not_printed(site):
    _, run = site
    out = run("enumera server table T1 --project survey")[1]
    assert "0.413" in out
    assert "0.777" not in out


def test_made_up_rows_do_not_pass_verification(site):
    _, run = site
    code, out = run("enumera server verify --project survey")
    assert code == 1
    assert "weights 1\tidentical" in out
    assert "table T1\tDIFFERENT" in out


def test_an_export_is_written_as_its_name_says(site, tmp_path):
    _, run = site
    for form, member in (("csv", "load.R"), ("dta", "load.do")):
        path = tmp_path / f"data.{form}.zip"
        assert run(f"enumera server export 1 -o {path}")[0] == 0
        assert member in zipfile.ZipFile(path).namelist()


def test_answers_are_not_printed(site):
    _, run = site
    assert "Respondent" not in run("enumera server sheet uuid:b")[1]


def test_an_unknown_survey_ends_with_not_found(site):
    _, run = site
    assert run("enumera server today --project nothing")[0] == 3
