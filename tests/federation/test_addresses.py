"""Which addresses and which spellings of hosts may be dialled. O-3, O-3a, O-4, O-5."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from federation.fetching.addresses import Exceptions, OddHost, canonical_host, is_public


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.0.0.1",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "223.255.255.255",
        "2a01:4f8::1",
        "2606:4700:4700::1111",
        "2001:200::1",
        "::ffff:8.8.8.8",
    ],
)
def test_public_addresses(address: str) -> None:
    """O-3. Among them the neighbours of the refused blocks."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.0.170",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2a01:4f8::1%eth0",
        "no address",
        "127.1",
    ],
)
def test_other_addresses(address: str) -> None:
    """O-3, O-3a. Some of these `ipaddress` calls global on one Python and not on the next."""
    assert not is_public(address)


@pytest.mark.parametrize(
    ("host", "canonical"),
    [
        ("Example.ORG", "example.org"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("1password.com", "1password.com"),
        ("0x7f.example", "0x7f.example"),
        ("93.184.215.14", "93.184.215.14"),
        ("2606:4700:0:0::1111", "2606:4700::1111"),
        ("_atproto.example.org", "_atproto.example.org"),
    ],
)
def test_hosts_made_canonical(host: str, canonical: str) -> None:
    """O-4, the spellings that stay."""
    assert canonical_host(host) == canonical


@pytest.mark.parametrize(
    "host",
    [
        "",
        "2130706433",
        "0x7f000001",
        "0x7F.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.01",
        "127.0.0.1.",
        "256.0.0.1",
        "1.2.3.4.5",
        "example.123",
        "example.0x7f",
        "example.org.",
        "example..org",
        ".example.org",
        "-a.example",
        "１２７.0.0.1",
        "127。0。0。1",
        "ⓔxample.org",
        "ｅxample.org",
        "exa mple.org",
        "exa%6dple.org",
        "user@example.org",
        "example.org/path",
        "fe80::1%eth0",
        "::1]",
        "1:2:3",
        "a" * 64 + ".example",
        ".".join(["abcdefgh"] * 30),
        "something.onion",
        "something.i2p",
        "\x00.example",
        "é" * 300,
    ],
)
def test_odd_hosts(host: str) -> None:
    """O-4. The C library turns several of these into 127.0.0.1, so it never sees them."""
    with pytest.raises(OddHost):
        canonical_host(host)


def test_exceptions_open_what_they_name_and_no_more() -> None:
    """O-5."""
    exceptions = Exceptions.parse(["10.1.0.0/16", "Intranet.example:8443", "[FD00::1]:443"])
    assert exceptions.address_end(ip_address("10.1.2.3"), 443)
    assert exceptions.address_end(ip_address("::ffff:10.1.2.3"), 443)
    assert not exceptions.address_end(ip_address("10.2.0.1"), 443)
    assert exceptions.name_end("intranet.example", 8443)
    assert not exceptions.name_end("intranet.example", 443)
    assert exceptions.address_end(ip_address("fd00::1"), 443)
    assert not exceptions.address_end(ip_address("fd00::1"), 80)


@pytest.mark.parametrize(
    "entry", ["10.1.2.3/8", "intranet", "a.example:0", "a.example:x", "fd00::1"]
)
def test_exceptions_that_say_nothing_exact(entry: str) -> None:
    """O-5. The operator reads which entry is wrong."""
    with pytest.raises(ValueError, match="neither host:port nor a CIDR block") as refused:
        Exceptions.parse([entry])
    assert entry in str(refused.value)
