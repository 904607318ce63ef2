"""Where a client calls from."""

from __future__ import annotations

import pytest

from runtime.addresses import client_network

PEER = "ipv4:203.0.113.7:4711"


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        (PEER, "203.0.113.0/24"),
        ("ipv6:[2001:db8:1:2:3::9]:4711", "2001:db8:1:2::/64"),
        ("ipv6:%5B2001:db8:1:2:3::9%5D:4711", "2001:db8:1:2::/64"),
        ("ipv6:%5B::ffff:203.0.113.7%5D:4711", "203.0.113.0/24"),
        ("ipv6:%5Bfe80::1%25eth0%5D:4711", "fe80::/64"),
        ("unix:/run/dossier.sock", ""),
        ("", ""),
    ],
)
def test_network_of_who_connects(peer: str, network: str) -> None:
    """An IPv4 client counts as its /24, an IPv6 client as its /64, and what is no address as nobody."""
    assert client_network(peer, (), trusted_proxies=0) == network


@pytest.mark.parametrize(
    ("trusted_proxies", "forwarded", "network"),
    [
        (0, ["198.51.100.1"], "203.0.113.0/24"),
        (1, ["198.51.100.1"], "198.51.100.0/24"),
        (1, ["192.0.2.66, 198.51.100.1"], "198.51.100.0/24"),
        (1, ["192.0.2.66", "198.51.100.1"], "198.51.100.0/24"),
        (2, ["192.0.2.66, 198.51.100.1, 10.0.0.1"], "198.51.100.0/24"),
        (2, ["10.0.0.1"], "203.0.113.0/24"),
        (1, [], "203.0.113.0/24"),
        (1, ["unknown"], "203.0.113.0/24"),
    ],
)
def test_only_what_trusted_proxies_added_is_believed(trusted_proxies: int, forwarded: list[str], network: str) -> None:
    """What a client writes into x-forwarded-for itself never chooses its network (CVE-2022-2321)."""
    assert client_network(PEER, forwarded, trusted_proxies=trusted_proxies) == network
