"""`enumera sample`: the same functions from the shell."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sampling.cli import group
from sampling.errors import PlanError
from tests.sampling import villages


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plan.toml").write_text(villages.PLAN)
    villages.rows().to_csv(tmp_path / "dwellings.csv", index=False)
    return tmp_path


def run(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(group, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_a_draw_is_written_and_verified(folder):
    code, out = run("draw", folder / "plan.toml", "-o", folder / "sample")
    assert code == 0
    assert "18 units in 6 first-stage units, seed 20260115" in out
    assert run("verify", folder / "plan.toml", folder / "sample") == (0, "identical\n")


def test_a_changed_frame_fails_the_verification(folder):
    run("draw", folder / "plan.toml", "-o", folder / "sample")
    villages.rows().iloc[1:].to_csv(folder / "dwellings.csv", index=False)
    code, out = run("verify", folder / "plan.toml", folder / "sample", "--json")
    assert code == 1
    assert json.loads(out)["identical"] is False


def test_the_record_is_printed_as_json(folder):
    _, out = run("draw", folder / "plan.toml", "-o", folder / "sample", "--json")
    assert json.loads(out) == json.loads((folder / "sample" / "record.json").read_text())


def test_the_allocation_is_printed_as_json(folder):
    _, out = run("allocate", folder / "plan.toml", "--json")
    assert [row["allocated"] for row in json.loads(out)] == [3, 3]


def test_a_size_is_printed():
    assert json.loads(run("size", "--share", "0.5", "--half-width", "0.05", "--json")[1])["interviews"] == 385
    assert run("size", "--spread", "2", "--half-width", "0.05")[1].split()[1] == "6,147"
    assert run("size", "--half-width", "0.05")[0] == 2


def test_errors_of_the_library_pass_through(folder):
    with pytest.raises(PlanError, match="no such file"):
        run("draw", folder / "no.toml", "-o", folder / "sample")


def test_importing_the_commands_imports_no_pandas():
    code = "import sys, sampling.cli; sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
