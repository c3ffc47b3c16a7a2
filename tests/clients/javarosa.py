"""JavaRosa, the form engine inside ODK Collect, as a test client.

`pyxform` carries the engine (ODK_Validate.jar) and `java/FormFiller.java` drives it: it fills a form as an
enumerator would, or gives named answers and tells what the form did with them. Needs a Java 17 compiler.

    python -m tests.clients.javarosa fill FORM.xml --count 20 --out DIR --media DIR
    python -m tests.clients.javarosa cases FORM.xml cases.csv --media DIR
    python -m tests.clients.javarosa describe FORM.xml --media DIR
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent / "java" / "FormFiller.java"
JAVA = ("java", "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-Xmx512m", "-XX:+UseSerialGC")
Report = dict[str, Any]
Media = Iterable[str | Path]

FLAGS = {
    "lang": "--lang",
    "skip": "--skip-prob",
    "tries": "--tries",
    "restarts": "--restarts",
    "deviceid": "--deviceid",
    "username": "--username",
    "phone": "--phone",
    "email": "--email",
    "last_saved": "--last-saved",
}
"""Options with a value; `fill` passes them on."""

SWITCHES = {"deterministic": "--deterministic", "unicode": "--unicode", "no_labels": "--no-labels"}
"""Options without a value: the same instance ids each time, odd letters in texts, labels not looked up."""


class LoadError(RuntimeError):
    """JavaRosa cannot load the form: Collect would refuse to open it."""


def available() -> bool:
    """Is a Java compiler on this machine?"""
    return shutil.which("javac") is not None


def fill(
    form: str | Path,
    seed: int = 1,
    count: int = 1,
    out: str | Path | None = None,
    answers: Mapping[str, Any] | None = None,
    *,
    media: Media = (),
    repeats: tuple[int, int] = (1, 3),
    bbox: Sequence[float] | None = None,
    raise_load: bool = True,
    **options: Any,
) -> Report:
    """Fill the form `count` times at random, within its constraints.

    `answers` gives hints by question name: a value, a list to choose from, `{"min": 0, "max": 9}`,
    `{"choose": {"1": 8, "2": 2}}` (weights), `{"cycle": [...]}` (one after another
    within an instance), `{"each": [...]}` (one for each instance), `{"regex": "..."}`, `{"skip": 0.5}`, None = leave
    empty. Instances go to `out/<form>_<number>/submission.xml`, their attachments beside them. `options` are the
    names of FLAGS and SWITCHES. Raises LoadError.
    """
    arguments = ["--seed", seed, "--count", count, "--repeats", f"{repeats[0]},{repeats[1]}"]
    if bbox:
        arguments += ["--bbox", ",".join(map(str, bbox))]
    return _run(form, [*arguments, *_out(out), *_options(options)], media, answers, raise_load=raise_load)


def edit(
    form: str | Path,
    instance: str | Path,
    answers: Mapping[str, Any],
    out: str | Path | None = None,
    *,
    media: Media = (),
    **options: Any,
) -> Report:
    """Open a finished instance, change answers and finalise it: a new instanceID, the old one as deprecatedID."""
    return _run(form, ["--edit", instance, *_out(out), *_options(options)], media, answers)


def describe(form: str | Path, *, media: Media = (), raise_load: bool = True) -> Report:
    """Load the form only: its questions, choices, and labels in every language."""
    report = _run(form, ["--describe"], media, raise_load=raise_load)
    facts = (report.pop("cases", None) or [{}])[0]
    return report | {name: facts.get(name) for name in ("questions", "labels", "calculated", "problems", "error")}


def run_cases(
    form: str | Path,
    cases: Iterable[Mapping[str, Any]],
    *,
    out: str | Path | None = None,
    media: Media = (),
    **options: Any,
) -> Report:
    """Give each case's answers and nothing else; tell what was shown, refused and calculated."""
    with tempfile.TemporaryDirectory(prefix="cases-") as folder:
        script = Path(folder) / "cases.json"
        script.write_text(json.dumps({"cases": list(cases)}), encoding="utf-8")
        return _run(form, ["--script", script, *_out(out), *_options(options)], media)


