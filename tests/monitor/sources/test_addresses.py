"""Only what the whole internet can reach is called; an intranet only where that is allowed."""

from ipaddress import ip_address

import pytest

from services.monitor.sources.addresses import destinations, may_be_called, may_be_called_on

PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
INTRANET = [
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "fd12:3456::1",
    "::1",
    "::ffff:10.0.0.1",
]
NEVER = [
    "169.254.169.254",  # metadata of most clouds
    "100.100.100.200",  # of Alibaba Cloud
    "168.63.129.16",  # of Azure: a public address by the registry
    "fd00:ec2::254",  # of AWS over IPv6
    "fd00:ec2::23",  # credentials of pods at AWS
    "fd00:c1::a9fe:a9fe",  # of Oracle over IPv6
    "fd20:ce::254",  # of Google over IPv6
    "fec0::1",  # site-local, as it was before fc00::/7
    "192.0.0.192",
    "169.254.0.1",
    "fe80::1",
    "0.0.0.0",  # noqa: S104
    "::",
    "224.0.0.1",
    "239.1.1.1",
    "255.255.255.255",
    "240.0.0.1",
    "198.51.100.7",
    "ff02::1",
    "::127.0.0.1",
    "64:ff9b:1::a00:1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",  # NAT64 to 169.254.169.254
    "2002:a9fe:a9fe::1",  # 6to4 to the same
    "2001:0:a9fe:a9fe::1",  # Teredo with that server
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_called(address: str) -> None:
    assert may_be_called(ip_address(address), allow_private=False)


@pytest.mark.parametrize("address", [*INTRANET, "64:ff9b::a00:1", "2002:c0a8:1::"])
def test_an_intranet_is_called_only_where_that_is_allowed(address: str) -> None:
    assert not may_be_called(ip_address(address), allow_private=False)
    assert may_be_called(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("allow_private", [False, True])
def test_some_addresses_are_never_called(address: str, allow_private: bool) -> None:
    assert not may_be_called(ip_address(address), allow_private=allow_private)


def test_a_teredo_address_leads_to_its_server_and_its_client() -> None:
    # RFC 4380, section 4: the client's address is stored inverted.
    ends = destinations(ip_address("2001:0:4136:e378:8000:63bf:3fff:fdd2"))
    assert [str(end) for end in ends] == ["65.54.227.120", "192.0.2.45"]


@pytest.mark.parametrize(("port", "called"), [(80, True), (443, True), (1200, True), (22, False)])
def test_ports_of_other_services_are_not_called(port: int, called: bool) -> None:
    assert may_be_called_on(port) is called
