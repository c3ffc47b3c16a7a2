"""A survey's own form, and an interview held with it page by page, as a browser without JavaScript does."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from forms import workbook as workbooks
from server.operations import adaptations
from tests.drawing import workbook
from tests.server.web.test_pages import Page

NAME = "office_form"

FORM = """
| survey | | | | | | | | | |
| | type | name | label::English (en) | label::{ar} | required | relevant | constraint | appearance | calculation |
| | select_one yn | lives | Do you live here? | هل تقيم هنا منذ 2020؟ | yes | | | | |
| | text | who | Your name? | ما اسمك؟ | | ${lives} = '1' | | | |
| | integer | age | **Age** of ${who} | عمر ${who} بالسنوات | | ${lives} = '1' | . >= 0 and . <= 120 | | |
| | begin_group | when | Dates | التواريخ | | | | field-list | |
| | date | born | Date of birth | تاريخ الميلاد | | | . <= today() | | |
| | select_one yn | moved | Did you move? | هل انتقلت؟ | | | | | |
| | dateTime | came | When? | متى؟ | | ${moved} = '1' | | | |
| | end_group | | | | | | | | |
| | select_one place | place | Place | المكان | | | | | |
| | select_multiple yn | has | What is there? | ماذا يوجد؟ | | | | | |
| | geopoint | position | Position | الموقع | | | | | |
| | decimal | rooms | Rooms | الغرف | | | | | |
| | image | photo | Picture | صورة | | | | | |
| | acknowledge | read | Read this out | اقرأ هذا | | | | | |
| | note | thanks | Thank you, ${who} | شكرا ${who} | | | | | |
| | begin_repeat | person | Person | شخص | | | | | |
| | text | called | Name | الاسم | | | | | |
| | end_repeat | | | | | | | | |
| | calculate | adult | | | | | | | if(${age} >= 18, 1, 0) |
| choices | | | | |
| | list_name | name | label::English (en) | label::{ar} |
| | yn | 1 | Yes | نعم |
| | yn | 2 | No | لا |
{places}
| settings | | | | |
| | form_title | form_id | version | default_language |
| | An office's form | office_form | 1 | English (en) |
"""
PLACES = "\n".join(f"| | place | {code} | Village {code} | قرية {code} |" for code in range(100, 400))


def an_own_form(app: Flask, project_id: int = 1) -> Path:
    """The folder of a form that a survey has made its own."""
    drawn = FORM.replace("{places}", PLACES).replace("{ar}", "العربية (ar)")
    folder = adaptations.folder_of(app.extensions["config"], project_id, NAME)
    folder.mkdir(parents=True)
    workbooks.write_xlsx(workbook(drawn), folder / "form.xlsx")
    return folder


class Walker:
    """A browser that looks at a preview and presses its buttons; `page` is what it sees."""

    def __init__(self, browser: FlaskClient, address: str) -> None:
        self.browser, self.address = browser, address.partition("?")[0]
        self.page = browser.get(address).text

    def press(self, button: str, **answers: str | list[str]) -> str:
        """Answer questions of the page by name, and press a button; gives the next page.

        What stands in the page's boxes is sent with it.
        """
        data = {**self._standing(), "go": [button]}
        for name, answer in answers.items():
            boxes = [f"v:{path}" for path in data.get("shown", []) if path.endswith(f"/{name}")]
            data[boxes[0] if boxes else name] = answer if isinstance(answer, list) else [answer]
        received = self.browser.post(self.address, data=data)
        assert received.status_code == 200, received.text
        self.page = received.text
        return self.page

    def _standing(self) -> dict[str, list[str]]:
        """What a browser would send of the preview's form as it is."""
        sent: dict[str, list[str]] = {}
        chosen = ""
        for tag, attributes, around in Page(self.page[self.page.index('<form id="preview"') :]).elements:
            name = attributes.get("name") or ""
            if tag == "select":
                chosen = name
            elif tag == "option" and "selected" in attributes and "select" in around:
                sent.setdefault(chosen, []).append(attributes.get("value") or "")
            elif tag == "input" and (attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes):
                sent.setdefault(name, []).append(attributes.get("value") or "")
        return sent

    def asked(self) -> list[str]:
        """The names of the questions on the page."""
        return [path.rpartition("/")[2] for path in re.findall(r'name="shown" value="([^"]+)"', self.page)]
