"""The oracle against hand-written expectations from SPEC.md: `python3 -m unittest` in this folder.

A line of a script: sender (c, s), flags (S F R P A U, `-` none), Seq, Ack if A, `+n` payload, `wn` window, `tn` time in
ns (else 1000 later than the line before).
"""

from __future__ import annotations

import unittest

from oracle import judge
from segments import ACK, FIN, PSH, RST, SYN, URG, Options, Segment, parse_options

LETTERS = {"S": SYN, "F": FIN, "R": RST, "P": PSH, "A": ACK, "U": URG, "-": 0}
CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 80)


def segments(script: str, options: dict | None = None) -> list[Segment]:
    made, time = [], 0
    for frame, line in enumerate(script.strip().splitlines(), 1):
        sender, flags, seq, *rest = line.split()
        bits = sum(LETTERS[letter] for letter in flags)
        ack = length = 0
        window, time = 1000, time + 1000
        for word in rest:
            if word[0] == "+":
                length = int(word[1:])
            elif word[0] == "w":
                window = int(word[1:])
            elif word[0] == "t":
                time = int(word[1:])
            else:
                ack = int(word)
        ends = (CLIENT, SERVER) if sender == "c" else (SERVER, CLIENT)
        made.append(Segment(frame, 0, 0, time, *ends, int(seq) % 2**32, ack % 2**32, length, bits, window,
                            (options or {}).get(frame, Options())))
    return made


def play(script: str, **keys) -> list[dict]:
    return judge(segments(script, keys.get("options")), keys.get("rebase", True))


def column(answers: list[dict], name: str) -> list:
    return [answer["segment"].get(f"synfin.{name}") for answer in answers]


def states(answers: list[dict]) -> list[str]:
    return [f"{one} / {two}" for one, two in zip(column(answers, "client.state"), column(answers, "server.state"))]


def last(answers: list[dict], name: str):
    return answers[-1]["final"].get(f"synfin.{name}")


OPEN = """
c S 100
s SA 300 101
c A 101 301
"""


class Picture(unittest.TestCase):
    def test_open(self):
        answers = play("c S 3691127924\ns SA 233779340 3691127925\nc A 3691127925 233779341")
        self.assertEqual(column(answers, "summary"), [
            "Client -> Server: Seq = 3691127924(X) (Flags = SYN)",
            "Server -> Client: Seq = 233779340(Y), Ack = 3691127925(X+1) (Flags = SYN&ACK)",
            "Client -> Server: Seq = 3691127925(X+1), Ack = 233779341(Y+1) (Flags = ACK)"])
        self.assertEqual(column(answers, "handshake.step"), [[1], [2], [3]])
        self.assertEqual(column(answers, "role"), ["SYN", "SYN-ACK", "OPEN-ACK"])

    def test_close(self):
        answers = play(f"""c S 822643294
            s SA 2079380536 822643295
            c A 822643295 2079380537
            c FA 822643295 2079380537
            s A 2079380537 822643296
            s FA 2079380537 822643296
            c A 822643296 2079380538""")[3:]
        self.assertEqual(column(answers, "summary"), [
            "Client -> Server: Seq = 822643295(X), Ack = 2079380537(Y) (Flags = FIN&ACK)",
            "Server -> Client: Seq = 2079380537(Y), Ack = 822643296(X+1) (Flags = ACK)",
            "Server -> Client: Seq = 2079380537(Y), Ack = 822643296(X+1) (Flags = FIN&ACK)",
            "Client -> Server: Seq = 822643296(X+1), Ack = 2079380538(Y+1) (Flags = ACK)"])
        self.assertEqual(column(answers, "teardown.step"), [[1], [2], [3], [4]])
        self.assertEqual(states(answers), ["FIN-WAIT-1 / CLOSE-WAIT", "FIN-WAIT-2 / CLOSE-WAIT",
                                           "TIME-WAIT / LAST-ACK", "TIME-WAIT / CLOSED"])
        self.assertEqual(last(answers, "teardown.kind"), "four-segment")


