"""Reading small documents of other servers over HTTP, without being led where the reader alone may go.

An address that somebody configured may name, or resolve to, this machine or its neighbours (SSRF). A name is resolved
once, every address of it is judged, and the connection goes to a judged address; redirects are not followed.
"""

import asyncio
import ipaddress
import ssl
from functools import cache

import httpx2
from msgspec import Struct

_MAX_BYTES = 256 * 1024
_SECONDS = 5.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MAX_ADDRESSES = 4


class FetchError(Exception):
    """The document could not be read; the message is for the operator's log."""


class _Target(Struct, frozen=True):
    """A URL taken apart; `name` is its host as TLS and the Host header say it."""

    url: httpx2.URL
    name: str
    port: int


class Fetcher:
    """Reads documents by GET. `private_addresses` lets it reach loopback and private networks, and there plain HTTP."""

    def __init__(
        self, *, private_addresses: bool = False, seconds: float = _SECONDS, max_bytes: int = _MAX_BYTES
    ) -> None:
        self._private, self._seconds, self._most = private_addresses, seconds, max_bytes

    async def read(self, url: str) -> bytes:
        """The body of a 200 answer. Raises FetchError, after `seconds` at most."""
        target = _target(url)
        try:
            async with asyncio.timeout(self._seconds):
                addresses = await self._addresses(target)
                return await self._first(target, addresses)
        except TimeoutError:
            raise FetchError(f"{url} did not answer within {self._seconds:g} s") from None

    async def _addresses(self, target: _Target) -> list[str]:
        """The addresses of a host, all of them fit to connect to. Raises FetchError."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(target.name, target.port)
        except (OSError, UnicodeError) as error:
            raise FetchError(f"{target.name} cannot be resolved: {error}") from None
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))[:_MAX_ADDRESSES]
        public = [is_public(address) for address in addresses]
        if not all(public) and not self._private:
            raise FetchError(f"{target.name} is at a private address, which the settings do not allow")
        if target.url.scheme != "https" and any(public):
            raise FetchError(f"{target.name} is read by https: it is not at a private address")
        return addresses

    async def _first(self, target: _Target, addresses: list[str]) -> bytes:
        """The answer of the first address that can be reached."""
        failure = f"{target.name} has no address"
        async with httpx2.AsyncClient(
            verify=_tls(), trust_env=False, follow_redirects=False, timeout=self._seconds
        ) as client:
            for address in addresses:
                try:
                    return await self._get(client, target, address)
                except httpx2.TransportError as error:
                    failure = f"{target.url} cannot be read: {error}"
        raise FetchError(failure)

    async def _get(self, client: httpx2.AsyncClient, target: _Target, address: str) -> bytes:
        request = client.build_request(
            "GET",
            target.url.copy_with(host=address),
            headers={"host": target.url.netloc.decode("ascii"), "accept": "application/json",
                     "accept-encoding": "identity"},
            extensions={"sni_hostname": target.name},
        )  # fmt: skip
        answer = await client.send(request, stream=True)
        try:
            if answer.status_code != httpx2.codes.OK:
                raise FetchError(f"{target.url} answers {answer.status_code}")
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise FetchError(f"{target.url} answers compressed, which was not asked for")
            body = b""
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > self._most:
                    raise FetchError(f"{target.url} is longer than {self._most} bytes")
            return body
        finally:
            await answer.aclose()


def _target(url: str) -> _Target:
    try:
        read = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise FetchError(f"{url[:200]!r} is no URL") from None
    if read.scheme not in {"https", "http"} or not read.host or read.userinfo:
        raise FetchError(f"{url[:200]!r} is no https:// URL")
    return _Target(read, read.host, read.port or (443 if read.scheme == "https" else 80))


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, whatever way it is written or wrapped."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.teredo is not None or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast


@cache
def _tls() -> ssl.SSLContext:
    """The trust in public certificate authorities; made once, since that takes tens of milliseconds."""
    return httpx2.create_ssl_context()
