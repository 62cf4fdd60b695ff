"""The oracle against hand-written expectations from SPEC.md: `python3 -m unittest` in this folder.

Here: roles, copies, handshakes, closes, numbers. RSTs, older connections and ICMP errors are in `test_resets.py`.
"""

from __future__ import annotations

import unittest

from community import community_id
from oracle import judge
from script import CLIENT, CLOSE, MS, OPEN, column, experts, last, play, states
from segments import ACK, RST, SYN, Options, Segment, parse_options


class Picture(unittest.TestCase):
    def test_open(self):
        answers = play("c S 3691127924\ns SA 233779340 3691127925\nc A 3691127925 233779341")
        self.assertEqual(column(answers, "summary"), [
            "Client -> Server: Seq = 3691127924(X) (Flags = SYN)",
            "Server -> Client: Seq = 233779340(Y), Ack = 3691127925(X+1) (Flags = SYN&ACK)",
            "Client -> Server: Seq = 3691127925(X+1), Ack = 233779341(Y+1) (Flags = ACK)"])
        self.assertEqual(column(answers, "handshake.step"), [[1], [2], [3]])
        self.assertEqual(column(answers, "role"), ["SYN", "SYN-ACK", "OPEN-ACK"])
        self.assertEqual(states(answers), ["SYN-SENT / SYN-RECEIVED", "ESTABLISHED / SYN-RECEIVED",
                                           "ESTABLISHED / ESTABLISHED"])
        self.assertEqual(last(answers, "teardown.kind"), "still-open")

    def test_close(self):
        answers = play("""c S 822643294
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


class Roles(unittest.TestCase):
    def test_guesses(self):
        def client(source, destination, flags=ACK, seq=5):
            one = Segment(1, 0, 0, 0, ("10.0.0.1", source), ("10.0.0.2", destination), seq, 9, 0, flags, 1000)
            return judge([one])[0]["final"]["synfin.conn.client"].split(":")[1]
        self.assertEqual(client(443, 2000), "2000")  # below 1024
        self.assertEqual(client(5432, 51000), "51000")  # a service
        self.assertEqual(client(3000, 8080), "3000")  # both are: the sender
        self.assertEqual(client(20000, 40000), "40000")  # ephemeral
        self.assertEqual(client(2000, 80, RST | ACK, 0), "80")  # it answers a SYN
        self.assertEqual(client(40000, 41000), "40000")

    def test_the_client_by_port_until_a_syn_tells(self):
        answers = play("s A 300 101\ns S 299")
        self.assertEqual(column(answers, "sender"), ["server", "client"])
        self.assertIsNone(last(answers, "conn.guessed"))

    def test_self_connect(self):
        one = Segment(1, 0, 0, 0, CLIENT, CLIENT, 100, 0, 0, SYN, 1000)
        two = Segment(2, 0, 0, 0, CLIENT, CLIENT, 100, 101, 0, SYN | ACK, 1000)
        answers = judge([one, two])
        self.assertEqual(column(answers, "sender"), ["client", "client"])
        self.assertEqual(experts(answers, "self_connect"), [1])


class Copies(unittest.TestCase):
    def test_same_identification(self):
        answers = play("c S 100 i7 h64 t0\nc S 100 i7 h63 t5000\nc S 100 i7 h64 t5201\nc S 100 i7 h64 t5300")
        # The third has the TTL of the first, which it is compared with, and is too late for it.
        self.assertEqual(column(answers, "copy"), [None, True, None, True])
        self.assertEqual(column(answers, "retransmission"), [None, None, True, None])
        self.assertEqual(column(answers, "handshake.step"), [[1]] * 4)
        self.assertEqual(experts(answers, "captured_twice"), [2])
        self.assertEqual(last(answers, "handshake.syns"), 2)
        self.assertEqual(last(answers, "conn.client.packets"), 2)

    def test_time_stamps_and_time(self):
        self.assertEqual(column(play("c S 100 o7 t0\nc S 100 o7 t1000"), "copy")[1], True)
        self.assertIsNone(column(play("c S 100 o7 t0\nc S 100 o7 t1001"), "copy")[1])
        self.assertIsNone(column(play("c S 100 o7 t0\nc S 100 o8 t1"), "copy")[1])
        self.assertEqual(column(play("c S 100 t9\nc S 100 t4"), "copy")[1], True)
        self.assertIsNone(column(play("c S 100 t0\nc S 100 t6"), "copy")[1])
        self.assertIsNone(column(play("c S 100 t0\nc S 100 t1 w999"), "copy")[1])
        self.assertEqual(column(play("c S 100 i7 t0\nc S 100 i0 t1"), "copy")[1], True)
        self.assertIsNone(column(play("c S 100 i7 t0\nc S 100 i8 t1"), "copy")[1])

    def test_a_copy_changes_nothing(self):
        answers = play(OPEN + CLOSE + "c FA 101 301 t4\nc A 102 302 t7")
        self.assertEqual(column(answers, "copy")[6:], [True, True])
        self.assertEqual(column(answers, "role")[6:], ["FIN", "CLOSE-ACK"])
        self.assertEqual(column(answers, "phase")[6:], ["closed", "closed"])
        self.assertEqual(states(answers)[5:], ["TIME-WAIT / CLOSED"] * 3)
        self.assertEqual(last(answers, "conn.history"), "ShAFf")
        self.assertTrue(last(answers, "conn.last"))

    def test_rsts_without_identification_are_no_copies(self):
        self.assertEqual(column(play("c S 100\ns RA 0 101\ns RA 0 101"), "reset"), [None, "refused", "late"])
        answers = play("c S 100\ns RA 0 101 i5 h60\ns RA 0 101 i5 h59")
        self.assertEqual(column(answers, "reset"), [None, "refused", "refused"])
        self.assertIsNone(column(answers, "reset.cause")[2])


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
        self.assertEqual(column(answers, "phase"), ["handshake", "data", "data"])
        self.assertEqual(last(answers, "handshake.outcome"), "partial")
        self.assertEqual(last(answers, "handshake.kind"), "three-way")

    def test_syn_after_data_changes_nothing(self):
        answers = play("c A 101 301 +5\ns A 301 106\nc S 100")
        self.assertEqual(column(answers, "phase"), ["data", "data", "data"])
        self.assertEqual(states(answers)[2], "ESTABLISHED / ESTABLISHED")
        self.assertEqual(column(answers, "basis"), ["first-seen", "first-seen", "handshake"])

    def test_fast_open(self):
        answers = play("c S 100 +10\ns SA 300 111\nc A 111 301")
        self.assertEqual(last(answers, "handshake.kind"), "fast-open")
        self.assertEqual(answers[0]["experts"], ["data_on_syn"])

    def test_step_3_chooses_among_synacks(self):
        answers = play("c S 100\ns SA 300 101\ns SA 900 101\nc A 101 301\ns A 301 101")
        self.assertEqual(column(answers, "y"), [None, 300, 900, 300, 300])
        self.assertEqual(experts(answers, "synack_changed"), [3])

    def test_wrong_synack(self):
        answers = play("c S 100\ns SA 900 77\nc R 77\nc S 100 t1000\ns SA 300 101\nc A 101 301")
        self.assertEqual(column(answers, "handshake.step"), [[1], None, None, [1], [2], [3]])
        self.assertEqual(column(answers, "y"), [None, None, None, None, 300, 300])
        self.assertEqual(column(answers, "reset.cause")[2], "rejects-ack")
        self.assertEqual(column(answers, "reset.answers")[2], 2)
        self.assertEqual(states(answers)[:4], ["SYN-SENT / SYN-RECEIVED", "SYN-SENT / SYN-RECEIVED",
                                               "SYN-SENT / LISTEN", "SYN-SENT / SYN-RECEIVED"])
        self.assertEqual(last(answers, "handshake.outcome"), "complete")
        self.assertEqual(experts(answers, "synack_wrong_ack"), [2])

    def test_wrong_open_ack(self):
        for line in ("c A 101 302", "c A 100 301", "c A 101 300", "c A 1102 301", "c FA 101 300"):
            answers = play("c S 100\ns SA 300 101\n" + line)
            self.assertEqual(experts(answers, "open_ack_wrong"), [3], line)
            self.assertEqual(states(answers)[2], "ESTABLISHED / SYN-RECEIVED")
            self.assertIsNone(column(answers, "teardown.step")[2])
        for line in ("c A 1101 301", "c A 102 302", "c FA 101 999"):
            self.assertEqual(column(play("c S 100\ns SA 300 101\n" + line), "handshake.step")[2], [3], line)

    def test_rst_against_a_wrong_open_ack_ends_nothing(self):
        answers = play("c S 100\ns SA 300 101\nc A 101 555\ns R 555\ns SA 300 101 t1000")
        self.assertEqual(column(answers, "reset.cause")[3], "rejects-ack")
        self.assertEqual(states(answers)[3], "CLOSED / SYN-RECEIVED")
        self.assertEqual(column(answers, "phase")[4], "handshake")
        self.assertEqual(last(answers, "handshake.outcome"), "half-open")
        self.assertIsNone(last(answers, "reset.by"))

    def test_answers_of_a_syn(self):
        self.assertEqual(play("c S 100\nc S 100 t1000")[-1]["final_experts"], ["no_answer"])
        self.assertEqual(play("c S 100\ns SA 300 101")[-1]["final_experts"], ["half_open"])
        self.assertEqual(last(play("c S 100\ns R 101"), "handshake.outcome"), "invalid-answer")
        self.assertEqual(last(play("c S 100\ns A 7 8"), "handshake.outcome"), "old-connection")
        self.assertIsNone(last(play("c S 100\nc S 100 t1000"), "handshake.kind"))

    def test_round_trips_and_karn(self):
        answers = play("c S 100\nc S 100 t1000\ns SA 300 101\nc A 101 301")
        self.assertIsNone(last(answers, "handshake.synack_rtt"))
        self.assertEqual(last(answers, "handshake.ack_rtt"), MS)
        self.assertEqual(last(answers, "handshake.time"), 1001 * MS)
        self.assertIsNone(last(play("s SA 300 101\nc S 100\nc A 101 301"), "handshake.synack_rtt"))


class TakenBack(unittest.TestCase):
    def test_synack_not_received(self):
        answers = play("c S 100 t0\ns SA 300 101 t10\nc S 100 t1000\ns RA 0 101 t1010")
        self.assertEqual(states(answers)[2:], ["SYN-SENT / SYN-RECEIVED", "CLOSED / CLOSED"])
        self.assertEqual(column(answers, "y")[2], 300)
        self.assertEqual(experts(answers, "synack_not_received"), [3])
        self.assertEqual(column(answers, "reset")[3], "handshake")

    def test_a_repeat_that_may_have_crossed(self):
        answers = play("c S 100 t0\ns SA 300 101 t10\nc S 100 t15\ns SA 300 101 t16\nc S 100 t900")
        self.assertEqual(experts(answers, "synack_not_received"), [5])
        self.assertEqual(states(answers)[2:], ["SYN-SENT / SYN-RECEIVED", "ESTABLISHED / SYN-RECEIVED",
                                               "SYN-SENT / SYN-RECEIVED"])

    def test_open_ack_not_taken(self):
        answers = play(OPEN + "c A 101 301 +5\ns SA 300 101 t1000\nc A 106 301\nc A 101 301 +5\ns A 301 106")
        self.assertEqual(column(answers, "phase"), ["handshake"] * 3 + ["data"] + ["handshake"] * 4)
        self.assertEqual(column(answers, "server.state")[3:], ["ESTABLISHED", *["SYN-RECEIVED"] * 3, "ESTABLISHED"])
        self.assertEqual(column(answers, "handshake.step")[5:], [[3], None, None])
        self.assertEqual(column(answers, "retransmission")[5], True)
        self.assertEqual(experts(answers, "open_ack_not_taken"), [5])
        self.assertEqual(last(answers, "handshake.outcome"), "complete")

    def test_never_taken(self):
        answers = play(OPEN + "s SA 300 101 t1000\nc A 101 301\ns SA 300 101 t3000")
        self.assertEqual(last(answers, "handshake.outcome"), "half-open")
        self.assertEqual(last(answers, "teardown.kind"), "none")

    def test_a_server_that_went_on_is_not_taken_back(self):
        answers = play(OPEN + "s A 301 101 +5\ns SA 300 101 t1000")
        self.assertEqual(column(answers, "phase")[4], "data")
        self.assertEqual(states(answers)[4], "ESTABLISHED / ESTABLISHED")

    def test_fins(self):
        answers = play(OPEN + "c FA 101 301\ns A 301 102\nc FA 101 301 t1000\ns A 301 102")
        self.assertEqual(column(answers, "client.state")[3:], ["FIN-WAIT-1", "FIN-WAIT-2", "FIN-WAIT-1", "FIN-WAIT-2"])
        answers = play(OPEN + CLOSE + "s FA 301 102 t1000\nc A 102 302\nc FA 101 301 t2000")
        self.assertEqual(states(answers)[6:], ["TIME-WAIT / LAST-ACK", "TIME-WAIT / CLOSED", "CLOSING / CLOSED"])
        self.assertEqual(column(answers, "phase")[5:], ["teardown", "teardown", "teardown", "teardown"])
        self.assertEqual(last(answers, "teardown.kind"), "unanswered")

    def test_a_fin_that_answers_a_crossing_fin(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 101\ns A 302 102\nc FA 101 302")
        self.assertEqual(states(answers)[4:], ["CLOSING / CLOSING", "TIME-WAIT / CLOSING", "TIME-WAIT / TIME-WAIT"])
        self.assertEqual(column(answers, "teardown.step")[6], [1, 4])
        self.assertEqual(last(answers, "teardown.kind"), "simultaneous")


class Closing(unittest.TestCase):
    def test_figure_13_simultaneous(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 101\nc A 102 302\ns A 302 102")[3:]
        self.assertEqual(column(answers, "teardown.step"), [[1], [3], [4], [2]])
        self.assertEqual(states(answers), ["FIN-WAIT-1 / CLOSE-WAIT", "CLOSING / CLOSING",
                                           "CLOSING / TIME-WAIT", "TIME-WAIT / TIME-WAIT"])
        self.assertEqual(experts(answers, "simultaneous_close"), [5])

    def test_three_segments_and_repeats(self):
        answers = play(OPEN + CLOSE + "s FA 301 102 t100\nc A 102 302 t101")[3:]
        self.assertEqual(column(answers, "role"), ["FIN", "FIN+CLOSE-ACK", "CLOSE-ACK", "FIN+CLOSE-ACK", "CLOSE-ACK"])
        self.assertEqual(column(answers, "teardown.step"), [[1], [2, 3], [4], [2, 3], [4]])
        self.assertEqual(column(answers, "retransmission"), [None, None, None, True, True])

    def test_a_fin_with_another_window_repeats_its_fin_alone(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 102\ns FA 301 102 w999")
        self.assertEqual(column(answers, "teardown.step")[5], [3])

    def test_an_ack_past_everything_acknowledges_no_fin(self):
        answers = play(OPEN + "c FA 101 301\ns A 301 103\ns A 301 102")
        self.assertEqual(column(answers, "teardown.step")[3:], [[1], None, [2]])

    def test_bytes_of_a_half_close(self):
        answers = play(OPEN + "c FA 101 301\ns A 301 102 +5\ns A 301 102 +5\ns A 316 102 +5\ns FA 321 102")
        self.assertEqual(last(answers, "teardown.half_close_bytes"), 20)
        self.assertEqual(last(answers, "teardown.kind"), "four-segment")
        self.assertEqual(last(answers, "conn.server.bytes"), 20)
        self.assertEqual(last(answers, "conn.client.bytes"), 0)

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

    def test_unanswered(self):
        answers = play(OPEN + "c FA 101 301\nc FA 101 301 t100")
        self.assertEqual(last(answers, "teardown.kind"), "unanswered")
        self.assertEqual(answers[-1]["final_experts"], ["fin_unanswered"])
        self.assertEqual(last(play(OPEN + "c FA 101 301\nc FA 101 301 t100\ns R 301"), "teardown.kind"),
                         "reset-after-fin")
        # The answers may be missing too: the client acknowledges what was not captured.
        self.assertEqual(last(play(OPEN + "c FA 101 305\nc FA 101 305 t100"), "teardown.kind"), "half-closed")


class Numbers(unittest.TestCase):
    def test_five_gibibytes(self):
        steps = "".join(f"c A {101 + n * 2**30} 301 +10\n" for n in range(6))
        answers = play(OPEN + steps)
        self.assertEqual(column(answers, "seq")[-1], "X+5368709121")
        self.assertEqual(last(answers, "conn.client.bytes"), 5 * 2**30 + 10)

    def test_no_rebase(self):
        answers = play(OPEN + "c FA 101 301\ns FA 301 102", rebase=False)
        self.assertEqual(column(answers, "seq")[3:], ["X+1", "Y+1"])
        self.assertEqual(column(answers, "basis")[3:], ["handshake", "handshake"])

    def test_other(self):
        answers = play("c F 100\nc SF 100\nc - 100")
        self.assertEqual(column(answers, "role"), ["OTHER"] * 3)
        self.assertEqual(states(answers)[2], "CLOSED / LISTEN")
        self.assertEqual(experts(answers, "bad_flags"), [1, 2, 3])

    def test_options(self):
        self.assertEqual(parse_options(bytes.fromhex("020405b40103030801010402")), Options(1460, 8, True))
        self.assertEqual(parse_options(bytes.fromhex("080a0000000100000002")).stamps, (1, 2))
        self.assertTrue(parse_options(b"", 12).cut)
        self.assertTrue(parse_options(bytes.fromhex("1e0c0181000000000000abcd")).mptcp)
        offers = {1: Options(1460, 7, True, (1, 2)), 2: Options(None, 8, True)}
        self.assertEqual(last(play(OPEN, options=offers), "negotiated"), "MSS 1460/-, WS 7/8, SACK")
        self.assertIsNone(last(play(OPEN, options={1: Options(cut=True)}), "negotiated"))

    def test_ecn(self):
        for syn, answer, word in (("NCES", "CAS", ", AccECN"), ("NCES", "NAS", ", AccECN"), ("NCES", "ASE", ", ECN"),
                                  ("NCES", "NASE", ", ECN"), ("NCES", "NCESA", ""), ("CES", "ASE", ", ECN"),
                                  ("CES", "AS", ""), ("CES", "CESA", ""), ("S", "ASE", "")):
            answers = play(f"c {syn} 100\ns {answer} 300 101\nc A 101 301")
            self.assertEqual(last(answers, "negotiated"), "MSS -/-" + word, (syn, answer))

    def test_community_id(self):
        # From the baseline of the Community ID specification.
        self.assertEqual(community_id(("128.232.110.120", 34855), ("66.35.250.204", 80)),
                         "1:LQU9qZlK+B5F3KDmev6m5PMibrg=")
        self.assertEqual(community_id(("66.35.250.204", 80), ("128.232.110.120", 34855)),
                         "1:LQU9qZlK+B5F3KDmev6m5PMibrg=")


if __name__ == "__main__":
    unittest.main()
