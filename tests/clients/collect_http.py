"""Collect over HTTP: what ODK Collect (v2026.3) does call for call, and refuses for the same reasons.

Form list, manifests, form, media, then HEAD and POST /submission. Written after Collect's open-rosa module.

    python -m tests.clients.collect_http roundtrip URL DIR [--user U --password P] [--count 2]
    python -m tests.clients.collect_http pull URL DIR
    python -m tests.clients.collect_http push URL FOLDER_WITH_submission.xml

URL is what one types into Collect: https://host/v1/key/TOKEN/projects/1, or an OpenRosa root with user and password.
Over http Collect answers Digest challenges only; Basic is for https only (`--allow-basic` lifts that).
"""

from __future__ import annotations

import argparse
import hashlib
import mimetypes
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlparse
from xml.etree import ElementTree

import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from tests.clients import javarosa

LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
INSTANCE = ".//{http://www.w3.org/2002/xforms}model/{http://www.w3.org/2002/xforms}instance"
AGENT = "org.odk.collect.android/v2026.3.3 Dalvik/2.1.0 (Linux; U; Android 14; harness Build/1)"
LIMIT = 10_000_000
"""Bytes in one POST when the server names no limit."""

FILES_IN_ONE_POST = 101


class Refused(Exception):
    """Collect would show an error here."""


@dataclass(frozen=True)
class Receipt:
    """The answer to a finished submission: status of the last POST, how many there were, the server's words."""

    status: int
    posts: int
    message: str | None


class CollectAuth(AuthBase):
    """No credentials at first, then an answer to the challenge that the server sends."""

    def __init__(self, user: str, password: str, allow_basic: bool) -> None:
        self.user, self.password, self.allow_basic = user, password, allow_basic
        self.digest = HTTPDigestAuth(user, password)
        self.basic = False

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.basic:
            return HTTPBasicAuth(self.user, self.password)(request)
        request = self.digest(request)
        request.register_hook("response", self._on_response)
        return request

    def _on_response(self, response: requests.Response, **options: Any) -> requests.Response:
        challenge = response.headers.get("WWW-Authenticate", "").lower()
        wants_basic = response.status_code == 401 and "basic" in challenge and "digest" not in challenge
        may = response.url.startswith("https:") or self.allow_basic
        if not wants_basic or not may or response.request.headers.get("Authorization"):
            return response
        self.basic = True
        _ = response.content  # frees the connection
        again = HTTPBasicAuth(self.user, self.password)(response.request.copy())
        return response.connection.send(again, **options)


