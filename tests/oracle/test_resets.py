"""The oracle against hand-written expectations from SPEC.md: RSTs, older connections, ICMP errors."""

from __future__ import annotations

import unittest

from script import CLOSE, MS, OPEN, column, experts, last, play, play_streams, states
from segments import icmp_kind


class Resets(unittest.TestCase):
    def test_refused(self):
        answers = play("c S 100\ns RA 0 101")
        self.assertEqual(column(answers, "reset")[1], "refused")
        self.assertEqual(column(answers, "reset.cause")[1], "refuses-syn")
        self.assertEqual(column(answers, "reset.answers")[1], 1)
        self.assertEqual(column(answers, "phase"), ["handshake", "handshake"])
        self.assertEqual(states(answers)[1], "CLOSED / CLOSED")
        self.assertEqual(column(answers, "summary")[1], "Server -> Client: Seq = 0, Ack = 101(X+1) (Flags = RST&ACK)")
        self.assertEqual(last(answers, "conn.state"), "REJ")
        self.assertEqual(last(answers, "reset.by"), "server")
        self.assertEqual(last(answers, "teardown.kind"), "none")

    def test_half_open_scan(self):
        answers = play("c S 100\ns SA 300 101\nc R 101")
        self.assertEqual(column(answers, "reset")[2], "handshake")
        self.assertEqual(column(answers, "reset.cause")[2], "unknown-connection")
        self.assertEqual(states(answers)[2], "CLOSED / LISTEN")
        self.assertEqual(last(answers, "handshake.outcome"), "reset")

    def test_figure_9_old_connection(self):
        answers = play("c S 400\ns A 300 100\nc R 100\nc S 400 t1000\ns SA 900 401\nc A 401 901")
        self.assertEqual(states(answers)[:4], ["SYN-SENT / SYN-RECEIVED", "SYN-SENT / ESTABLISHED",
                                               "SYN-SENT / CLOSED", "SYN-SENT / SYN-RECEIVED"])
        self.assertEqual(experts(answers, "challenge_ack"), [2])
        self.assertEqual(last(answers, "handshake.outcome"), "complete")

    def test_exact_match(self):
        wanted = ((299, "stray"), (300, "abort"), (301, "abort"), (302, "challenged"), (1301, "challenged"),
                  (1302, "stray"))
        for seq, value in wanted:
            answers = play(f"{OPEN}s R {seq}")
            self.assertEqual(column(answers, "reset")[3], value, seq)
            closed = "CLOSED / CLOSED" if value == "abort" else "ESTABLISHED / ESTABLISHED"
            self.assertEqual(states(answers)[3], closed)

    def test_unknown_scale_is_14(self):
        self.assertEqual(column(play("c A 101 301 w1\ns A 301 101\ns R 16685"), "reset")[2], "challenged")
        self.assertEqual(column(play("c A 101 301 w1\ns A 301 101\ns R 16686"), "reset")[2], "stray")
        self.assertEqual(column(play("c A 101 301 w1\ns R 16685"), "reset")[1], "abort")
        self.assertEqual(column(play("c A 101 301 w1\ns R 16686"), "reset")[1], "stray")

    def test_challenged(self):
        answers = play(OPEN + "s R 700\nc A 101 301 t500\ns A 301 101 +5")
        self.assertEqual(experts(answers, "challenge_ack"), [5])
        self.assertTrue(answers[3]["final"]["synfin.reset.ignored"])
        self.assertEqual(last(answers, "teardown.kind"), "still-open")
        answers = play(OPEN + "s R 700\ns A 301 101")
        self.assertEqual(last(answers, "teardown.kind"), "reset")
        self.assertEqual(last(answers, "reset.frame"), 4)
        self.assertNotIn("synfin.reset.ignored", answers[3]["final"])

    def test_after_fin_and_after_the_end(self):
        answers = play(OPEN + "c FA 101 301\ns R 301\ns R 999999\nc A 102 301")
        self.assertEqual(column(answers, "reset")[4:6], ["after-fin", "late"])
        self.assertEqual(column(answers, "phase")[4:], ["teardown", "closed", "closed"])
        self.assertEqual(last(answers, "teardown.kind"), "reset-after-fin")
        self.assertEqual(last(answers, "teardown.closer"), "client")

    def test_after_both_fins_only_the_receiver_changes(self):
        answers = play(OPEN + CLOSE + "s R 302")
        self.assertEqual(states(answers)[6], "CLOSED / CLOSED")
        self.assertEqual((column(answers, "phase")[6], last(answers, "teardown.kind")), ("closed", "three-segment"))
        self.assertIsNone(last(answers, "reset.frame"))

    def test_a_new_attempt_forgets_numbers_and_not_who_spoke(self):
        answers = play("c S 100\ns SA 300 101\nc A 101 301\nc RA 101 301\nc S 100 t1000\nc R 1501\ns RA 0 101")
        self.assertEqual(column(answers, "reset")[3:], ["abort", None, "stray", "refused"])

    def test_new_attempt(self):
        answers = play("c S 100\ns RA 0 101\nc S 100 t500\ns SA 300 101\nc A 101 301")
        self.assertEqual(column(answers, "phase"), ["handshake"] * 5)
        self.assertEqual(column(answers, "retransmission"), [None, None, True, None, None])
        self.assertEqual(answers[2]["experts"], ["new_attempt"])
        self.assertEqual((last(answers, "handshake.frame1"), last(answers, "handshake.outcome")), (3, "complete"))
        self.assertEqual((last(answers, "handshake.attempts"), last(answers, "handshake.syns")), (2, 1))
        self.assertEqual(last(answers, "conn.state"), "S1")

    def test_no_connection(self):
        answers = play("c FA 100 1\ns R 1")
        self.assertEqual(column(answers, "reset")[1], "no-connection")
        self.assertEqual(column(answers, "reset.answers")[1], 1)
        self.assertEqual((last(answers, "teardown.kind"), last(answers, "teardown.closer")), ("none", None))
        self.assertEqual(last(answers, "reset.by"), "server")
        alone = play("s RA 0 101")
        self.assertEqual((column(alone, "reset"), column(alone, "reset.cause")), (["no-connection"], [None]))
        self.assertEqual(last(alone, "conn.guessed"), True)

    def test_the_rst_shows_that_the_capture_lacks_segments(self):
        answers = play("s SA 300 101\nc R 500")
        self.assertEqual((column(answers, "reset")[1], column(answers, "phase")[1]), ("abort", "teardown"))
        self.assertEqual((last(answers, "handshake.outcome"), last(answers, "teardown.kind")), ("partial", "reset"))

    def test_a_server_that_took_neither_the_ack_nor_the_rst(self):
        answers = play("c S 100\ns SA 300 101\nc A 101 301\nc RA 101 301\ns SA 300 101 t1500")
        self.assertEqual((last(answers, "handshake.outcome"), last(answers, "teardown.kind")), ("half-open", "reset"))

    def test_causes(self):
        data = "c A 101 301 +5 t10\nc A 101 301 +5 t20\nc A 101 301 +5 t40\nc RA 106 301 t80"
        self.assertEqual(column(play(OPEN + data), "reset.cause")[-1], "gave-up")
        self.assertEqual(column(play(OPEN + data.replace("t20", "t20\ns A 301 106")), "reset.cause")[-1], "aborts")
        self.assertEqual(column(play(OPEN + "c RA 101 301"), "reset.cause")[-1], "aborts")
        answers = play(OPEN + "c A 101 301 +5 t5000\ns R 301 t5010")
        self.assertEqual(column(answers, "reset.cause")[-1], "unknown-connection")
        self.assertEqual(column(answers, "reset.idle")[-1], 4997 * MS)

    def test_keep_alives(self):
        probes = "c A 100 301 t1000\n{0}c A 100 301 t2000\n{0}c A 100 301 t3000\nc RA 101 301 t4000"
        for answer, cause in (("", "gave-up"), ("s A 301 101 w0\n", "gave-up"), ("s A 301 101\n", "aborts")):
            self.assertEqual(column(play(OPEN + probes.format(answer)), "reset.cause")[-1], cause)

    def test_hops(self):
        answers = play("c S 100 h64\ns SA 300 101 h50\nc A 101 301 h64\ns R 301 h53")
        self.assertEqual(column(answers, "reset.hops")[3], 3)
        self.assertEqual(experts(answers, "reset_hops"), [4])


