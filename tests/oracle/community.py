"""Community ID version 1, seed 0: https://github.com/corelight/community-id-spec"""

from __future__ import annotations

import base64
import hashlib
from ipaddress import ip_address

SEED, TCP, PADDING = 0, 6, 0


def community_id(one: tuple[str, int], two: tuple[str, int]) -> str | None:
    """The same for both directions; None where the ends have no IP addresses."""
    try:
        ends = sorted((ip_address(host).packed, port.to_bytes(2, "big")) for host, port in (one, two))
    except ValueError:
        return None
    (host, port), (other_host, other_port) = ends
    data = SEED.to_bytes(2, "big") + host + other_host + bytes((TCP, PADDING)) + port + other_port
    return "1:" + base64.b64encode(hashlib.sha1(data).digest()).decode()
