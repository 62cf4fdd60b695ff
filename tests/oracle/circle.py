"""Arithmetic on sequence numbers: the circle of 2^32, and its unwrapped 64-bit form (SPEC, head, and SPEC 4).

Rules compare on the circle, so unwrapped numbers may be given everywhere. Offsets and bytes need unwrapped numbers.
"""

from __future__ import annotations

CIRCLE = 1 << 32
HALF = 1 << 31


def at_or_past(a: int, b: int) -> bool:
    """`a` at or past `b`: 0 <= a-b < 2^31."""
    return (a - b) % CIRCLE < HALF


def past(a: int, b: int) -> bool:
    """`a` past `b`, not at it."""
    return 0 < (a - b) % CIRCLE < HALF


def same(a: int | None, b: int | None) -> bool:
    return a is not None and b is not None and (a - b) % CIRCLE == 0


def between(low: int, number: int, high: int) -> bool:
    """`number` in low .. high, both ends included."""
    return (number - low) % CIRCLE <= (high - low) % CIRCLE


def later(a: int | None, b: int | None) -> int | None:
    """The later of two numbers; None is no number."""
    if a is None or b is None:
        return b if a is None else a
    return a if at_or_past(a, b) else b


def unwrap(number: int, mark: int | None) -> int:
    """The 64-bit number nearest to the mark; before there is a mark, the number itself."""
    if mark is None:
        return number
    ahead = (number - mark) % CIRCLE
    return mark + (ahead if ahead < HALF else ahead - CIRCLE)


def higher(mark: int | None, number: int) -> int:
    """The larger of two unwrapped numbers."""
    return number if mark is None or number > mark else mark


def expression(letter: str, offset: int) -> str:
    """`X`, `X+1`, `X-5`."""
    return letter if offset == 0 else f"{letter}{offset:+d}"
