"""Arithmetic on sequence numbers: the circle of 2^32, and its unwrapped 64-bit form (SPEC, head, and SPEC 3)."""

from __future__ import annotations

CIRCLE = 1 << 32
HALF = 1 << 31


def at_or_past(a: int, b: int) -> bool:
    """`a` at or past `b`: 0 <= a-b < 2^31."""
    return (a - b) % CIRCLE < HALF


def between(low: int, number: int, high: int) -> bool:
    """`number` in low .. high, both ends included."""
    return (number - low) % CIRCLE <= (high - low) % CIRCLE


def unwrap(number: int, mark: int | None) -> int:
    """The 64-bit number nearest to the mark; before there is a mark, the number itself."""
    if mark is None:
        return number
    ahead = (number - mark) % CIRCLE
    return mark + (ahead if ahead < HALF else ahead - CIRCLE)


def higher(mark: int | None, number: int) -> int:
    return number if mark is None or number > mark else mark


def expression(letter: str, offset: int) -> str:
    """`X`, `X+1`, `X-5`."""
    return letter if offset == 0 else f"{letter}{offset:+d}"
