"""Coverage: which topics that the United Nations recommend for a census a form asks about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms import catalog
from forms.definition import Form
from forms.sheets import read_csv


@dataclass(frozen=True)
class Topic:
    """A recommended topic: `level` is core or additional; `items` are the questions that cover it together."""

    name: str
    title: str
    level: str
    standard: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Covered:
    """What a form asks of a topic; `state` is yes, partly or no."""

    topic: Topic
    asked: tuple[str, ...]

    @property
    def state(self) -> str:
        """Is the topic covered?"""
        return "yes" if len(self.asked) == len(self.topic.items) else "partly" if self.asked else "no"


def topics() -> tuple[Topic, ...]:
    """The recommended topics on population and migration, core ones first."""
    rows = read_csv(catalog.folder("_specification") / "topics.csv", "_specification/topics.csv", ("topic", "items"))
    return tuple(
        Topic(row["topic"], row["title"], row["level"], row["standard"], tuple(row["items"].split())) for row in rows
    )


def of(form: Form) -> tuple[Covered, ...]:
    """How a form covers each topic. A question that nobody can be asked (relevant `false()`) covers nothing."""
    asked = {question.name for question in form.questions() if question.relevant.strip() != "false()"}
    return tuple(Covered(topic, tuple(item for item in topic.items if item in asked)) for topic in topics())


def count(covered: Iterable[Covered], level: str) -> tuple[int, int]:
    """How many topics of a level are covered in full, and how many there are."""
    states = [each.state for each in covered if each.topic.level == level]
    return states.count("yes"), len(states)
