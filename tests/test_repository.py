"""The repository itself: contracts, names, sizes and pins."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("forms", "sampling", "weighting", "server")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)
JUNK = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "lib",
    "core",
    "base_classes",
    "manager",
    "handlers",
    "service",
}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_import_contracts_hold():
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_libraries_are_strictly_typed():
    done = run("mypy")
    assert done.returncode == 0, done.stdout


def test_the_code_is_in_the_house_style():
    done = run("ruff", "check", ".")
    assert done.returncode == 0, done.stdout


def test_the_code_is_formatted():
    done = run("ruff", "format", "--check", ".")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_name_resolves_to_this_repository(package):
    assert Path(find_spec(package).origin).is_relative_to(ROOT)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_says_what_it_owns_and_stays_small(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), "the first line says which noun the module owns"
    assert path.stem not in JUNK
    assert len(path.read_text().splitlines()) <= 400
    too_long = [node.name for node in functions(path) if node.end_lineno - node.lineno + 1 > 50]
    assert not too_long


def test_the_version_is_the_same_everywhere():
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(r"^## (\S+)", changes, re.MULTILINE).group(1) == PROJECT["project"]["version"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_every_pin_has_a_hash_and_names_no_host(name):
    text = (ROOT / name).read_text()
    pins = re.findall(r"^[a-z0-9].*==.*$", text, re.MULTILINE)
    assert pins
    assert all(pin.endswith("\\") for pin in pins)
    assert "http" not in text


def test_every_dependency_is_pinned():
    text = (ROOT / "requirements.lock").read_text()
    wanted = [re.match(r"[A-Za-z0-9-]+", line).group().lower() for line in PROJECT["project"]["dependencies"]]
    assert [name for name in wanted if not re.search(rf"^{name}==", text, re.MULTILINE)] == []


def test_the_glossary_names_modules_that_exist():
    owners = re.findall(r"^\|[^|]+\| `([a-z_.]+)` \|", (ROOT / "GLOSSARY.md").read_text(), re.MULTILINE)
    assert len(owners) > 20
    places = {owner: ROOT / owner.replace(".", "/") for owner in owners}
    missing = {owner for owner, place in places.items() if not place.is_dir() and not place.with_suffix(".py").exists()}
    assert not missing
