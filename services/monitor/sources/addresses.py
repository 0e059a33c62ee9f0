"""Which addresses may be called on behalf of somebody who typed a URL. Pure rules.

Ranges are those of the IANA special-purpose registries (RFC 6890), as Python's `ipaddress` knows
them; forms that carry an IPv4 address inside are judged by what they carry.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address

# RFC 6052: the last 32 bits are the IPv4 address that a NAT64 gateway calls.
_NAT64 = IPv6Network("64:ff9b::/96")

# Where clouds hand out credentials to whoever asks from inside: Alibaba Cloud, Oracle, Azure, and
# over IPv6 AWS (its pods too: fd00:ec2::23), Oracle and Google. Some of these count as ordinary
# private or even public addresses; all others are link-local.
_CLOUD_SERVICES = tuple(
    ip_network(block)
    for block in (
        "169.254.169.254/32",
        "100.100.100.200/32",
        "192.0.0.192/32",
        "168.63.129.16/32",
        "fd00:ec2::/32",
        "fd00:c1::/32",
        "fd20:ce::/32",
    )
)

# What `allow_private_sources` opens.
_INTRANET = tuple(
    ip_network(block)
    for block in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "100.64.0.0/10",
        "fc00::/7",
        "::1/128",
    )
)

_USUAL_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024


def destinations(address: Address) -> tuple[Address, ...]:
    """The addresses that packets to `address` end at: itself, or those that it carries inside.

    IPv4-mapped (::ffff:0:0/96), NAT64, 6to4 (2002::/16) and Teredo (2001::/32: server and client).
    """
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (IPv4Address(address.packed[-4:]),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    return (address,)


def may_be_called(address: Address, *, allow_private: bool) -> bool:
    """Whether a connection to `address` may be opened.

    Only what the whole internet can reach; with `allow_private` also an intranet, but never
    link-local addresses, multicast, or the services of a cloud.
    """
    return all(_is_open(end, allow_private) for end in destinations(address))


def may_be_called_on(port: int) -> bool:
    """Whether a port may be called: those of the web, and those that need no privilege.

    The others belong to mail, databases and shells, which could be made to read an HTTP request as
    commands.
    """
    return port in _USUAL_PORTS or _FIRST_FREE_PORT <= port <= 65_535


def _is_open(address: Address, allow_private: bool) -> bool:
    if any(address in network for network in _CLOUD_SERVICES):
        return False
    # fec0::/10, which Python takes for global: what is left of it lies inside (RFC 3879).
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    if allow_private and any(address in network for network in _INTRANET):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved
