"""Problem: one failure, told once, shown to each audience in its own form (page, JSON, OpenRosa XML, exit code)."""

from __future__ import annotations

from collections.abc import Mapping


class Problem(Exception):
    """A request that cannot be carried out.

    `code` is ODK Central's number where the case is the same (404.1, 409.1 ...), ours are n.5x; the HTTP status is its
    integer part. `message` is for the person who must act; `details` for programs.
    """

    def __init__(self, code: float, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.code)

    def as_json(self) -> dict[str, object]:
        """Central's shape: message, code, and details when there are any."""
        body: dict[str, object] = {"message": self.message, "code": self.code}
        if self.details:
            body["details"] = self.details
        return body


class ConfigError(Exception):
    """A setting that cannot be used; named with the variable it came from."""


def not_found(what: str) -> Problem:
    """Nothing of that name, or nothing the asker may see: the two are not told apart."""
    return Problem(404.1, f"{what} was not found, or you have no right to see it.")


def forbidden(verb: str) -> Problem:
    """Signed in, but the role does not allow the verb."""
    return Problem(403.1, f"Your role does not allow {verb!r}. Ask an administrator if you need it.")


def unauthenticated() -> Problem:
    """Nobody is signed in and no valid token came with the request."""
    return Problem(401.2, "Sign in first, or use the address on your tablet's code sheet.")
