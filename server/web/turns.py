"""Turn: one page of a previewed interview: what was answered on it, and which screen follows.

Everything known of the interview travels in the page, signed; the server keeps nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from forms.interview import Interview, filled, giving, pages
from forms.interview.compiled import Control
from forms.interview.giving import Outcome
from forms.interview.pages import Asked, Screen
from forms.preview import Preview
from forms.xpath.nodes import Node
from server.errors import Problem
from server.web.captions import code_of

KEPT = timedelta(hours=24)
"""How long a page can be gone on from."""

END, CONTENTS = "end", "contents"
"""Places of an interview that are no screens; `contents` may be followed by a space and the path of a row."""


@dataclass(frozen=True)
class State:
    """What is known of an interview between two pages: the filled form, the place in it, and how it is looked at.

    `at` is the key of a screen, `end`, or `contents` with the path of a row; `last` the screen that was seen last.
    """

    filled: str = ""
    at: str = ""
    last: str = ""
    language: str = ""
    developer: bool = False
    wide: bool = False
    as_in_cases: bool = False


@dataclass
class Turn:
    """An interview after what a page brought, and the place where it is now.

    `refused` holds what was typed and not taken, by the path of its question; `appeared` whether questions joined
    the screen that one wanted to leave.
    """

    interview: Interview
    state: State
    screens: list[Screen] = field(default_factory=list)
    refused: dict[str, tuple[object, Outcome]] = field(default_factory=dict)
    appeared: bool = False

    @property
    def position(self) -> int:
        """The number of the screen, from 0; that of the end when it is none."""
        return next((n for n, screen in enumerate(self.screens) if screen.key == self.state.at), len(self.screens))

    @property
    def screen(self) -> Screen | None:
        """The screen where the interview is; None at the end and in the table of contents."""
        return self.screens[self.position] if self.position < len(self.screens) else None

    def kept(self) -> State:
        """What the next page has to bring back."""
        return replace(self.state, filled=filled.write(self.interview, whole=True).decode())

    def problems(self) -> list[tuple[Screen, Asked, Outcome]]:
        """What keeps the form from being finalised."""
        return [
            (screen, asked, outcome)
            for screen in self.screens
            for asked in screen.questions
            if (outcome := giving.state(self.interview, asked[1])).is_refused
        ]


def begin(preview: Preview, state: State) -> Turn:
    """A new interview, at its first screen."""
    interview = Interview(preview.script, language=_language(preview, state.language))
    screens = pages.screens(interview)
    at = screens[0].key if screens else END
    return Turn(interview, replace(state, at=at, language=interview.language), screens)


def take(preview: Preview, state: State, sent: MultiDict[str, str]) -> Turn:
    """Put in what a page brought, and go where its button says."""
    language = _language(preview, state.language)
    interview = Interview(preview.script, language=language, received=state.filled.encode())
    turn = Turn(interview, replace(state, language=language), pages.screens(interview))
    go, _, where = sent.get("go", "stay").partition(":")
    shown = turn.screen
    if shown:
        turn.state = replace(turn.state, last=shown.key)
        _answer(turn, shown, sent, is_leaving=go == "next")
        turn.screens = pages.screens(interview)
    if go in _MOVES:
        _MOVES[go](turn, shown, where)
    return turn


def seal(state: State, secret_key: str) -> str:
    """The state as a text that only this server can make."""
    return _serializer(secret_key).dumps(asdict(state))


def unseal(text: str, secret_key: str) -> State:
    """The state of a page. Raises Problem 400.8 when it is not ours, or older than a day."""
    try:
        return State(**_serializer(secret_key).loads(text, max_age=int(KEPT.total_seconds())))
    except (BadData, TypeError):
        raise Problem(400.8, "This page of the preview is too old. Begin the preview again.") from None


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="preview")


def _language(preview: Preview, wanted: str) -> str:
    """The wanted language of the form, by heading or by code; else the one that it opens in."""
    texts = preview.script.form.texts
    found = (heading for heading in texts.languages if wanted and wanted in (heading, code_of(heading)))
    return next(found, texts.language)


def _answer(turn: Turn, screen: Screen, sent: MultiDict[str, str], *, is_leaving: bool) -> None:
    """Give the answers of a page in the order of its screen; a question that an answer hides is left alone."""
    shown = set(sent.getlist("shown"))
    was_there = [asked for asked in screen.questions if turn.interview.path(asked[1]) in shown]
    for control, node in was_there:
        path = turn.interview.path(node)
        if not node.relevant or turn.interview.is_readonly(node) or control.kind in giving.MEDIA:
            continue
        typed = _typed(control, sent.getlist(f"v:{path}"))
        outcome = giving.give(turn.interview, control, node, typed, keep_refused=not is_leaving)
        if outcome.is_refused and (is_leaving or outcome.result != "required"):
            turn.refused[path] = (typed, outcome)


def _typed(control: Control, texts: list[str]) -> object:
    words = [word for text in texts if (word := filled.writable(text).strip())]
    if not words:
        return None
    return words if giving.takes_several(control) else words[-1]


# Where the buttons lead


def _next(turn: Turn, shown: Screen | None, where: str) -> None:
    before = {id(node) for _, node in shown.questions} if shown else set()
    here = turn.screen
    turn.appeared = bool(here and any(id(node) not in before for _, node in here.questions))
    if not turn.refused and not turn.appeared:
        _to(turn, turn.position + 1)


def _back(turn: Turn, shown: Screen | None, where: str) -> None:
    _to(turn, max(turn.position - 1, 0))
    turn.refused.clear()


def _jump(turn: Turn, shown: Screen | None, where: str) -> None:
    turn.state = replace(turn.state, at=where)
    turn.refused.clear()


def _contents(turn: Turn, shown: Screen | None, where: str) -> None:
    _jump(turn, shown, f"{CONTENTS} {where}".strip())


def _end(turn: Turn, shown: Screen | None, where: str) -> None:
    _jump(turn, shown, END)


def _add(turn: Turn, shown: Screen | None, where: str) -> None:
    """Add the row that the screen offers, and go to its first question."""
    if not shown or not shown.offers or shown.parent is None:
        return
    row = turn.interview.add_row(shown.parent, shown.offers.place[-1])
    turn.screens = pages.screens(turn.interview)
    _to_row(turn, turn.interview.path(row))


def _remove(turn: Turn, shown: Screen | None, where: str) -> None:
    """Take a row away, and go to the one that stands in its place."""
    row = pages.node_at(turn.interview, where)
    repeat = row and turn.interview.script.repeats.get(row.place)
    if row is None or not repeat or repeat.count:
        return
    turn.interview.remove_row(row)
    turn.screens = pages.screens(turn.interview)
    turn.refused.clear()
    _to_row(turn, where)


def _to_row(turn: Turn, path: str) -> None:
    at = next(
        (n for n, screen in enumerate(turn.screens) if screen.key == path or screen.key.startswith(f"{path}/")), 0
    )
    _to(turn, at)


def _to(turn: Turn, number: int) -> None:
    at = turn.screens[number].key if number < len(turn.screens) else END
    turn.state = replace(turn.state, at=at)


def _speak(turn: Turn, shown: Screen | None, where: str) -> None:
    if where in turn.interview.form.texts.languages:
        turn.state = replace(turn.state, language=where)
        turn.interview.language = where


def _develop(turn: Turn, shown: Screen | None, where: str) -> None:
    turn.state = replace(turn.state, developer=not turn.state.developer)


def _widen(turn: Turn, shown: Screen | None, where: str) -> None:
    turn.state = replace(turn.state, wide=not turn.state.wide)


_MOVES = {
    "next": _next,
    "back": _back,
    "to": _jump,
    "contents": _contents,
    "end": _end,
    "add": _add,
    "remove": _remove,
    "language": _speak,
    "developer": _develop,
    "wide": _widen,
}
"""What the buttons of a page do; any other (`stay`, `find`) only puts the answers in."""


def row_of(turn: Turn, screen: Screen) -> tuple[Control, Node] | None:
    """The innermost row that a screen lies in."""
    return next((each for each in reversed(screen.around) if each[0].kind == "repeat"), None)


def in_view(turn: Turn, values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Calculated values of the form and of the rows that the screen lies in, not those of other rows."""
    rows = [turn.interview.path(node) for control, node in (turn.screen.around if turn.screen else ())]
    return {
        name: value
        for name, value in values.items()
        if "[" not in name or any(path.endswith(name[: name.rindex("]") + 1]) for path in rows)
    }
