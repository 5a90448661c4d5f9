"""The guard alone: URLs as they go on the wire, the last look at an address, its settings. O-3."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from federation.fetching.dialing import FetchFailed, Guard, Reach, Timeouts
from federation.fetching.pacing import Pace


async def two_addresses(host: str, port: int) -> Sequence[str]:
    return ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1"]


def guard(reach: Reach) -> Guard:
    return Guard(reach, two_addresses, Timeouts())


@pytest.mark.parametrize(
    ("url", "wire"),
    [
        ("https://Far.Example", "https://far.example/"),
        ("https://far.example:443/a?b=c#d", "https://far.example/a?b=c"),
        ("http://far.example:80/%7Ea", "http://far.example/%7Ea"),
        ("https://far.example:8443/", "https://far.example:8443/"),
        (
            "https://b\u00fccher.example/\u00fc?q=\u00e9",
            "https://xn--bcher-kva.example/%C3%BC?q=%C3%A9",
        ),
        ("https://[2606:4700:0::1]/", "https://[2606:4700::1]/"),
        ("https://[2606:4700::1]:444/", "https://[2606:4700::1]:444/"),
    ],
)
def test_urls_on_the_wire(url: str, wire: str) -> None:
    """The signer sees just this text, and so does the peer."""
    assert guard(Reach(http=True, user_agent="t")).aim(url).url == wire


async def test_the_last_look_at_an_address() -> None:
    """O-3, O-5: the socket check knows public addresses and what a named exception led to."""
    made = guard(Reach(allow=("in.example:443",), hosts={"x.test": "127.0.0.1:81"}, user_agent="t"))
    assert made.may_dial("8.8.8.8", 443)
    assert made.may_dial("127.0.0.1", 81)
    for address, port in (("127.0.0.1", 80), ("10.0.0.1", 443), ("::1", 81), ("x.test", 81)):
        assert not made.may_dial(address, port)
    with pytest.raises(FetchFailed, match="fetch_declined"):
        await made.ends("other.example", 443)
    assert not made.may_dial("10.0.0.1", 443)
    ends = await made.ends("in.example", 443)
    assert ends == [("10.0.0.1", 443), ("10.0.0.2", 443), ("fd00::1", 443)]
    assert all(made.may_dial(*end) for end in ends)
    assert not made.may_dial("10.0.0.1", 80)


@pytest.mark.parametrize(
    "reach",
    [
        Reach(allow=("everything",), user_agent="t"),
        Reach(hosts={"far.test": "near.test:80"}, user_agent="t"),
        Reach(hosts={"far.test": "127.0.0.1"}, user_agent="t"),
        Reach(hosts={"127.1": "127.0.0.1:80"}, user_agent="t"),
    ],
)
def test_settings_that_cannot_be_meant(reach: Reach) -> None:
    """Refused at start, not at the first request."""
    with pytest.raises(ValueError, match=r".+"):
        guard(reach)


async def test_quiet_hosts_are_forgotten() -> None:
    """The pace remembers what it needs for a minute, whatever number of hosts strangers name."""
    clock = [0.0]
    pace = Pace(parallel=4, per_minute=60, clock=lambda: clock[0])
    for number in range(20_000):
        clock[0] += 0.1
        async with pace.turn(str(ip_address(number))):
            pass
    assert len(pace) <= 4096
