"""The colours of both themes: each pair that is read together has the contrast that WCAG 2.2 AA asks for."""

import re

import pytest

from server.web.render import STATIC

CSS = (STATIC / "site.css").read_text()

TEXT = [
    *[(ink, ground) for ink in ("ink", "muted", "accent", "watch", "act") for ground in ("paper", "surface")],
    ("on-accent", "accent"),
    ("accent", "soft"),
]
"""Letters on grounds: at least 4.5 to 1."""

SHAPES = [
    *[(shape, ground) for shape in ("done", "half", "watch", "act", "plan", "edge") for ground in ("paper", "surface")],
    ("accent", "soft"),
    ("plan", "soft"),
]
"""Lines and marks on grounds: at least 3 to 1."""


def themes() -> list[dict[str, str]]:
    """The tokens of each block that sets `color-scheme` and colours."""
    blocks = re.findall(r"\{\s*color-scheme: \w+;(.*?)\}", CSS, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_dark_theme_is_the_same_chosen_or_inherited():
    light, inherited, chosen = themes()
    assert inherited == chosen
    assert light.keys() == chosen.keys()


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_what_is_read_together_stands_out(theme, pairs, least):
    tokens = themes()[theme]
    weak = {pair: round(contrast(*(tokens[name] for name in pair)), 2) for pair in pairs}
    assert {pair: found for pair, found in weak.items() if found < least} == {}


def test_layout_follows_the_direction_of_the_language():
    physical = r"(?<![\w-])(?:margin|padding|border)-(?:left|right)|(?<![\w-])(?:left|right)\s*:|float\s*:"
    assert re.findall(physical, CSS) == []
