"""Times in signatures: HTTP dates written and read, and the window in which they count."""

import re
from datetime import UTC, datetime
from email.utils import formatdate

from federation.signatures.signed_requests import SignatureRefused

# Mastodon's window, and the Social CG report on HTTP signatures leaves it open: delivery queues
# are slow and clocks wander.
OLDEST_MS = 12 * 3_600_000
FUTURE_MS = 3_600_000

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_CLOCK = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
# RFC 9110 section 5.6.7: the form of today, that of RFC 850, and that of asctime().
_FORMS = (
    re.compile(
        r"[A-Za-z]{3}, (?P<day>[0-9]{2}) (?P<month>[A-Za-z]{3}) (?P<year>[0-9]{4}) "
        + _CLOCK
        + " (?:GMT|UTC)"
    ),
    re.compile(
        r"[A-Za-z]{6,9}, (?P<day>[0-9]{2})-(?P<month>[A-Za-z]{3})-(?P<year>[0-9]{2}) "
        + _CLOCK
        + " GMT"
    ),
    re.compile(
        r"[A-Za-z]{3} (?P<month>[A-Za-z]{3}) (?P<day>[ 0-9][0-9]) " + _CLOCK + " (?P<year>[0-9]{4})"
    ),
)


def http_date(now: int) -> str:
    """Milliseconds since the epoch as an HTTP date, such as "Sat, 21 Nov 2026 12:00:00 GMT"."""
    return formatdate(now // 1000, usegmt=True)


def read_http_date(text: str, *, now: int) -> int:
    """An HTTP date in any of its three forms, in milliseconds; SignatureRefused otherwise.

    `now` places the two-digit years of RFC 850: never more than 50 years ahead.
    """
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            try:
                return _milliseconds(match.groupdict(), now)
            except (KeyError, ValueError):
                break
    raise SignatureRefused("signature_malformed", "the Date field is not an HTTP date")


def check_window(made: int, *, now: int) -> None:
    """Refuse a signature older than 12 hours or more than 1 hour ahead; milliseconds."""
    if now - made > OLDEST_MS:
        raise SignatureRefused("signature_expired", "signed more than 12 hours ago")
    if made - now > FUTURE_MS:
        raise SignatureRefused("signature_expired", "dated more than 1 hour ahead")


def check_expiry(expires: int, *, now: int) -> None:
    """Refuse a signature whose own end, in milliseconds, has passed."""
    if expires < now:
        raise SignatureRefused("signature_expired", "the signature's `expires` has passed")


def _milliseconds(parts: dict[str, str], now: int) -> int:
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        this_year = datetime.fromtimestamp(now / 1000, UTC).year
        year += this_year - this_year % 100
        if year > this_year + 50:
            year -= 100
    moment = datetime(
        year,
        _MONTHS[parts["month"].lower()],
        int(parts["day"]),
        int(parts["hour"]),
        int(parts["minute"]),
        min(int(parts["second"]), 59),  # a leap second is written :60
        tzinfo=UTC,
    )
    return int(moment.timestamp()) * 1000