class Opening(unittest.TestCase):
    def test_figure_7_simultaneous(self):
        answers = play("c S 100\ns S 300\nc SA 100 301\ns SA 300 101")
        self.assertEqual(column(answers, "handshake.step"), [[1], [1], [2], [2, 3]])
        self.assertEqual(states(answers), ["SYN-SENT / SYN-RECEIVED", "SYN-RECEIVED / SYN-RECEIVED",
                                           "SYN-RECEIVED / ESTABLISHED", "ESTABLISHED / ESTABLISHED"])
        self.assertEqual(last(answers, "handshake.kind"), "simultaneous")
        self.assertEqual(last(answers, "handshake.outcome"), "complete")

    def test_split_with_an_ack_first(self):
        answers = play("c S 100\ns A 300 101\ns S 300\nc SA 100 301\ns A 301 101")
        self.assertEqual(column(answers, "handshake.step"), [[1], None, [1], [2], [2, 3]])
        self.assertEqual(last(answers, "handshake.kind"), "split")

    def test_synack_lost(self):
        answers = play("c S 100\nc A 101 301\ns PA 301 101 +5")
        self.assertEqual(column(answers, "handshake.step"), [[1], [3], None])
        self.assertEqual(column(answers, "seq"), ["X", "X+1", "Y+1"])
        self.assertEqual(last(answers, "handshake.outcome"), "partial")

    def test_counts_as_over(self):
        answers = play("c S 100\nc A 106 301\nc A 101 301")
        self.assertEqual(column(answers, "handshake.step"), [[1], None, None])
        self.assertEqual(column(answers, "phase"), ["open", "data", "data"])
        self.assertEqual(last(answers, "handshake.outcome"), "partial")

    def test_syn_after_data_changes_nothing(self):
        answers = play("c A 101 301 +5\ns A 301 106\nc S 100")
        self.assertEqual(column(answers, "phase"), ["data", "data", "data"])
        self.assertEqual(states(answers)[2], "ESTABLISHED / ESTABLISHED")
        self.assertEqual(column(answers, "basis"), ["first-seen", "first-seen", "open"])

    def test_fast_open(self):
        answers = play("c S 100 +10\ns SA 300 111\nc A 111 301")
        self.assertEqual(last(answers, "handshake.kind"), "fast-open")
        self.assertEqual(answers[0]["experts"], ["data_on_syn"])

    def test_step_3_chooses_among_synacks(self):
        answers = play("c S 100\ns SA 300 101\ns SA 900 101\nc A 101 301\ns A 301 101")
        self.assertEqual(column(answers, "y"), [None, 300, 900, 300, 300])

    def test_the_client_by_port_until_a_syn_tells(self):
        answers = play("s A 300 101\ns S 299")
        self.assertEqual(column(answers, "sender"), ["server", "client"])

    def test_no_answer_and_half_open(self):
        self.assertEqual(play("c S 100\nc S 100")[-1]["final_experts"], ["no_answer"])
        self.assertEqual(play("c S 100\ns SA 300 101")[-1]["final_experts"], ["half_open"])

    def test_rtt_after_karn(self):
        answers = play("c S 100\nc S 100\ns SA 300 101\nc A 101 301")
        self.assertIsNone(last(answers, "handshake.synack_rtt"))
        self.assertEqual(last(answers, "handshake.ack_rtt"), 1000)
        self.assertEqual(last(answers, "handshake.time"), 3000)


