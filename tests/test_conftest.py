"""What tests stand on: nothing is left out where everything is demanded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SPECIMEN = """
import pytest

@pytest.mark.skipif(True, reason="no kettle")
def test_marked(): pass

def test_inside(): pytest.skip("no tea")

@pytest.mark.xfail
def test_expected(): raise AssertionError
"""


@pytest.mark.parametrize(("demanded", "code"), [("all", 1), ("", 0)])
def test_a_skip_fails_where_everything_is_demanded(tmp_path, demanded, code):
    specimen = tmp_path / "test_specimen.py"
    specimen.write_text(SPECIMEN)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.conftest", "-p", "no:cacheprovider"]
    environment = os.environ | {"ENUMERA_TEST_REQUIRE": demanded, "PYTEST_ADDOPTS": "-rsfE --color=no"}
    done = subprocess.run([*command, specimen], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "no kettle" in done.stdout
    assert "no tea" in done.stdout
    assert ("2 skipped" in done.stdout) == (not demanded)
    assert "1 xfailed" in done.stdout
