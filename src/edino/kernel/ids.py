"""Identifiers. Outside: UUIDv7 (RFC 9562 §5.7), or UUIDv8 (§5.8) where the id must follow from the content."""

import os
import time
from hashlib import blake2b
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VERSION_8 = 0x8 << 76
_VARIANT = 0x2 << 62
_CLEAR = ~((0xF << 76) | (0x3 << 62))


def uuid7() -> UUID:
    """A new time-ordered id: 48 bits of milliseconds, the rest random."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return UUID(int=value & _CLEAR | _VERSION_7 | _VARIANT)


def content_id(*parts: str) -> UUID:
    """The id that belongs to these words for ever: BLAKE2b-128 of the length-prefixed parts, stamped version 8."""
    told = "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")
    digest = blake2b(told, digest_size=16).digest()
    return UUID(int=int.from_bytes(digest, "big") & _CLEAR | _VERSION_8 | _VARIANT)