def find_jar() -> Path:
    """Where pyxform keeps the engine."""
    spec = importlib.util.find_spec("pyxform")
    if spec is None or spec.origin is None:
        raise RuntimeError("pyxform is not installed")
    return Path(spec.origin).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


def build() -> tuple[Path, Path]:
    """The engine's jar, and the folder of our compiled driver; compiled once for each source and jar."""
    jar = find_jar()
    key = hashlib.sha256(SOURCE.read_bytes() + str(jar.stat().st_size).encode()).hexdigest()[:16]
    root = Path(os.environ.get("FORMFILLER_CACHE") or Path(tempfile.gettempdir()) / "formfiller-cache")
    done = root / key
    if not (done / "FormFiller.class").exists():
        fresh = root / f"{key}.{os.getpid()}"
        fresh.mkdir(parents=True, exist_ok=True)
        command = ["javac", "-nowarn", "-encoding", "UTF-8", "-cp", str(jar), "-d", str(fresh), str(SOURCE)]
        subprocess.run(command, check=True)
        try:
            fresh.rename(done)
        except OSError:  # another process was faster
            shutil.rmtree(fresh, ignore_errors=True)
    return jar, done


def _run(
    form: str | Path,
    arguments: Iterable[Any],
    media: Media = (),
    answers: Mapping[str, Any] | None = None,
    *,
    raise_load: bool = True,
) -> Report:
    jar, classes = build()
    with tempfile.TemporaryDirectory(prefix="formfiller-") as name:
        folder = Path(name)
        report = folder / "report.json"
        command = [*JAVA, f"-Djava.io.tmpdir={folder}", "-cp", f"{jar}{os.pathsep}{classes}", "FormFiller", str(form)]
        command += ["--report", str(report), *map(str, arguments)]
        for place in media:
            command += ["--media", str(place)]
        if answers is not None:
            (folder / "hints.json").write_text(json.dumps(answers), encoding="utf-8")
            command += ["--answers", str(folder / "hints.json")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if not report.exists():
            raise RuntimeError(f"FormFiller failed (exit {done.returncode}):\n{done.stderr[-4000:]}")
        found: Report = json.loads(report.read_text(encoding="utf-8"))
    if raise_load and found.get("loadError"):
        raise LoadError(json.dumps(found["loadError"])[:2000])
    return found | {"exit": done.returncode, "stderr": done.stderr[-2000:]}


def _out(out: str | Path | None) -> list[Any]:
    return ["--out", out] if out else []


def _options(options: Mapping[str, Any]) -> list[Any]:
    if unknown := set(options) - set(FLAGS) - set(SWITCHES):
        raise TypeError(f"unknown options: {', '.join(sorted(unknown))}")
    given = {name: value for name, value in options.items() if value not in (None, "", False)}
    flags = [part for name, value in given.items() if name in FLAGS for part in (FLAGS[name], value)]
    return flags + [SWITCHES[name] for name in given if name in SWITCHES]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.clients.javarosa")
    parser.add_argument("command", choices=["fill", "describe", "cases"])
    parser.add_argument("form")
    parser.add_argument("cases", nargs="?", help="cases.csv or cases.json")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--out")
    parser.add_argument("--answers", type=json.loads, help="hints as JSON")
    parser.add_argument("--media", action="append", default=[])
    asked = parser.parse_args(argv)
    if asked.command == "fill":
        report = fill(
            asked.form, asked.seed, asked.count, asked.out, asked.answers, media=asked.media, raise_load=False
        )
    elif asked.command == "describe":
        report = describe(asked.form, media=asked.media, raise_load=False)
    else:
        from forms.cases import load
        from tests.clients import cases

        failed = cases.check(asked.form, load(asked.cases), media=asked.media)
        report = {"differences": failed, "exit": 1 if failed else 0}
    print(json.dumps(report, indent=1, ensure_ascii=False))
    return int(report["exit"])


if __name__ == "__main__":
    sys.exit(main())
