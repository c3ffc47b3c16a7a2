"""An adaptation to look at: a small form of the library made the survey's own, through the pages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from flask.testing import FlaskClient

from tests.server.web.conftest import post

STANDARD, NAME = "training", "courses"


@dataclass(frozen=True)
class Adapted:
    """A browser of the office, and the addresses of its form."""

    browser: FlaskClient
    project_id: int

    @property
    def standard(self) -> str:
        """The page of the standard."""
        return f"/p/{self.project_id}/forms/{STANDARD}"

    @property
    def form(self) -> str:
        """The page of the survey's own form."""
        return f"/p/{self.project_id}/forms/{NAME}"

    def get(self, page: str, **arguments: str):
        """A page of the form."""
        return self.browser.get(self.form + page, query_string=arguments)

    def send(self, page: str, address: str | None = None, **fields):
        """A form as it stands on a page of the survey's own form, sent with other fields."""
        return post(self.browser, self.form + page, self.form + (page if address is None else address), **fields)

    def kept(self, page: str, name: str) -> str:
        """A hidden field of a page."""
        return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', self.get(page).text)[1])

    def fields(self, page: str) -> dict[str, str]:
        """The text areas of a page."""
        found = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)<', self.get(page).text)
        return {html.unescape(name): html.unescape(text) for name, text in found}


def begun(browser: FlaskClient, project_id: int, **fields) -> Adapted:
    """The form, begun in English and in two languages that it has no text in yet."""
    made = Adapted(browser, project_id)
    page = f"{made.standard}/adapt"
    answer = post(browser, page, page, **{"name": NAME, "language": "en", "further": "ar, tg", **fields})
    assert answer.status_code == 303, answer.text
    return made
