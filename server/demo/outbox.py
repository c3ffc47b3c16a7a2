"""Outbox: the finished answer sheets of one tablet, kept on disk until the server has said 201."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.demo.sheets import Sheet

XML = "submission.xml"


@dataclass(frozen=True)
class Outbox:
    """A folder with `ready/` and `sent/`, in each one folder for each sheet, named so that the oldest sorts first.

    A sheet is moved into place in one step, so that a simulator killed at any moment finds it whole or not at all.
    """

    folder: Path

    def __post_init__(self) -> None:
        for name in ("ready", "sent", "writing"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def put(self, sheet: Sheet) -> None:
        """Keep a sheet until it is sent; one that is known already is left as it is."""
        ident = sheet.instance_id.removeprefix("uuid:")
        if ident in self.known():
            return
        place = self.folder / "writing" / ident
        place.mkdir(exist_ok=True)
        for name, data in {XML: sheet.xml, **sheet.files}.items():
            (place / name).write_bytes(data)
        place.replace(self.folder / "ready" / f"{len(self.known()):05d}_{ident}")

    def waiting(self) -> list[Path]:
        """The folders of sheets not yet sent, the oldest first."""
        return sorted((self.folder / "ready").iterdir())

    def mark_sent(self, place: Path) -> None:
        """Note that the server has the sheet."""
        place.replace(self.folder / "sent" / place.name)

    def sent(self) -> list[str]:
        """Instance ids that the server has confirmed."""
        return [f"uuid:{path.name.partition('_')[2]}" for path in sorted((self.folder / "sent").iterdir())]

    def known(self) -> set[str]:
        """Ids of every sheet ever put in."""
        return {path.name.partition("_")[2] for path in self._placed()}

    def _placed(self) -> Iterator[Path]:
        yield from (self.folder / "ready").iterdir()
        yield from (self.folder / "sent").iterdir()