class Collect:
    """One tablet: its server, its device id, and a log of the requests that it made."""

    def __init__(
        self,
        url: str,
        user: str | None = None,
        password: str = "",
        device: str = "collect:harnessDevice01",
        *,
        allow_basic: bool = False,
    ) -> None:
        self.url, self.device = url.rstrip("/"), device
        self.log: list[tuple[str, str, int]] = []
        self.session = requests.Session()
        if user:
            self.session.auth = CollectAuth(user, password, allow_basic)

    def form_list(self) -> list[dict[str, Any]]:
        """The forms on offer. One entry without an id, a name or an address makes Collect refuse the whole list."""
        root = self._xml(f"{self.url}/formList", "form list")
        if root.tag != f"{{{LIST}}}xforms":
            raise Refused(f"form list: root element is {root.tag}")
        forms = []
        for element in _children(root, LIST, "xform"):
            form: dict[str, Any] = _fields(element, LIST)
            if not (form.get("formID") and form.get("name") and form.get("downloadUrl")):
                raise Refused(f"form list: an entry lacks formID, name or downloadUrl, so no form is shown: {form}")
            hashed = form.get("hash") or ""
            forms.append(form | {"md5": hashed.removeprefix("md5:") if hashed.startswith("md5:") else None})
        return forms

    def manifest(self, url: str) -> list[dict[str, Any]]:
        """The files that belong beside a form."""
        root = self._xml(url, "manifest")
        if root.tag != f"{{{MANIFEST}}}manifest":
            raise Refused(f"manifest: root element is {root.tag}")
        files = []
        for element in _children(root, MANIFEST, "mediaFile"):
            file: dict[str, Any] = _fields(element, MANIFEST) | {"type": element.get("type")}
            if not (file.get("filename") and file.get("downloadUrl") and file.get("hash")):
                raise Refused(f"manifest: an entry lacks filename, hash or downloadUrl: {file}")
            files.append(file | {"filename": Path(file["filename"]).name, "md5": file["hash"][4:]})
        return files

    def download(self, form: dict[str, Any], to: str | Path) -> tuple[Path, list[str]]:
        """Put a form and its media into a folder of its own; give the form's path and what Collect would mind."""
        if form["md5"] is None:
            raise Refused(f"{form['formID']}: no md5 hash in the form list")
        xml = self._bytes(form["downloadUrl"], form["formID"])
        folder = Path(to) / re.sub(r"[^\w\-]", "_", form["formID"])
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w\- ]", "", form["name"]).strip()
        path = folder / f"{name or 'form'}.xml"
        path.write_bytes(xml)
        notes = list(_complaints(form, xml))
        for file in self.manifest(form["manifestUrl"]) if form.get("manifestUrl") else ():
            content = self._bytes(file["downloadUrl"], file["filename"])
            if _md5(content) != file["md5"]:
                notes.append(f"{file['filename']}: md5 differs from the manifest")
            (folder / file["filename"]).write_bytes(content)
        return path, notes

    def submit(
        self,
        submission: str | Path,
        files: Sequence[str | Path] | None = None,
        url: str | None = None,
        break_after: int | None = None,
    ) -> Receipt:
        """HEAD, then as many POSTs as the attachments need.

        `files` are by default all that lies beside the XML. `break_after` stops after so many POSTs, as a lost
        connection does.
        """
        path = Path(submission)
        attachments = _beside(path) if files is None else [Path(file) for file in files]
        target, limit = self._open(self._with_device(url or f"{self.url}/submission"))
        receipt = Receipt(0, 0, None)
        for parts in _posts(path, attachments, limit):
            response = self.session.post(target, files=parts, headers=_headers(), timeout=120)
            self.log.append(("POST", target, response.status_code))
            said = re.search(r"<message[^>]*>([^<]*)", response.text) if "OpenRosaResponse" in response.text else None
            if response.status_code not in (201, 202):
                reason = "login wanted by the network?" if response.status_code == 200 else response.reason
                raise Refused(f"POST: status {response.status_code}: {said[1] if said else reason}")
            receipt = Receipt(response.status_code, receipt.posts + 1, said[1] if said else None)
            if receipt.posts == break_after:
                break
        return receipt

    def _open(self, target: str) -> tuple[str, int]:
        """Ask by HEAD where to send and how much at once."""
        response = self.session.head(target, headers=_headers(), timeout=60, allow_redirects=True)
        self.log.append(("HEAD", target, response.status_code))
        if response.status_code == 401:
            raise Refused("HEAD: credentials wanted")
        if response.status_code != 204:
            if 200 <= response.status_code < 300:
                raise Refused(f"HEAD: status {response.status_code}; only 204 says 'OpenRosa submission endpoint'")
            return target, LIMIT
        said = response.headers.get("X-OpenRosa-Accept-Content-Length", "")
        limit = int(said) if said.isdigit() else LIMIT
        if location := response.headers.get("Location"):
            moved = unquote(location)
            if (urlparse(moved).hostname or "").lower() != (urlparse(target).hostname or "").lower():
                raise Refused(f"HEAD: redirect to another host: {moved}")
            target = moved if urlparse(moved).query else f"{moved}?{urlparse(target).query}"
        return target, limit

    def _with_device(self, url: str) -> str:
        return url + ("&" if urlparse(url).query else "?") + urlencode({"deviceID": self.device})

    def _get(self, url: str) -> requests.Response:
        if not urlparse(url).hostname:
            raise Refused(f"Invalid server URL (no hostname): {url}")
        response = self.session.get(self._with_device(url), headers=_headers(), timeout=60)
        self.log.append(("GET", url, response.status_code))
        return response

    def _bytes(self, url: str, what: str) -> bytes:
        response = self._get(url)
        if response.status_code != 200:
            raise Refused(f"{what}: download status {response.status_code}")
        return response.content

    def _xml(self, url: str, what: str) -> ElementTree.Element:
        response = self._get(url)
        if response.status_code != 200:
            login = " (needs a login)" if response.status_code == 401 else ""
            raise Refused(f"{what}: status {response.status_code}{login}")
        kind = response.headers.get("Content-Type", "").lower()
        if "text/xml" not in kind:
            raise Refused(f"{what}: Content-Type {kind} is not text/xml (Collect blames a network proxy)")
        if "X-OpenRosa-Version" not in response.headers:
            raise Refused(f"{what}: no X-OpenRosa-Version header, so not an OpenRosa server")
        try:
            return ElementTree.fromstring(response.content)
        except ElementTree.ParseError as error:
            raise Refused(f"{what}: not XML: {error}") from error


