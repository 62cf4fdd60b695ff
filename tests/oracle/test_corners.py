"""The oracle against hand-written expectations from SPEC.md: what no honest pair of hosts sends, and a capture can hold.

Each of these was once read in two ways.
"""

from __future__ import annotations

import unittest

from script import OPEN, column, experts, last, play, play_streams, states


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


    def test_what_was_seen_before_a_late_synack_counts_as_a_whole(self):
        """The client's numbers lie past it, whatever segment brought them there."""
        answers = play("c A 90 301 +20\ns SA 300 101")
        self.assertEqual(column(answers, "phase")[1], "data")

    def test_a_servers_own_fin_is_not_taken_back(self):
        """RFC 9293 section 3.10.4: it leads out of SYN-RECEIVED."""
        answers = play("c S 100\ns SA 300 101\ns FA 301 101\nc A 101 301\ns SA 300 101 t900")
        self.assertEqual(states(answers)[4], "CLOSE-WAIT / FIN-WAIT-1")

    def test_a_synack_that_takes_back_takes_no_fin(self):
        answers = play("s SA 300 101\nc A 101 301\nc FA 101 301\ns SA 300 102\ns SA 300 102")
        self.assertEqual(states(answers)[3:], ["FIN-WAIT-2 / SYN-RECEIVED"] * 2)

    def test_step_3_settles_y_where_both_sent_a_syn(self):
        answers = play("c S 100\ns S 300\ns A 301 101\nc A 101 301\ns SA 350 101")
        self.assertEqual(column(answers, "y")[4], 300)

    def test_the_client_was_the_sender_of_a_synack(self):
        """It acknowledged the other side's own number; what was found out of it as the server does not hold."""
        answers = play("s A 100 300 +10\nc SA 300 101\nc S 300\nc A 301 500 +1")
        self.assertEqual(column(answers, "y")[2:], [100, 100])
        self.assertEqual(column(answers, "handshake.step")[3], [3])

    def test_only_data_of_a_captured_syn_make_a_fast_open(self):
        answers = play("s SA 300 601\nc S 100")
        self.assertEqual(last(answers, "handshake.kind"), "three-way")

    def test_a_syn_of_the_server_has_its_initial_number(self):
        answers = play("c S 100 +5\nc R 107\ns S 300\nc A 106 301 +5 t3000\ns A 301 111 +1")
        self.assertEqual(column(answers, "y")[4], 300)

    def test_a_syn_reaches_a_socket_that_asks_itself(self):
        """RFC 9293 section 3.10.7.3, fourth: the older connection was in SYN-SENT."""
        answers = play_streams("s S 900\nc A 50 901", "c S 500\ns A 901 50\nc S 500 t3600900")
        self.assertEqual(states(answers)[-1], "SYN-SENT / SYN-RECEIVED")

    def test_a_fin_that_cannot_be_step_3_is_a_second_one_too(self):
        answers = play("c FA 100 300\ns SA 300 101\nc FA 50 301")
        self.assertEqual(experts(answers, "second_fin"), [3])


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

    def test_a_step_that_is_not_shown_is_not_repeated(self):
        """The ACK after the RST performed no step that is shown; so the same one again has none."""
        answers = play("c S 100\ns RA 300 101\nc SA 100 301 t3000\nc A 101 301\ns SA 300 101\nc A 101 301 t4000")
        self.assertEqual(column(answers, "handshake.step")[5], None)

    def test_the_first_challenged_rst_that_was_meant(self):
        answers = play(OPEN + "c R 105\nc A 101 301 +1\ns A 301 102\nc R 109")
        self.assertEqual(last(answers, "reset.frame"), 7)

    def test_a_challenged_rst_past_everything_ends_an_open_connection(self):
        """Also where a FIN was seen."""
        answers = play("c S 100\ns SA 300 101\nc FA 101 301\ns SA 300 101 t900\nc R 109")
        self.assertEqual(last(answers, "handshake.outcome"), "partial")

    def test_a_window_counts_as_it_was_known_when_it_was_offered(self):
        answers = play("c A 100 300 w1000\ns SA 300 100\nc SA 100 301\ns R 9000")
        self.assertEqual(column(answers, "reset")[3], "challenged")

    def test_a_servers_answer_after_its_own_rst_changes_y(self):
        answers = play("c S 100\ns SA 300 101\ns R 301\ns SA 400 101")
        self.assertEqual(experts(answers, "synack_changed"), [4])

    def test_an_ack_past_everything_has_no_fin(self):
        answers = play(OPEN + "s SA 300 101 t500\nc FA 101 301\ns A 301 103")
        self.assertEqual(states(answers)[5], "FIN-WAIT-1 / ESTABLISHED")



if __name__ == "__main__":
    unittest.main()
