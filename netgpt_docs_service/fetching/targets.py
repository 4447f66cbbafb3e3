"""What may be asked for: the rules that a URL is held to before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from netgpt_docs_service.domain.allowed_hosts import HTTPS_PORT, AllowedHosts
from netgpt_docs_service.errors import UrlRefused

_MOST_CHARACTERS = 2_048


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that keeps the rules, read once: nobody reads it again and sees another host."""

    url: httpx.URL
    host: str
    port: int

    def at(self, address: str) -> httpx.URL:
        """Return the URL with the address in the place of the host."""
        return self.url.copy_with(host=address)

    @property
    def host_header(self) -> str:
        """What the host expects to be called."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"


def target_of(url: str, allowed: AllowedHosts, *, base: Target | None = None) -> Target:
    """Return where `url` leads, from `base` if it is relative; UrlRefused when it may not."""
    parsed = _parsed(url, base)
    host = parsed.raw_host.decode("ascii").lower()
    if parsed.scheme != "https":
        message = f"only https:// is fetched, and this is {parsed.scheme or 'no'}://"
        raise UrlRefused(message)
    if parsed.userinfo:
        message = f"the URL carries credentials for {host}: none are sent"
        raise UrlRefused(message)
    port = HTTPS_PORT if parsed.port is None else parsed.port
    if not allowed.allow(host, port):
        message = f"{host} at port {port} is not among the hosts of ALLOWED_URL_HOSTS"
        raise UrlRefused(message)
    return Target(parsed.copy_with(fragment=None), host, port)


def _parsed(url: str, base: Target | None) -> httpx.URL:
    if len(url) > _MOST_CHARACTERS:
        message = f"the URL has {len(url)} characters; at most {_MOST_CHARACTERS} are taken"
        raise UrlRefused(message)
    if "\\" in url or not url.isprintable() or " " in url:
        message = "the URL holds a backslash, a blank or a control character: encode it"
        raise UrlRefused(message)
    try:
        return httpx.URL(url) if base is None else base.url.join(url)
    except (httpx.InvalidURL, ValueError) as error:
        message = "the URL cannot be read"
        raise UrlRefused(message) from error
