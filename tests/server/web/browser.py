"""A browser to test with: Chromium without a window, driven over its pipe (DevTools protocol, no package needed)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""

SWITCHES = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # no page reaches another host
    *("--remote-debugging-pipe", "about:blank"),
)


class Browser:
    """One tab. `errors` and `requests` hold what the pages complained of and asked for since `visit` began."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = os.fdopen(to_browser, "wb", buffering=0), os.fdopen(from_browser, "rb", buffering=0)
        self._rest, self._last, self._tab = b"", 0, ""
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._loaded = False
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._tab = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def look(self, *, width: int, dark: bool = False) -> None:
        """Choose the window's width and the device's colour scheme."""
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def keep(self, url: str, **cookies: str) -> None:
        """Put cookies into the browser."""
        for name, value in cookies.items():
            self._call("Network.setCookie", url=url, name=name, value=value)

    def visit(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        self.errors, self.requests, self._loaded = [], [], False
        self._call("Page.navigate", url=url)
        while not self._loaded:
            self._note(self._next())

    def press(self, selector: str) -> None:
        """Press a button or link that leads to another page, and wait until that is loaded."""
        self._loaded = False
        self.value(f"document.querySelector({json.dumps(selector)}).click()")
        while not self._loaded:
            self._note(self._next())

    def value(self, expression: str) -> Any:
        """What a JavaScript expression gives on the page; promises are awaited."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    def close(self) -> None:
        """Close the pipe; the browser then ends."""
        self._out.close()
        self._in.close()

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._tab:
            message["sessionId"] = self._tab
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._note(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = self._in.read(65536)
            assert piece, "the browser ended"
            self._rest += piece
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(params["exceptionDetails"]["text"])
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning"):
                self.errors.append(str(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


@contextmanager
def opened(profile: Path):
    """A running browser with a profile of its own."""
    read_theirs, write_ours = os.pipe()
    read_ours, write_theirs = os.pipe()
    command = f'exec "$0" "$@" 3<&{read_theirs} 4>&{write_theirs}'  # it listens on 3 and talks on 4
    process = subprocess.Popen(
        ["/bin/bash", "-c", command, CHROMIUM, *SWITCHES, f"--user-data-dir={profile}"],
        pass_fds=(read_theirs, write_theirs),
        stderr=subprocess.DEVNULL,
    )
    os.close(read_theirs)
    os.close(write_theirs)
    browser = Browser(write_ours, read_ours)
    try:
        yield browser
    finally:
        browser.close()
        process.terminate()
        process.wait(timeout=20)
