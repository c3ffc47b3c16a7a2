"""Machine-readable lines of travel documents, read and drawn as ICAO Doc 9303 describes them (parts 3 to 7).

Written from the standard and not from the questionnaire, so that the two can be compared.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from datetime import date
from random import Random

ALPHABET = string.digits + string.ascii_uppercase
LENGTHS = {"TD1": (30, 30, 30), "TD2": (36, 36), "TD3": (44, 44), "MRVB": (36, 36), "MRVA": (44, 44)}
FORMATS = tuple(LENGTHS)
STATES = ("TJK", "KGZ", "D", "GBO", "XXA", "HND", "UNO", "NAM")
"""Some codes of issuing states; all are in the list of the questionnaire."""


@dataclass(frozen=True)
class Reading:
    """What lines say. Empty text stands for what they do not say; `wrong` names the parts that do not fit."""

    format: str
    number: str
    issuer: str
    nationality: str
    birth: str
    birth_year: str
    sex: str
    expiry: str
    surname: str
    given: str
    wrong: frozenset[str] = field(default_factory=frozenset)


def check_digit(text: str) -> str:
    """The check digit of a field: 0-9 count as they are, A-Z 10 to 35, < 0; weights 7, 3, 1; modulus 10."""
    return str(sum(_worth(letter) * (7, 3, 1)[place % 3] for place, letter in enumerate(text)) % 10)


def _worth(letter: str) -> int:
    return 0 if letter == "<" else ALPHABET.index(letter)


def read(text: str, today: date) -> Reading:
    """The lines, one after the other without anything between them, as somebody reads them on that day."""
    kind = {90: "TD1", 72: "TD2", 88: "TD3"}[len(text)]
    if text[0] == "V":
        kind = {"TD2": "MRVB", "TD3": "MRVA"}[kind]
    size = LENGTHS[kind][0]
    lines = [text[start : start + size] for start in range(0, len(text), size)]
    return _read_card(*lines, today) if kind == "TD1" else _read_pair(kind, *lines, today)


def _read_card(first: str, second: str, third: str, today: date) -> Reading:
    number, number_fits = _number(first[5:14], first[14], first[15:30], may_be_long=True)
    fits = {
        "number": number_fits,
        "birth": _date_fits(second[0:6], second[6], _birth_year(second[0:6], today)),
        "expiry": _date_fits(second[8:14], second[14], _expiry_year(second[8:14], today)),
        "all": check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29]) == second[29],
    }
    return _reading("TD1", first, number, second[15:18], second[0:6], second[7], second[8:14], third, fits, today)


def _read_pair(kind: str, first: str, second: str, today: date) -> Reading:
    optional = {"TD2": second[28:35], "TD3": second[28:42]}.get(kind, second[28:])
    number, number_fits = _number(second[0:9], second[9], optional, may_be_long=kind == "TD2")
    fits = {
        "number": number_fits,
        "birth": _date_fits(second[13:19], second[19], _birth_year(second[13:19], today)),
        "expiry": _date_fits(second[21:27], second[27], _expiry_year(second[21:27], today)),
    }
    if kind == "TD3":
        empty = set(optional) == {"<"}
        fits["optional"] = second[42] == check_digit(optional) or (empty and second[42] == "<")
    if kind in ("TD2", "TD3"):
        fits["all"] = check_digit(second[0:10] + second[13:20] + second[21:-1]) == second[-1]
    names = first[5:]
    return _reading(kind, first, number, second[10:13], second[13:19], second[20], second[21:27], names, fits, today)


def _reading(
    kind: str,
    first: str,
    number: str,
    nationality: str,
    birth: str,
    sex: str,
    expiry: str,
    names: str,
    fits: dict[str, bool],
    today: date,
) -> Reading:
    surname, _, given = names.partition("<<")
    return Reading(
        format=kind,
        number=number.replace("<", ""),
        issuer=first[2:5].replace("<", ""),
        nationality=nationality.replace("<", ""),
        birth=_iso(birth, _birth_year(birth, today)) if fits["birth"] else "",
        birth_year=str(_birth_year(birth, today) or ""),
        sex={"M": "M", "F": "F", "<": "X", "X": "X"}.get(sex, ""),
        expiry=_iso(expiry, _expiry_year(expiry, today)) if fits["expiry"] else "",
        surname=" ".join(surname.replace("<", " ").split()),
        given=" ".join(given.replace("<", " ").split()),
        wrong=frozenset(part for part, right in fits.items() if not right),
    )


def _number(nine: str, check: str, optional: str, *, may_be_long: bool) -> tuple[str, bool]:
    """The number and whether its check digit fits; a filler in place of the digit: it goes on in the optional data."""
    if may_be_long and check == "<":
        rest = optional.partition("<")[0]
        return nine + rest[:-1], len(rest) > 1 and check_digit(nine + rest[:-1]) == rest[-1]
    return nine, check_digit(nine) == check


def _birth_year(six: str, today: date) -> int | None:
    """The year of two digits that is not in the future; months and days that are not known count as early."""
    if not six[:2].isdigit():
        return None
    early = int("20" + "".join(str(_worth(letter) % 10) for letter in six))
    return (1900 if early > int(today.strftime("%Y%m%d")) else 2000) + int(six[:2])


def _expiry_year(six: str, today: date) -> int | None:
    """The year of two digits that lies less than 50 years before this one, or at most 50 after."""
    if not six[:2].isdigit():
        return None
    return next(year for year in range(today.year - 49, today.year + 51) if year % 100 == int(six[:2]))


def _date_fits(six: str, check: str, year: int | None) -> bool:
    return check_digit(six) == check and _is_date(six, year)


def _is_date(six: str, year: int | None) -> bool:
    """Two digits or two fillers for year, month and day, and a day that the month has."""
    parts = [six[0:2], six[2:4], six[4:6]]
    if not all(part == "<<" or part.isdigit() for part in parts):
        return False
    month, day = (1 if part == "<<" else int(part) for part in parts[1:])
    try:
        date(2000 if year is None else year, month if parts[1] != "<<" else 1, day)
    except ValueError:
        return False
    return True


def _iso(six: str, year: int | None) -> str:
    return f"{year}-{six[2:4]}-{six[4:6]}" if six.isdigit() else ""


@dataclass(frozen=True)
class Holder:
    """What an issuing office would print.

    `number` may be longer than nine characters on cards; `filler` is what a passport has as check digit of empty
    optional data.
    """

    number: str
    issuer: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    surname: str
    given: str
    optional: str
    filler: str = "0"


def lines_of(kind: str, holder: Holder) -> str:
    """The lines of a document, right in every digit."""
    size = LENGTHS[kind][0]
    nine = holder.number[:9].ljust(9, "<")
    number, optional = nine + check_digit(nine), holder.optional
    if len(holder.number) > 9:
        number, optional = nine + "<", holder.number[9:] + check_digit(holder.number) + "<"
    birth, expiry = holder.birth + check_digit(holder.birth), holder.expiry + check_digit(holder.expiry)
    state, nation = holder.issuer.ljust(3, "<"), holder.nationality.ljust(3, "<")
    room = size if kind == "TD1" else size - 5
    names = f"{holder.surname}<<{holder.given}".replace(" ", "<").ljust(room, "<")[:room]
    if kind == "TD1":
        first = f"I<{state}{number}{optional:<<15}"[:30]
        second = f"{birth}{holder.sex}{expiry}{nation}{'':<<11}"
        return first + second + check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29]) + names
    first = {"TD2": "I", "TD3": "P"}.get(kind, "V") + "<" + state + names
    second = f"{number}{nation}{birth}{holder.sex}{expiry}"
    if kind == "TD3":
        personal = optional.ljust(14, "<")
        second += personal + (check_digit(personal) if optional else holder.filler)
    else:
        second = (second + optional).ljust(size - (kind == "TD2"), "<")
    if kind in ("TD2", "TD3"):
        second += check_digit(second[0:10] + second[13:20] + second[21:])
    return first + second.ljust(size, "<")


def draw_holder(random: Random, kind: str) -> Holder:
    """Somebody's data: now and then with a long number, unknown parts of the birth, too many names, a leap day."""
    longest = {"TD1": 22, "TD2": 14}.get(kind, 9)
    length = random.randint(10, longest) if longest > 9 and random.random() < 0.3 else random.randint(5, 9)
    born = f"{random.randint(0, 99):02}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    birth = random.choices([born, born[:4] + "<<", born[:2] + "<<<<", "<<<<<<", "000229"], [16, 1, 1, 1, 1])[0]
    return Holder(
        number=_letters(random, ALPHABET, length),
        issuer=random.choice(STATES),
        nationality=random.choice(STATES),
        birth=birth,
        sex=random.choice("MF<"),
        expiry=f"{random.randint(0, 99):02}{random.randint(1, 12):02}{random.randint(1, 28):02}",
        surname=" ".join(_letters(random, string.ascii_uppercase, 5) for _ in range(random.randint(1, 2))),
        given=" ".join(_letters(random, string.ascii_uppercase, 4) for _ in range(random.choice([0, 1, 2, 9]))),
        optional=_letters(random, ALPHABET, random.choice([0, 0, 4])),
        filler=random.choice("0<"),
    )


def corrupt(random: Random, text: str) -> str:
    """The lines with one thing wrong: another character somewhere, or two neighbours exchanged."""
    while True:
        place = random.randrange(1, len(text) - 1)
        if random.random() < 0.7:
            found = text[:place] + random.choice(ALPHABET + "<") + text[place + 1 :]
        else:
            found = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if found != text:
            return found


def spread(random: Random, text: str) -> str:
    """The lines as a scanner or a typist hands them over: with line breaks, blanks or small letters, or nothing."""
    size = LENGTHS[read_format(text)][0]
    between = random.choice(["", "\n", "\r\n", " "])
    found = between.join(text[start : start + size] for start in range(0, len(text), size))
    return found.lower() if random.random() < 0.2 else found


def read_format(text: str) -> str:
    """The format, by length and first letter."""
    return read(re.sub(r"\s", "", text).upper(), date.today()).format


def _letters(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choice(alphabet) for _ in range(length))