class Withdrawn(unittest.TestCase):
    def test_a_synack_shows_that_the_rst_was_forged(self):
        answers = play("c S 100\ns RA 0 101\ns SA 300 101\nc A 101 301\nc A 101 301 +5")
        self.assertEqual(column(answers, "phase"), ["handshake", "handshake", "closed", "handshake", "data"])
        self.assertEqual(states(answers)[2:4], ["CLOSED / SYN-RECEIVED", "ESTABLISHED / ESTABLISHED"])
        self.assertEqual(column(answers, "handshake.step"), [[1], None, [2], [3], None])
        self.assertEqual((experts(answers, "reset_forged"), experts(answers, "reset_ignored")), ([3], [4]))
        self.assertEqual(last(answers, "handshake.outcome"), "complete")
        self.assertIsNone(last(answers, "reset.frame"))
        self.assertTrue(answers[1]["final"]["synfin.reset.ignored"])

    def test_past_means_past(self):
        answers = play(OPEN + "s R 301\ns FA 301 101")
        self.assertEqual(states(answers)[4], "CLOSED / CLOSED")
        answers = play(OPEN + "s R 301\ns A 301 101 +2")
        self.assertEqual(states(answers)[4], "CLOSED / ESTABLISHED")
        self.assertEqual(column(answers, "phase")[4], "closed")

    def test_the_other_side_speaks_late(self):
        for gap, state in ((1000, "CLOSED"), (1001, "ESTABLISHED")):
            answers = play(OPEN + f"c RA 101 301 t10\ns A 301 101 +5 t{10 + gap}")
            self.assertEqual(column(answers, "server.state")[4], state)
        self.assertEqual(experts(answers, "reset_ignored"), [5])
        answers = play(OPEN + "c RA 101 301 t10\ns A 301 101 +5 t20")
        self.assertEqual(experts(answers, "data_after_reset"), [5])

    def test_a_fin_after_the_rst_begins_no_close(self):
        answers = play("c S 100\ns SA 300 101\nc RA 101 301 t10\ns FA 301 101 t5000\nc R 101 t5001")
        self.assertEqual(states(answers)[3:], ["CLOSED / FIN-WAIT-1", "CLOSED / CLOSED"])
        self.assertIsNone(column(answers, "teardown.step")[3])
        self.assertEqual(last(answers, "teardown.kind"), "none")

    def test_after_the_end_numbers_stay(self):
        answers = play(OPEN + "c A 101 301 +9\nc R 110\nc FA 110 301\ns SA 300 101 t500")
        self.assertEqual(column(answers, "x"), [100] * 7)
        self.assertEqual(column(answers, "role")[5:], ["FIN", "SYN-ACK"])
        self.assertEqual(column(answers, "retransmission")[6], True)
        self.assertIsNone(column(answers, "handshake.step")[6])


