"""Setup: a server's folder with the demo survey in it - form, sample, people, assignments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import catalog
from forms.definition import Form
from forms.workbook import Workbook
from sampling import plan as plans
from sampling.frame import Frame
from server import db
from server.config import Config
from server.demo import population, workplan
from server.demo.simulate import FIRST_DAY
from server.models.projects import Project
from server.models.users import Token, User
from server.operations import accounts, instruments, progress, projects, samples

SURVEY = Path(str(files("server.demo"))) / "survey"
PROJECT = "popstan"
ENUMERATORS = tuple(f"e{number:02d}" for number in range(1, 13))
SUPERVISORS = ("s1", "s2", "s3")
OFFICE = ("manager", "analyst", "admin")
CAST = {"manager": "manager", "supervisor": "s1", "enumerator": "e01", "analyst": "analyst", "admin": "admin"}
"""As whom one may look at the demonstration, by role: the bar at the top of its pages."""
LINK_HOURS = 0.5
FIELD_DAYS = 10

Say = Callable[..., None]
"""Tell the user: kind of message, a sentence, and the facts in it for programs."""


@dataclass(frozen=True)
class Site:
    """A demo survey that stands on a server: what its simulator and its analysis need to know."""

    project_id: int
    tablets: dict[str, str]
    """App-user address by enumerator."""


def questionnaire() -> Workbook:
    """The library form with Popstan's parameters and lists."""
    written = tomllib.loads((SURVEY / "survey.toml").read_text(encoding="utf-8"))
    lists = {path.stem: path for path in (SURVEY / "lists").glob("*.csv")}
    return catalog.load(written["form"], written["parameters"], lists, languages=written["languages"])


def labels() -> dict[str, dict[str, dict[str, str]]]:
    """Words for the frame's codes: by column, code and language."""
    return tomllib.loads((SURVEY / "labels.toml").read_text(encoding="utf-8"))


def cautions() -> list[dict[str, object]]:
    """What an analyst must know of the census file: a sentence in each language, and the reader's own words for it."""
    written = tomllib.loads((SURVEY / "cautions.toml").read_text(encoding="utf-8"))
    found = population.warnings()
    return [
        {"text": texts, "source": next(warning for warning in found if warning.startswith(item))}
        for item, texts in written.items()
    ]


def plan_text(seed: int | None, areas: int | None) -> str:
    """The plan as written, with another seed or number of areas if wanted."""
    text = (SURVEY / "plan.toml").read_text(encoding="utf-8")
    if seed is not None:
        text = re.sub(r"(?m)^seed(\s*)=.*$", rf"seed\1= {seed}", text)
    if areas is not None:
        text = re.sub(r"(?m)^psus(\s*)=.*$", rf"psus\1= {areas}", text)
    return text


def establish(app: Flask, *, seed: int | None, areas: int | None, say: Say) -> Site:
    """Set up the survey in an empty data folder, one transaction; tells each step."""
    db.upgrade(db.engine())
    with db.own_session() as session:
        project = _open(session, areas or 48)
        _publish(session, project, say)
        drawn = _draw(session, project, plan_text(seed, areas), say)
        _staff(session, project, drawn, app.extensions["config"], say)
        project_id = project.id
    return read(app, project_id)


def read(app: Flask, project_id: int | None = None) -> Site:
    """The survey that stands in the data folder."""
    config: Config = app.extensions["config"]
    with db.own_session() as session:
        project = session.get_one(Project, project_id) if project_id else projects.named(session, name=PROJECT)
        tokens = session.scalars(select(Token).where(Token.project_id == project.id, Token.kind == "tablet"))
        base = f"{config.public_url}/v1/key"
        addresses = {
            token.user.name: f"{base}/{accounts.token_secret(token, config.secret())}/projects/{project.id}"
            for token in tokens
            if token.user.role == "enumerator"
        }
        return Site(project.id, dict(sorted(addresses.items())))


def stands() -> bool:
    """Is the survey there already?"""
    if not db.is_current(db.engine()):
        return False
    with db.own_session() as session:
        return session.scalar(select(Project.id).where(Project.name == PROJECT)) is not None


def standing(site: Site) -> tuple[int, int]:
    """How many drawn dwellings are final, and how many there are."""
    with db.own_session() as session:
        units = progress.total(progress.table(session, project_id=site.project_id, group="region", scope=None))
    return units.final, units.sampled


