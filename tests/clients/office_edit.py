"""Workbooks opened, changed and saved by LibreOffice: run by its own Python, which alone knows `uno`.

Reads a list of jobs as JSON from standard input, see `office.Job`; the argument names the pipe of the running office.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def connected(pipe: str) -> Any:
    """The desktop of the office that listens on a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise SystemExit("the office did not start")


def said(**properties: Any) -> tuple[Any, ...]:
    return tuple(PropertyValue(Name=name, Value=value) for name, value in properties.items())


def take_step(book: Any, step: dict[str, Any]) -> None:
    """Type a text, insert an empty row above a row, hide a column or a row, or save the workbook under a name."""
    if step["do"] == "save":
        book.storeToURL(Path(step["path"]).as_uri(), said(FilterName="Calc MS Excel 2007 XML"))
        return
    sheet = book.Sheets.getByName(step["sheet"])
    if step["do"] == "write":
        sheet.getCellByPosition(step["column"] - 1, step["row"] - 1).String = step["text"]
    elif step["do"] == "insert":
        sheet.Rows.insertByIndex(step["row"] - 1, 1)
    elif step["do"] == "hide":
        lines, number = (sheet.Columns, step["column"]) if "column" in step else (sheet.Rows, step["row"])
        lines.getByIndex(number - 1).IsVisible = False
    else:
        raise SystemExit(f"unknown step {step['do']!r}")


def main(pipe: str) -> None:
    desktop = connected(pipe)
    try:
        for job in json.load(sys.stdin):
            book = desktop.loadComponentFromURL(Path(job["path"]).as_uri(), "_blank", 0, ())
            for step in job["steps"]:
                take_step(book, step)
            book.close(True)
    finally:
        desktop.terminate()
    print("done", flush=True)
    os._exit(0)  # the bridge to an office that has ended may crash a Python that ends in order


if __name__ == "__main__":
    main(sys.argv[1])
