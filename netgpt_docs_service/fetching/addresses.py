"""Where a host is, and whether strangers may send us there."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from netgpt_docs_service.errors import FetchFailed, SourceUnavailable

_UNICAST_V6 = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_NEVER = tuple(
    ip_network(each)
    for each in (
        "192.0.0.0/24",  # protocol assignments, of which older Pythons know only some
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments, Teredo among them: a tunnel to any IPv4 address
        "2002::/16",  # 6to4, as above
        "3fff::/20",  # documentation
    )
)
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_RETRY_AFTER_S = 30.0


def is_public(address: str) -> bool:
    """Whether `address` is one of the public internet, by every way that it can be read."""
    return _is_public(ip_address(address))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    embedded = _embedded(address)
    if embedded is not None:
        return _is_public(embedded)
    if isinstance(address, IPv6Address) and address not in _UNICAST_V6:
        return False
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to this IPv6 one end at."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of `host`, the best first.

    Raises FetchFailed when there is no such host, SourceUnavailable when nobody can say.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )
    except UnicodeError as error:
        message = f"{host} cannot be the name of a host"
        raise FetchFailed(message) from error
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_HOST:
            message = f"there is no host {host}"
            raise FetchFailed(message) from error
        message = f"the address of {host} cannot be looked up now"
        raise SourceUnavailable(message, retry_after_s=_RETRY_AFTER_S) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
