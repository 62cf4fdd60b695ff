"""Segments written by hand, for the tests.

A line of a script: sender (c, s), flags (S F R P A U E C N, `-` none), Seq, Ack if A, `+n` payload, `wn` window,
`in` IPv4 Identification, `hn` hop count, `on` TSval and TSecr alike, `tn` time in ms (else 1 ms after the line before).
`e` as sender is an ICMP error about the client's segment with that Seq: `e KIND SEQ`.
"""

from __future__ import annotations

from oracle import judge
from segments import ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG, IcmpError, Options, Segment

LETTERS = {"S": SYN, "F": FIN, "R": RST, "P": PSH, "A": ACK, "U": URG, "E": ECE, "C": CWR, "N": AE, "-": 0}
CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 80)
MS = 1_000_000


def segments(script: str, options: dict | None = None, stream: int = 0, start: int = 0, clock: int = 0) -> list:
    made, time = [], clock
    for frame, line in enumerate(script.strip().splitlines(), start + 1):
        sender, flags, seq, *rest = line.split()
        if sender == "e":
            made.append(IcmpError(frame, 0, flags, "10.9.9.9", CLIENT, SERVER, int(seq)))
            continue
        bits = sum(LETTERS[letter] for letter in flags)
        words = {word[0]: int(word[1:]) for word in rest if not word[0].isdigit()}
        ack = next((int(word) for word in rest if word[0].isdigit()), 0)
        time = words.get("t", time + 1)
        stamps = (words["o"],) * 2 if "o" in words else None
        offer = (options or {}).get(frame, Options(stamps=stamps))
        ends = (CLIENT, SERVER) if sender == "c" else (SERVER, CLIENT)
        made.append(Segment(frame, 0, stream, time * MS, *ends, int(seq) % 2**32, ack % 2**32, words.get("+", 0), bits,
                            words.get("w", 1000), offer, words.get("i"), words.get("h")))
    return made


def play(script: str, **keys) -> list[dict]:
    return judge(segments(script, keys.get("options")), keys.get("rebase", True))


def play_streams(*scripts: str) -> list[dict]:
    """Several streams of the same endpoints, one after the other, an hour apart."""
    items: list = []
    for stream, script in enumerate(scripts):
        items += segments(script, stream=stream, start=len(items), clock=3_600_000 * stream)
    return judge(items)


def column(answers: list[dict], name: str) -> list:
    return [answer["segment"].get(f"synfin.{name}") for answer in answers]


def states(answers: list[dict]) -> list[str]:
    return [f"{one} / {two}" for one, two in zip(column(answers, "client.state"), column(answers, "server.state"))]


def last(answers: list[dict], name: str):
    return answers[-1]["final"].get(f"synfin.{name}")


def experts(answers: list[dict], name: str) -> list[int]:
    """The frames with this expert information."""
    return [answer["frame"] for answer in answers if name in answer["experts"] + answer["final_experts"]]


OPEN = """
c S 100
s SA 300 101
c A 101 301
"""
CLOSE = """c FA 101 301
s FA 301 102
c A 102 302
"""
