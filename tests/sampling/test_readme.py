"""What the documentation shows is what happens."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

import sampling
from sampling import plan as plans
from tests.sampling import villages

README = Path(sampling.__file__).with_name("README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.M | re.S)


@pytest.mark.parametrize("module", ["selection", "allocation", "size"])
def test_examples_in_docstrings_hold(module):
    result = doctest.testmod(importlib.import_module(f"sampling.{module}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_the_plans_of_the_readme_can_be_read():
    assert [len(plans.parse(block).stages) for block in blocks("toml")] == [2, 3]


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = villages.rows().rename(columns={"dwelling": "household_id"})
    rows.assign(urban=rows["ea"].str[-1].gt("3").map({True: "1", False: "2"})).to_csv("dwellings.csv", index=False)
    Path("plan.toml").write_text(blocks("toml")[0].replace("= 48", "= 8"))
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), {})
    assert sorted(path.name for path in Path("sample").iterdir()) == [
        "joint.csv", "psus.csv", "record.json", "sample.csv",
    ]  # fmt: skip
