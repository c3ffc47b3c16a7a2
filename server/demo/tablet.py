"""Tablet: an OpenRosa client that does over HTTP what ODK Collect does, and refuses what Collect refuses.

The order of requests, the headers and the rules for answers follow Collect's open-rosa module (v2026.3): form
list, manifest, form and media with their MD5 checked, then HEAD and multipart POST for each filled form. It works
against any server with app-user addresses such as ODK Central's.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import urllib.parse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from threading import Event
from typing import Any
from xml.etree import ElementTree

from server.demo.outbox import XML
from server.errors import Problem

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
AGENT = "org.odk.collect.android/v2026.3.3 Dalvik/2.1.0 (enumera demo)"
ALWAYS = {"User-Agent": AGENT, "X-OpenRosa-Version": "1.0", "Accept-Encoding": "gzip"}
DEFAULT_LIMIT = 10_000_000
MOST_FILES = 100
TYPES = {".csv": "text/csv", ".jpg": "image/jpeg", ".m4a": "audio/mp4"}
PATIENCE = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # seconds between attempts; the last one is repeated


class Refused(Problem):
    """What Collect would show as an error: the server's answer is not one that a tablet can work with."""

    def __init__(self, message: str) -> None:
        super().__init__(502.5, message)


class OutOfPatience(Problem):
    """The server stayed away, or answered 5xx, for longer than the tablet was told to try."""

    def __init__(self, message: str) -> None:
        super().__init__(504.5, message)


