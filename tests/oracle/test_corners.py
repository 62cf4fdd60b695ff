"""The oracle against hand-written expectations from SPEC.md: what no honest pair of hosts sends, and a capture can hold.

Each of these was once read in two ways.
"""

from __future__ import annotations

import unittest

from script import OPEN, column, experts, last, play, states


class Handshakes(unittest.TestCase):
    def test_a_double_open_can_have_a_wrong_ack_too(self):
        answers = play("c S 100\ns S 300\nc A 101 300\ns R 300")
        self.assertEqual(experts(answers, "open_ack_wrong"), [3])
        self.assertEqual(states(answers)[3], "CLOSED / SYN-RECEIVED")

    def test_the_last_syn_counts_until_it_is_answered(self):
        answers = play("c S 100\nc S 700\ns SA 300 701\nc S 100\nc A 701 301")
        self.assertEqual(column(answers, "x"), [100, 700, 700, 700, 700])
        self.assertEqual(column(answers, "handshake.step"), [[1], [1], [2], [1], [3]])
        self.assertEqual(experts(answers, "synack_wrong_ack"), [])

    def test_only_a_servers_synack_changes(self):
        answers = play("c S 100\ns S 300\nc SA 100 301\nc SA 150 301\ns SA 300 101\ns SA 350 101")
        self.assertEqual(experts(answers, "synack_changed"), [6])

    def test_a_servers_data_before_its_synack_shows_nothing_over(self):
        """Had its SYN-ACK been captured before, the data would not have done so either."""
        answers = play("c A 100 300 +10\ns A 300 110 +10\ns SA 300 101")
        self.assertEqual(column(answers, "phase"), ["data", "data", "handshake"])

    def test_step_3_of_a_side_that_a_rst_closed(self):
        answers = play("c S 100\ns SA 300 101\nc A 101 300\ns R 300\nc A 101 301")
        self.assertEqual(states(answers)[3:], ["CLOSED / SYN-RECEIVED", "ESTABLISHED / ESTABLISHED"])


class AfterTheEnd(unittest.TestCase):
    def test_a_client_that_reset_its_syn_has_no_older_connection(self):
        """It is in CLOSED, not in SYN-SENT."""
        answers = play("c S 100\nc RA 101 0\ns A 5000 2000000000 +5 t3000")
        self.assertEqual(states(answers)[2], "CLOSED / SYN-RECEIVED")
        self.assertEqual(experts(answers, "challenge_ack"), [])

    def test_an_attempt_that_is_over_keeps_its_client(self):
        answers = play("s SA 300 101\nc A 101 301 +10\nc R 111\ns S 700\nc A 900 701")
        self.assertEqual(column(answers, "sender"), ["server", "client", "client", "client", "server"])
        self.assertEqual((last(answers, "conn.client.bytes"), last(answers, "conn.server.bytes")), (0, 10))

    def test_a_fin_is_not_acknowledged_again_by_an_ack_past_everything(self):
        answers = play(OPEN + "c FA 101 301\ns A 301 102\nc FA 101 301 t500\ns A 301 5000")
        self.assertEqual(column(answers, "role")[6], "ACK")


if __name__ == "__main__":
    unittest.main()
