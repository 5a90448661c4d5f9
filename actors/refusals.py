"""The ways to say no. They know no HTTP: each door has one table from family to status.

`code` is one word a program reads, `sentence` is safe to show a stranger, `detail` goes to the log.
"""

from __future__ import annotations


class Refusal(Exception):
    """Base of all. `code` defaults to the family's own."""

    code = "bad_request"

    def __init__(self, sentence: str, *, code: str | None = None, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).code
        self.detail = detail


class NotFound(Refusal):
    """Unknown, or hidden from whoever asks: never say which."""

    code = "not_found"


class NotAllowed(Refusal):
    code = "not_authorized"


class Invalid(Refusal):
    code = "invalid_property"


class Conflict(Refusal):
    code = "conflict"


class Gone(Refusal):
    code = "tombstoned"


class TooMany(Refusal):
    code = "rate_limited"
