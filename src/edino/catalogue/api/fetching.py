"""Pictures that lie elsewhere are fetched once, so that shoppers load small ones from here.

A feed may name any address, so only public ones are asked: the address a name leads to is looked up and connected to
as it was looked up, redirects are not followed, and what is too large or no picture is left.
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from edino.catalogue.api.pictures import LARGEST, fetched
from edino.catalogue.queries import reading as queries

SECONDS: Final = 15


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many pictures were fetched, how many were here already, and which could not be had and why."""

    fetched: int
    known: int
    failed: tuple[tuple[str, str], ...]


class Refused(Exception):
    """The picture is not fetched, and why."""


def fetch_pictures(*, limit: int = 10_000, allowed: Iterable[str] = ()) -> Fetched:
    """Fetch the pictures that have no copy here. `allowed`: hosts that may lie in private networks."""
    new = known = 0
    failed: list[tuple[str, str]] = []
    private = frozenset(allowed)
    with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
        for address in queries.remote_places():
            path = fetched(address)
            if path.is_file():
                known += 1
                continue
            if new + len(failed) >= limit:
                break
            try:
                content = _content(client, address, private)
            except (Refused, httpx.HTTPError, OSError, ValueError) as error:
                failed.append((address, str(error) or type(error).__name__))
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"{path.name}.partial")
            partial.write_bytes(content)
            partial.replace(path)
            new += 1
    return Fetched(new, known, tuple(failed))


def _content(client: httpx.Client, address: str, private: frozenset[str]) -> bytes:
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    number = str(found[0][4][0])
    if host not in private and not ipaddress.ip_address(number).is_global:
        raise Refused("the host lies in a private network")
    place = f"[{number}]:{port}" if ":" in number else f"{number}:{port}"
    url = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
    headers = {"Host": parts.netloc.rpartition("@")[2], "Accept": "image/*"}
    with client.stream("GET", url, headers=headers, extensions={"sni_hostname": host}) as answer:
        if answer.status_code != 200:
            raise Refused(f"the answer was {answer.status_code}")
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > LARGEST:
                raise Refused("it is larger than 20 MB")
    return bytes(content)
