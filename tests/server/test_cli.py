"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from server.cli import main
from tests import factories
from tests.conftest import ROOT

PLAN = """
frame = "frame.csv"
key = "household_id"
strata = ["region"]
seed = 1

[size]
psus = 2

[[stage]]
unit = "ea"
select = "srs"

[[stage]]
unit = "household_id"
select = "srs"
take = 1
"""

FRAME = """household_id,ea,region,urban,address
01-001,a,1,1,Road 1
01-002,a,1,1,Road 2
02-001,b,1,2,Road 3
02-002,b,1,2,Road 4
"""


@pytest.fixture
def enumera(tmp_path, monkeypatch, capsys):
    """Run a command in a data folder of its own: (exit code, stdout, stderr)."""
    monkeypatch.setenv("ENUMERA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("ENUMERA_DATABASE_URL", raising=False)

    def run(*arguments) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


@pytest.fixture
def survey(enumera, tmp_path):
    """A server with a project, a form, a sample and an enumerator."""
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "frame.csv").write_text(FRAME)
    (tmp_path / "form.md").write_text(factories.FORM.format(version="1"))
    assert enumera("server", "init")[0] == 0
    assert enumera("server", "open", "survey", "--title", "A survey", "--on-device", "ea")[0] == 0
    assert enumera("server", "user", "add", "e01", "--role", "enumerator")[0] == 0
    return tmp_path


def test_help_starts_in_less_than_half_a_second():
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    took = time.perf_counter() - started
    assert "demo" in done.stdout
    assert took < 0.5


def test_help_imports_nothing_heavy():
    code = "import sys, server.cli\ntry: server.cli.main(['--help'])\nexcept SystemExit: pass\n"
    heavy = "print([m for m in ('pandas', 'numpy', 'pyxform', 'sqlalchemy', 'flask') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_the_versions_of_the_parts_are_told_for_bug_reports(enumera):
    code, out, _ = enumera("--version", "--json")
    assert code == 0
    assert {"python", "pyxform", "pandas"} <= json.loads(out).keys()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["srver"], "Did you mean 'server'?"), (["server", "tokn"], "Did you mean 'token'?"), (["--nope"], "--nope")],
)
def test_a_misspelt_command_is_answered_with_the_nearest(enumera, arguments, told):
    code, out, err = enumera(*arguments)
    assert (code, out) == (2, "")
    assert told in err


def test_a_command_before_init_says_what_to_run(enumera):
    code, _, err = enumera("server", "cut", "first", "--project", "survey")
    assert code == 4
    assert "enumera server init" in err


def test_an_unknown_setting_is_a_usage_error(enumera, monkeypatch):
    monkeypatch.setenv("ENUMERA_COLOUR", "red")
    code, _, err = enumera("server", "init")
    assert code == 2
    assert "ENUMERA_COLOUR" in err


def test_an_unknown_project_is_not_found(survey, enumera):
    code, out, err = enumera("server", "cut", "first", "--project", "none")
    assert (code, out) == (3, "")
    assert err.startswith("error: Project 'none'")
    assert err.count("\n") == 1


def test_a_name_in_use_is_a_conflict(survey, enumera):
    assert enumera("server", "open", "survey", "--title", "Again")[0] == 4


def test_a_plan_with_an_unknown_column_is_a_finding(survey, enumera):
    (survey / "plan.toml").write_text(PLAN.replace('["region"]', '["province"]'))
    columns = ("--label", "address", "--region", "region", "--urban", "urban")
    code, _, err = enumera("server", "draw", survey / "plan.toml", "--project", "survey", *columns)
    assert code == 1
    assert "province" in err


def test_from_a_form_to_a_cut_on_the_command_line(survey, enumera):
    published = enumera("server", "publish", survey / "form.md", "--project", "survey", "--direct", "--json")
    assert json.loads(published[1])["files"] == ["households.csv"]
    columns = ("--label", "address", "--region", "region", "--urban", "urban")
    drawn = enumera("server", "draw", survey / "plan.toml", "--project", "survey", *columns, "--json")
    assert json.loads(drawn[1])["units"] == 2
    code, out, _ = enumera("server", "token", "e01", "--project", "survey", "--json")
    assert code == 0
    assert "/v1/key/" in json.loads(out)["url"]


def test_a_form_of_the_library_is_published_by_its_name(survey, enumera):
    code, out, _ = enumera("server", "publish", "census_migration", "--project", "survey", "--direct", "--json")
    assert (code, json.loads(out)["form"]) == (0, "census_migration")


def test_units_are_assigned_from_a_table(survey, enumera):
    columns = ("--label", "address", "--region", "region", "--urban", "urban")
    enumera("server", "draw", survey / "plan.toml", "--project", "survey", *columns)
    (survey / "who.csv").write_text("unit,enumerator\n99-999,e01\n")
    code, _, err = enumera("server", "assign", survey / "who.csv", "--project", "survey")
    assert code == 2
    assert "99-999" in err


def test_passwords_come_from_a_file_and_are_never_printed(survey, enumera):
    (survey / "password").write_text("long enough\n")
    given = ("--role", "manager", "--password-file", survey / "password")
    code, out, err = enumera("server", "user", "add", "manager", *given)
    assert code == 0
    assert "long enough" not in out + err


def test_jobs_are_listed(survey, enumera):
    assert enumera("jobs", "list", "--json") == (0, "[]\n", "")


def test_a_worker_without_redis_says_what_is_missing(survey, enumera):
    code, _, err = enumera("jobs", "worker")
    assert code == 2
    assert "ENUMERA_REDIS_URL" in err


def test_a_database_that_does_not_answer_is_an_outside_failure(enumera, monkeypatch):
    monkeypatch.setenv("ENUMERA_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    code, _, err = enumera("server", "init")
    assert code == 5
    assert err.startswith("error: ")
