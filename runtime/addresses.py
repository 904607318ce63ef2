"""Where a client calls from, as far as that can be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import grpc

# Who has one address of such a network mostly has them all.
IPV4_BITS = 24
IPV6_BITS = 64


def network_of(context: grpc.aio.ServicerContext[Any, Any], *, trusted_proxies: int) -> str:
    """Return the network that a call comes from, as `client_network` does."""
    forwarded = [
        value
        for key, value in context.invocation_metadata() or ()
        if key == "x-forwarded-for" and isinstance(value, str)
    ]
    return client_network(context.peer(), forwarded, trusted_proxies=trusted_proxies)


def client_network(peer: str, forwarded: Sequence[str], *, trusted_proxies: int) -> str:
    """Return the client's network, such as 203.0.113.0/24 or 2001:db8::/64; empty when nobody knows it.

    Args:
        peer: who connected, as gRPC names them: `ipv4:203.0.113.7:4711`.
        forwarded: the values of `x-forwarded-for`, to which each proxy appends the address that it was called from.
        trusted_proxies: how many proxies of ours stand in front. What stands left of their entries is the client's own
            word and counts for nothing.
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    if 0 < trusted_proxies <= len(hops):
        return network_around(hops[-trusted_proxies]) or network_around(_host(peer))
    return network_around(_host(peer))


def _host(peer: str) -> str:
    return unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")


def network_around(address: str) -> str:
    """Return the network of an address, empty when it is none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network(f"{ip}/{IPV4_BITS if ip.version == 4 else IPV6_BITS}", strict=False))