def roundtrip(
    collect: Collect, folder: str | Path, *, count: int = 2, seed: int = 1, answers: Mapping[str, Any] | None = None
) -> Iterator[tuple[bool, str]]:
    """Pull every form, fill it with JavaRosa and send it: (went well, what happened) for each step.

    `answers` are hints as `javarosa.fill` takes them.
    """
    for form in collect.form_list():
        path, notes = collect.download(form, folder)
        yield not notes, f"{form['formID']} {form.get('version')}: downloaded {' '.join(notes)}"
        out = path.parent / f"filled-{int(time.time() * 1000)}"
        options = {"deviceid": collect.device, "no_labels": True, "raise_load": False}
        report = javarosa.fill(path, seed, count, out, answers, **options)
        if report["loadError"]:
            yield False, f"{form['formID']}: JavaRosa cannot load it: {report['loadError']}"
            continue
        for instance in report["instances"]:
            if not instance["valid"]:
                yield False, f"not valid: {instance.get('unanswered') or instance.get('error')}"
                continue
            try:
                yield True, f"{instance['instanceID']}: {collect.submit(instance['file'])}"
            except Refused as refusal:
                yield False, f"{instance['instanceID']}: {refusal}"


def _headers() -> dict[str, str]:
    return {
        "User-Agent": AGENT,
        "X-OpenRosa-Version": "1.0",
        "Date": formatdate(usegmt=True),
        "Accept-Encoding": "gzip",
    }


def _children(root: ElementTree.Element, namespace: str, name: str) -> list[ElementTree.Element]:
    return [child for child in root if child.tag.lower() == f"{{{namespace}}}{name}".lower()]


def _fields(element: ElementTree.Element, namespace: str) -> dict[str, Any]:
    ours = [child for child in element if child.tag.startswith(f"{{{namespace}}}")]
    return {child.tag.split("}")[1]: (child.text or "").strip() for child in ours}


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _complaints(form: dict[str, Any], xml: bytes) -> Iterator[str]:
    if _md5(xml) != form["md5"]:
        yield "md5 of the form is not the one in the form list: Collect would offer an update for ever"
    instance = ElementTree.fromstring(xml).find(INSTANCE)
    if instance is None or not len(instance):
        yield "no primary instance in the form"
        return
    for attribute, key in (("id", "formID"), ("version", "version")):
        if (instance[0].get(attribute) or "") != (form.get(key) or ""):
            yield f"form {attribute} is {instance[0].get(attribute)!r} in the XML, {form.get(key)!r} in the list"


def _beside(path: Path) -> list[Path]:
    return [file for file in sorted(path.parent.iterdir()) if file != path and file.is_file() and file.name[0] != "."]


def _posts(path: Path, attachments: Sequence[Path], limit: int) -> Iterator[list[tuple[str, Any]]]:
    """The parts of each POST; all but the last say that more is to come."""
    waiting = list(attachments)
    while True:
        parts: list[tuple[str, Any]] = [("xml_submission_file", (path.name, path.read_bytes(), "text/xml"))]
        size, sent = path.stat().st_size, 0
        while waiting and (sent == 0 or (sent < FILES_IN_ONE_POST and size + waiting[0].stat().st_size <= limit)):
            file = waiting.pop(0)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            parts.append((file.name, (file.name, file.read_bytes(), kind)))
            size, sent = size + file.stat().st_size, sent + 1
        if not waiting:
            yield parts
            return
        yield [*parts, ("*isIncomplete*", (None, "yes"))]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.clients.collect_http")
    parser.add_argument("command", choices=["pull", "push", "roundtrip"])
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--allow-basic", action="store_true")
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(argv)
    collect = Collect(asked.url, asked.user, asked.password, allow_basic=asked.allow_basic)
    went_well = True
    try:
        if asked.command == "push":
            print(collect.submit(asked.folder if asked.folder.is_file() else asked.folder / "submission.xml"))
        elif asked.command == "pull":
            for form in collect.form_list():
                print(*collect.download(form, asked.folder))
        else:
            for well, line in roundtrip(collect, asked.folder, count=asked.count, seed=asked.seed):
                went_well = went_well and well
                print("ok " if well else "BAD", line)
    except Refused as refusal:
        print("REFUSED", refusal)
        return 1
    return 0 if went_well else 1


if __name__ == "__main__":
    sys.exit(main())