def links(app: Flask, site: Site) -> dict[str, str]:
    """Addresses that sign in once as manager, supervisor, analyst and administrator."""
    config: Config = app.extensions["config"]
    made = {}
    with db.own_session() as session:
        for name in ("manager", "s1", "analyst", "admin"):
            user = session.scalars(select(User).where(User.name == name)).one()
            _, secret = accounts.issue_token(
                session,
                user_id=user.id,
                project_id=site.project_id,
                kind="link",
                secret_key=config.secret(),
                hours=LINK_HOURS,
            )
            made[name] = f"{config.public_url}/l/{secret}"
    return made


def _open(session: Session, areas: int) -> Project:
    sampled = 12 * areas
    return projects.open_project(
        session,
        name=PROJECT,
        title="Popstan migration survey",
        starts_on=FIRST_DAY,
        ends_on=FIRST_DAY + timedelta(days=FIELD_DAYS - 1),
        settings={
            "title_ru": "Обследование миграции в Попстане",
            "title_ar": "مسح الهجرة في بوبستان",
            "languages": ["en", "ru", "ar"],
            "labels": labels(),
            "cautions": cautions(),
            "on_device": ["ea", "urban", "region", "province"],
            "plan": [min(sampled, round(sampled * day / (FIELD_DAYS - 1))) for day in range(1, FIELD_DAYS + 1)],
            "demo": True,
            "cast": CAST,
        },
    )


def _publish(session: Session, project: Project, say: Say) -> None:
    workbook = questionnaire()
    instruments.publish(session, project_id=project.id, workbook=workbook, actor="demo")
    form = Form.from_workbook(workbook)
    questions = sum(1 for question in form.questions() if question.labels)
    say(
        "form",
        f"questionnaire compiled: {form.id} {form.version}, {questions} questions, {' '.join(form.languages)}",
        form=form.id,
        version=form.version,
        questions=questions,
        languages=list(form.languages),
    )


def _draw(session: Session, project: Project, text: str, say: Say) -> dict[str, str]:
    """Draw and keep the sample. Returns the area of each drawn dwelling."""
    people = population.load()
    frame = Frame(people.frame, "household_id", "frame.csv")
    areas, dwellings = people.frame["ea"].nunique(), len(people.frame)
    say(
        "frame",
        f"frame loaded: {areas} enumeration areas, {dwellings:,} dwellings (hash {frame.digest[:12]})",
        areas=areas,
        dwellings=dwellings,
        digest=frame.digest,
    )
    for warning in population.warnings():
        say("warning", f"  census file: {warning}", warning=warning)
    for caution in project.settings["cautions"]:
        say("caution", f"  note: {caution['text']['en']}", caution=caution["text"]["en"])
    sample = plans.draw(plans.parse(text, "plan.toml"), frame)
    samples.record(
        session,
        project_id=project.id,
        name="main",
        plan_text=text,
        sample=sample,
        label_column="label",
        region_column="region",
        urban_column="urban",
        lat="lat",
        lon="lon",
        by="demo",
    )
    record = sample.record
    say(
        "sample",
        f"sample drawn (seed {record['seed']}): {len(sample.psus)} areas, {len(sample.units)} dwellings, "
        f"{len(record['strata'])} strata, areas by size without replacement",
        seed=record["seed"],
        areas=len(sample.psus),
        dwellings=len(sample.units),
        digest=record["sample"],
    )
    return dict(zip(sample.units["household_id"], sample.units["ea"], strict=True))


def _staff(session: Session, project: Project, areas: dict[str, str], config: Config, say: Say) -> None:
    """People, their tablets' addresses, and who visits which dwelling."""
    supervisors = [accounts.create_user(session, name=name, role="supervisor", display=name) for name in SUPERVISORS]
    for role in OFFICE:
        accounts.create_user(session, name=role, role=role, display=role)
    users = {}
    for position, name in enumerate(ENUMERATORS):
        head = supervisors[position * len(SUPERVISORS) // len(ENUMERATORS)]
        users[name] = accounts.create_user(session, name=name, role="enumerator", display=name, supervisor_id=head.id)
    for user in (*users.values(), *supervisors):
        accounts.issue_token(session, user_id=user.id, project_id=project.id, kind="tablet", secret_key=config.secret())
    who = workplan.share_out(sorted(set(areas.values())), ENUMERATORS)
    given = {key: users[who[area]].id for key, area in areas.items()}
    assigned = samples.assign(session, project_id=project.id, assignments=given, by="demo")
    say(
        "people",
        f"{len(users)} enumerators, {len(supervisors)} supervisors, {assigned} dwellings assigned",
        enumerators=len(users),
        supervisors=len(supervisors),
        assigned=assigned,
    )