@dataclass(frozen=True)
class Listed:
    """One entry of the form list."""

    form_id: str
    version: str
    md5: str
    url: str
    manifest_url: str


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Tablet:
    """One device signed in with an app-user address; `counts` holds requests by method and status.

    patience  seconds to go on trying when the server is down; sheets stay in the outbox anyway
    stop      set when the tablet is to give up at once
    """

    url: str
    device_id: str
    patience: float = 120.0
    stop: Event = field(default_factory=Event)
    counts: Counter[str] = field(default_factory=Counter)
    _connection: http.client.HTTPConnection | None = None
    _kept: dict[str, Reply] = field(default_factory=dict)

    # ---- forms

    def forms(self) -> list[Listed]:
        """The form list. Raises Refused when Collect could not read it."""
        root = self._document(f"{self.url.rstrip('/')}/formList", "form list", f"{LIST}xforms")
        return [_listed(_fields(entry, LIST)) for entry in root.findall(f"{LIST}xform")]

    def media(self, listed: Listed) -> dict[str, bytes]:
        """The files beside a form, by name, each of the MD5 that the manifest gives."""
        if not listed.manifest_url:
            return {}
        root = self._document(listed.manifest_url, "manifest", f"{MANIFEST}manifest")
        files = {}
        for entry in root.findall(f"{MANIFEST}mediaFile"):
            wanted = _fields(entry, MANIFEST)
            if not all(wanted.get(name) for name in ("filename", "hash", "downloadUrl")):
                raise Refused("manifest: an entry lacks filename, hash or downloadUrl")
            name = Path(wanted["filename"]).name
            files[name] = self._download(wanted["downloadUrl"], wanted["hash"][4:], name)
        return files

    def form(self, listed: Listed) -> bytes:
        """The form itself, of the MD5 that the list gives."""
        return self._download(listed.url, listed.md5, listed.form_id)

    # ---- filled forms

    def send(self, place: Path) -> int:
        """Send one filled form from its folder: HEAD, then a POST for each part. Returns the number of POSTs.

        The same bytes are sent again until the server has answered 201 or 202 or patience ends (OutOfPatience).
        Any other answer than success or 5xx raises Refused with the message an enumerator would read.
        """
        return int(self._persist(lambda: self._send(place)))

    def _send(self, place: Path) -> int:
        target = f"{self.url.rstrip('/')}/submission"
        limit, target = self._ask(target)
        files = sorted(path for path in place.iterdir() if path.name != XML)
        parts = _split(files, limit - (place / XML).stat().st_size)
        for number, chosen in enumerate(parts, 1):
            body, kind = _multipart(place, chosen, complete=number == len(parts))
            reply = self._request("POST", target, body, {"Content-Type": kind})
            if reply.status >= 500:
                raise ConnectionError(f"status {reply.status}")
            if reply.status not in (201, 202):
                raise Refused(f"POST: status {reply.status}: {_message(reply)}")
        return len(parts)

    def _ask(self, target: str) -> tuple[int, str]:
        """HEAD: how large a POST may be, and where to."""
        reply = self._request("HEAD", target)
        if reply.status == 401:
            raise Refused("HEAD: the server requests authentication")
        if 200 <= reply.status < 300 and reply.status != 204:
            raise Refused(f"HEAD: status {reply.status}; is this an OpenRosa submission endpoint?")
        size = reply.headers.get("x-openrosa-accept-content-length", "")
        elsewhere = urllib.parse.unquote(reply.headers.get("location", "")) if reply.status == 204 else ""
        if elsewhere and urllib.parse.urlsplit(elsewhere).hostname != urllib.parse.urlsplit(target).hostname:
            raise Refused(f"HEAD: redirect to another host: {elsewhere}")
        return int(size) if size.isdigit() else DEFAULT_LIMIT, elsewhere or target

    # ---- HTTP

    def _persist(self, attempt: Callable[[], Any]) -> Any:
        """Try until it works: a tablet out of reach of its server waits longer each time."""
        waited, pauses = 0.0, iter(PATIENCE)
        while True:
            try:
                return attempt()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                pause = next(pauses, PATIENCE[-1])
                if waited + pause > self.patience or self.stop.wait(pause):
                    raise OutOfPatience(f"{self.url.split('/v1/')[0]}: no answer for {waited:.0f} s") from error
                waited += pause

    def _document(self, url: str, what: str, root_name: str) -> ElementTree.Element:
        reply = self._persist(lambda: self._get(url))
        if reply.status != 200:
            raise Refused(f"{what}: status {reply.status}")
        if "text/xml" not in reply.headers.get("content-type", "").lower():
            raise Refused(f"{what}: the content type is not text/xml; a network proxy may be in the way")
        if "x-openrosa-version" not in reply.headers:
            raise Refused(f"{what}: no X-OpenRosa-Version header, so this is no OpenRosa server")
        try:
            root = ElementTree.fromstring(reply.body)  # noqa: S314 - the server that the user chose
        except ElementTree.ParseError as error:
            raise Refused(f"{what}: not XML: {error}") from error
        if root.tag != root_name:
            raise Refused(f"{what}: the root element is {root.tag}")
        return root

    def _download(self, url: str, md5: str, name: str) -> bytes:
        reply = self._persist(lambda: self._get(url))
        if reply.status != 200:
            raise Refused(f"{name}: status {reply.status}")
        if hashlib.md5(reply.body, usedforsecurity=False).hexdigest() != md5:
            raise Refused(f"{name}: the MD5 is not the announced one; Collect would download it again for ever")
        return bytes(reply.body)

    def _get(self, url: str) -> Reply:
        """GET with revalidation: a 304 gives the copy that the tablet has."""
        kept = self._kept.get(url)
        reply = self._request("GET", url, headers={"If-None-Match": kept.headers["etag"]} if kept else {})
        if reply.status >= 500:
            raise ConnectionError(f"status {reply.status}")
        if reply.status == 304 and kept:
            return kept
        if reply.status == 200 and "etag" in reply.headers:
            self._kept[url] = reply
        return reply

    def _request(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Reply:
        parts = urllib.parse.urlsplit(url)
        query = f"{parts.query}&" if parts.query else ""
        path = f"{parts.path}?{query}{urllib.parse.urlencode({'deviceID': self.device_id})}"
        connection = self._connected(parts)
        connection.request(method, path, body, {**ALWAYS, "Date": formatdate(usegmt=True), **headers})
        answer = connection.getresponse()
        received = {name.lower(): value for name, value in answer.getheaders()}
        data = answer.read()
        if received.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        reply = Reply(answer.status, received, data)
        self.counts[f"{method} {reply.status}"] += 1
        return reply

    def _connected(self, parts: urllib.parse.SplitResult) -> http.client.HTTPConnection:
        if self._connection is None:
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(parts.hostname or "", parts.port, timeout=60)
        return self._connection

    def close(self) -> None:
        """Give up the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _fields(entry: ElementTree.Element, namespace: str) -> dict[str, str]:
    return {child.tag.removeprefix(namespace): (child.text or "").strip() for child in entry}


def _listed(fields: Mapping[str, str]) -> Listed:
    if not all(fields.get(name) for name in ("formID", "name", "downloadUrl")):
        raise Refused("form list: an entry lacks formID, name or downloadUrl, so the whole list is refused")
    if not fields.get("hash", "").startswith("md5:"):
        raise Refused(f"form list: {fields['formID']} has no md5: hash, so it cannot be downloaded")
    return Listed(
        fields["formID"],
        fields.get("version", ""),
        fields["hash"][4:],
        fields["downloadUrl"],
        fields.get("manifestUrl", ""),
    )


def _split(files: Sequence[Path], limit: int) -> list[list[Path]]:
    """Files by POST, as Collect splits them: at least one file in each, at most 100, below the limit if possible."""
    parts: list[list[Path]] = [[]]
    size = 0
    for path in files:
        if parts[-1] and (len(parts[-1]) >= MOST_FILES or size + path.stat().st_size > limit):
            parts.append([])
            size = 0
        parts[-1].append(path)
        size += path.stat().st_size
    return parts


def _multipart(place: Path, files: Sequence[Path], *, complete: bool) -> tuple[bytes, str]:
    """The body of one POST and its content type; the boundary comes from the sheet, so that a repeat is identical."""
    boundary = f"enumera-{hashlib.md5(place.name.encode(), usedforsecurity=False).hexdigest()}"
    parts = [("xml_submission_file", f"{place.name}.xml", "text/xml", (place / XML).read_bytes())]
    parts += [
        (path.name, path.name, TYPES.get(path.suffix, "application/octet-stream"), path.read_bytes()) for path in files
    ]
    lines = []
    for name, filename, kind, data in parts:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        lines += [f"--{boundary}\r\n{head}".encode(), data, b"\r\n"]
    if not complete:
        head = 'Content-Disposition: form-data; name="*isIncomplete*"\r\n\r\nyes\r\n'
        lines.append(f"--{boundary}\r\n{head}".encode())
    lines.append(f"--{boundary}--\r\n".encode())
    return b"".join(lines), f"multipart/form-data; boundary={boundary}"


def _message(reply: Reply) -> str:
    """What the enumerator would read."""
    if reply.status == 200:
        return "Network login failure? Again?"
    text = reply.body.decode(errors="replace")
    if "OpenRosaResponse" in text:
        return text.partition("<message")[2].partition(">")[2].partition("<")[0]
    return http.client.responses.get(reply.status, "unknown")