class Closing(unittest.TestCase):
    def test_figure_13_simultaneous(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 101\nc A 102 302\ns A 302 102")[3:]
        self.assertEqual(column(answers, "teardown.step"), [[1], [3], [4], [2]])
        self.assertEqual(states(answers), ["FIN-WAIT-1 / CLOSE-WAIT", "CLOSING / CLOSING",
                                           "CLOSING / TIME-WAIT", "TIME-WAIT / TIME-WAIT"])

    def test_three_segments_and_repeats(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 102\nc A 102 302\ns FA 301 102\nc A 102 302")[3:]
        self.assertEqual(column(answers, "role"), ["FIN", "FIN+CLOSE-ACK", "CLOSE-ACK", "FIN+CLOSE-ACK", "CLOSE-ACK"])
        self.assertEqual(column(answers, "teardown.step"), [[1], [2, 3], [4], [2, 3], [4]])
        self.assertEqual(column(answers, "retransmission"), [None, None, None, True, True])
        self.assertEqual(column(answers, "phase"), ["close", "close", "close", "closed", "closed"])

    def test_a_fin_with_another_window_repeats_its_fin_alone(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 102\ns FA 301 102 w999")
        self.assertEqual(column(answers, "teardown.step")[5], [3])

    def test_octets_of_a_half_close(self):
        answers = play(OPEN + "c FA 101 301\ns A 301 102 +5\ns A 301 102 +5\ns A 316 102 +5\ns FA 321 102")
        self.assertEqual(last(answers, "teardown.half_close_bytes"), 20)
        self.assertEqual(last(answers, "teardown.kind"), "four-segment")

    def test_open_ack_with_a_fin(self):
        answers = play("c S 100\ns SA 300 101\nc FA 101 301 +5")
        self.assertEqual(column(answers, "role")[2], "OPEN-ACK+FIN")
        self.assertEqual(column(answers, "seq")[2], "X-5")

    def test_second_fin(self):
        answers = play(OPEN + "c FA 101 301\nc FA 105 301")
        self.assertEqual(answers[4]["experts"], ["second_fin"])
        self.assertEqual(column(answers, "teardown.step")[4], [1])
        self.assertIsNone(column(answers, "retransmission")[4])

    def test_data_after_fin(self):
        answers = play(OPEN + "c FA 101 301\nc A 102 301 +4")
        self.assertEqual(answers[4]["experts"], ["data_after_fin"])


class Resets(unittest.TestCase):
    def test_refused(self):
        answers = play("c S 100\ns RA 0 101")
        self.assertEqual(column(answers, "reset")[1], "refused")
        self.assertEqual(states(answers)[1], "CLOSED / CLOSED")
        self.assertEqual(column(answers, "summary")[1], "Server -> Client: Seq = 0, Ack = 101(X+1) (Flags = RST&ACK)")
        self.assertEqual(last(answers, "conn.state"), "REJ")

    def test_half_open_scan(self):
        answers = play("c S 100\ns SA 300 101\nc R 101")
        self.assertEqual(column(answers, "reset")[2], "handshake")
        self.assertEqual(states(answers)[2], "CLOSED / LISTEN")
        self.assertEqual(last(answers, "handshake.outcome"), "reset")

    def test_a_synack_shows_that_the_rst_was_ignored(self):
        answers = play("c S 100\ns RA 0 101\ns SA 300 101\nc A 101 301")
        self.assertEqual(column(answers, "phase"), ["open"] * 4)
        self.assertEqual(last(answers, "handshake.outcome"), "complete")
        self.assertIsNone(last(answers, "reset.frame"))

    def test_figure_9_old_connection(self):
        answers = play("c S 400\ns A 300 100\nc R 100\nc S 400\ns SA 900 401\nc A 401 901")
        self.assertEqual(states(answers)[:4], ["SYN-SENT / SYN-RECEIVED", "SYN-SENT / ESTABLISHED",
                                               "SYN-SENT / CLOSED", "SYN-SENT / SYN-RECEIVED"])
        self.assertEqual(last(answers, "handshake.outcome"), "complete")

    def test_window(self):
        for seq, value in ((300, "abort"), (299, "stray"), (1301, "abort"), (1302, "stray")):
            answers = play(f"{OPEN}s R {seq}")
            self.assertEqual(column(answers, "reset")[3], value, seq)

    def test_unknown_scale_is_14(self):
        self.assertEqual(column(play("c A 101 301 w1\ns R 16685"), "reset")[1], "abort")
        self.assertEqual(column(play("c A 101 301 w1\ns R 16686"), "reset")[1], "stray")

    def test_after_fin_and_after_the_end(self):
        answers = play(OPEN + "c FA 101 301\ns R 301\ns R 999999\nc A 102 301")
        self.assertEqual(column(answers, "reset")[4:6], ["after-fin", "after-fin"])
        self.assertEqual(column(answers, "phase")[4:], ["close", "closed", "closed"])
        self.assertEqual(last(answers, "teardown.kind"), "reset-after-fin")

    def test_new_attempt(self):
        answers = play("c S 100\ns RA 0 101\nc S 100\ns SA 300 101\nc A 101 301")
        self.assertEqual(column(answers, "phase"), ["open"] * 5)
        self.assertEqual(column(answers, "retransmission"), [None, None, True, None, None])
        self.assertEqual((last(answers, "handshake.frame1"), last(answers, "handshake.outcome")), (3, "complete"))


class Numbers(unittest.TestCase):
    def test_five_gibibytes(self):
        steps = "".join(f"c A {101 + n * 2**30} 301 +10\n" for n in range(6))
        self.assertEqual(column(play(OPEN + steps), "seq")[-1], "X+5368709121")

    def test_no_rebase(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 102", rebase=False)
        self.assertEqual(column(answers, "seq")[3:], ["X+1", "Y+1"])
        self.assertEqual(column(answers, "basis")[3:], ["open", "open"])

    def test_other(self):
        answers = play("c F 100\nc SF 100\nc - 100")
        self.assertEqual(column(answers, "role"), ["OTHER"] * 3)
        self.assertEqual(states(answers)[2], "CLOSED / LISTEN")

    def test_options(self):
        self.assertEqual(parse_options(bytes.fromhex("020405b40103030801010402")), Options(1460, 8, True))
        offers = {1: Options(1460, 7, True, True), 2: Options(None, 8, True)}
        self.assertEqual(last(play(OPEN, options=offers), "negotiated"), "MSS 1460/-, WS 7/8, SACK")


if __name__ == "__main__":
    unittest.main()