class Earlier(unittest.TestCase):
    def test_the_older_connection_answers(self):
        answers = play_streams(OPEN + CLOSE, "c S 9000\ns A 302 102\nc R 102")
        self.assertEqual(column(answers, "server.state")[6:], ["SYN-RECEIVED", "LAST-ACK", "CLOSED"])
        self.assertEqual(last(answers, "conn.previous"), 0)
        self.assertEqual(last(answers, "handshake.outcome"), "old-connection")
        self.assertEqual(experts(answers, "port_reuse"), [7])

    def test_the_server_closed_first(self):
        closed = OPEN + "s FA 301 101\nc FA 101 302\ns A 302 102"
        answers = play_streams(closed, "c S 9000\ns A 302 102")
        self.assertEqual(column(answers, "server.state")[7], "TIME-WAIT")

    def test_numbers_that_do_not_fit(self):
        answers = play_streams(OPEN + CLOSE, "c S 9000\ns A 777 102")
        self.assertEqual(column(answers, "server.state")[7], "ESTABLISHED")

    def test_payload_near_x_is_no_older_connection(self):
        answers = play("c S 100\ns A 301 150 +5")
        self.assertEqual((column(answers, "phase"), states(answers)[1]),
                         (["handshake", "data"], "ESTABLISHED / ESTABLISHED"))
        self.assertEqual(column(answers, "seq")[1], "Y+1")


class Icmp(unittest.TestCase):
    def test_unreachable(self):
        answers = play("c S 100\ne host-unreachable 100\nc S 100 t3000")
        self.assertEqual(answers[1]["segment"], {"synfin.icmp": "host-unreachable", "synfin.icmp.stream": 0,
                                                 "synfin.icmp.from": "10.9.9.9"})
        self.assertEqual((last(answers, "handshake.outcome"), last(answers, "conn.icmp.frame")), ("unreachable", 2))
        self.assertEqual(experts(answers, "unreachable"), [3])
        self.assertEqual(last(play("c S 100\ne other 100\nc S 100 t3000"), "handshake.outcome"), "no-answer")

    def test_a_quote_of_nothing_sent(self):
        self.assertEqual(len(play("c S 100\ne port-unreachable 99\ne port-unreachable 102")), 1)
        self.assertEqual(len(play("c S 100\ne port-unreachable 101")), 2)

    def test_kinds(self):
        self.assertEqual([icmp_kind(4, 3, code) for code in (0, 1, 4, 6, 7, 8, 13)], [
            "net-unreachable", "host-unreachable", "fragmentation-needed", "net-unreachable", "host-unreachable",
            "other", "prohibited"])
        self.assertEqual([icmp_kind(6, 1, code) for code in (0, 1, 3, 4, 5)], [
            "net-unreachable", "prohibited", "host-unreachable", "port-unreachable", "prohibited"])
        self.assertEqual((icmp_kind(6, 4, 0), icmp_kind(6, 4, 1)), ("other", "protocol-unreachable"))
        self.assertEqual((icmp_kind(6, 2, 0), icmp_kind(4, 11, 0), icmp_kind(4, 8, 0), icmp_kind(6, 128, 0)),
                         ("fragmentation-needed", "time-exceeded", None, None))


if __name__ == "__main__":
    unittest.main()
