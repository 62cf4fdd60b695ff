//! What is sent or captured twice (SPEC section 2), and Karn's rule (section 6).

use crate::scripts;

scripts! {
    /// A FIN again keeps its own step. That of its ACK it has no more, for the peer's FIN came in between.
    a_fin_again_whose_ack_is_old = "
      | > S  C
      | < S. S    ack C+1
    FIN-WAIT-1   | > F. C+1  ack S+1          | CLOSE-WAIT   | OPEN-ACK+FIN | open 3, close 1
      | < .  S+1  ack C+2
      | < F. S+1  ack C+2
      | > .  C+2  ack S+2
    CLOSING      | > F. C+1  ack S+1 @1       | CLOSED       | FIN      | close 1 | retransmission=1; !fin_retransmission; !fin_unanswered
    ";

    syn_repeated = "
      | > S  X
      | > S  X                 @1       |             | SYN       | open 1 | retransmission=1; !syn_retransmission
      | < S. Y     ack X+1     @0.02    |             | SYN-ACK   | open 2 | handshake.synack_rtt
      | > .  X+1   ack Y+1     @0.01    |             | OPEN-ACK  | open 3 | handshake.time=1.030000000; handshake.ack_rtt=0.010000000
    = handshake.frame1 #1
    = handshake.synack_rtt
    ";

    syn_captured_again_after_the_answer = "
      | > S  X
      | < S. Y     ack X+1     @0.02
    SYN-SENT    | > S  X                | SYN-RECEIVED | SYN      | open 1 | retransmission=1
      | > .  X+1   ack Y+1
    # Nothing was repeated before the answer.
    = handshake.synack_rtt 0.020000000
    ";

    synack_repeated = "
      | > S  X
      | < S. Y     ack X+1     @0.02    |             | SYN-ACK   | open 2 | handshake.synack_rtt=0.020000000
      | < S. Y     ack X+1     @1       |             | SYN-ACK   | open 2 | retransmission=1; !synack_retransmission
      | > .  X+1   ack Y+1              |             | OPEN-ACK  | open 3 | retransmission; handshake.ack_rtt
    = handshake.ack_rtt
    = handshake.time 1.021000000
    ";

    synack_repeated_after_the_opening_and_answered = "
    open
    ESTABLISHED | < S. S   ack C+1      | SYN-RECEIVED | SYN-ACK   | open 2 | retransmission=1; phase=handshake; !synack_retransmission
    ESTABLISHED | > .  C+1 ack S+1 win 9 | SYN-RECEIVED | OPEN-ACK | open 3 | retransmission=1; phase=handshake
    # One answer for one repeat.
    ESTABLISHED | > .  C+1 ack S+1 win 8 | SYN-RECEIVED | ACK      |        | retransmission
    ";

    third_segment_captured_twice = "
    open
      | > .  C+1   ack S+1              |             | OPEN-ACK  | open 3 | retransmission=1; phase=data; !none
    # A window update is no repeat.
      | > .  C+1   ack S+1 win 9        |             | ACK       |        | retransmission
    ";

    /// The one before could not be accepted: the round trip starts from this one, which was sent once.
    syn_ack_again_that_is_acceptable_now = "
      | > S  X
      | < S. S     ack X+9              |             | SYN-ACK   |        | !synack_wrong_ack
      | < S. Y     ack X+1     @1       |             | SYN-ACK   | open 2 | retransmission=1
      | > .  X+1   ack Y+1     @0.01    |             | OPEN-ACK  | open 3 | handshake.ack_rtt=0.010000000
    ";

    /// Karn's rule looks at what was repeated before the answer, and this one came after it.
    syn_ack_again_after_the_answer = "
    open
      | < S. S     ack C+1     @1       |             | SYN-ACK   | open 2 | retransmission=1
    = handshake.ack_rtt 0.001000000
    ";

    /// An answer to a repeated SYN-ACK takes nothing from the ACK that performed the step: that one can still come again.
    step_3_again_after_another_answer = "
      | > S  X
      | < S. Y     ack X+1
      | < S. Y     ack X+1     @1       |             | SYN-ACK   | open 2 | retransmission=1
      | > P. X+1   ack Y+1 len 10       |             | OPEN-ACK  | open 3 | retransmission
      | > .  X+11  ack Y+1              |             | OPEN-ACK  | open 3 | retransmission=1
      | > P. X+1   ack Y+1 len 10 @1    |             | OPEN-ACK  | open 3 | retransmission=1; !none
      | > .  X+11  ack Y+1     @1       |             | OPEN-ACK  | open 3 | retransmission=1; !none
      | < P. Y+1   ack X+11 len 5       |             | DATA      |        | retransmission
      | > P. X+1   ack Y+1 len 10 @1    |             | DATA      |        | retransmission
    ";

    same_ack_after_new_data_is_a_duplicate_ack = "
    either
    open
      | < P. S+1   ack C+1 len 10
      | > .  C+1   ack S+1              |             | ACK       |        | retransmission
    ";

    fin_repeated_and_answered = "
    either
    open
      | > F. X     ack Y
      | < .  Y     ack X+1
    FIN-WAIT-1 | > F. X    ack Y        | CLOSE-WAIT  | FIN       | close 1 | retransmission=1; !fin_retransmission
    FIN-WAIT-2 | < .  Y    ack X+1 win 9 | CLOSE-WAIT | CLOSE-ACK | close 2 | retransmission=1
    FIN-WAIT-2 | < .  Y    ack X+1 win 8 | CLOSE-WAIT | ACK       |         | retransmission
    = teardown.frame1 #4
    = teardown.frame2 #5
    ";

    fin_repeated_with_its_data_apart = "
    either
    open
    let X = C+11, Y = S+1
      | > FP. X-10 ack Y len 10
      | > F.  X    ack Y                |             | FIN       | close 1 | retransmission=1
    ";

    last_ack_lost = "
    either
    open
      | > F. X     ack Y
      | < F. Y     ack X+1
    TIME-WAIT  | > .  X+1  ack Y+1      | CLOSED      | CLOSE-ACK | close 4
    TIME-WAIT  | < F. Y    ack X+1 win 9 | LAST-ACK   | FIN       | close 3 | retransmission=1; phase=teardown; !fin_retransmission
    TIME-WAIT  | > .  X+1  ack Y+1 win 9 | CLOSED     | CLOSE-ACK | close 4 | retransmission=1; phase=teardown
    = teardown.kind three-segment
    = teardown.frame4 #6
    = conn.history ShAFf
    ";

    fin_that_acknowledged_captured_twice = "
    either
    open
      | > F. X     ack Y
      | < F. Y     ack X+1
      | < F. Y     ack X+1              |             | FIN+CLOSE-ACK | close 2+3 | retransmission=1
    ";

    new_ack_on_a_repeated_fin = "
    either
    open
      | > F. X     ack Y
      | < F. Y     ack X
    # The FIN is the same, that it acknowledges is new.
      | < F. Y     ack X+1              |             | FIN+CLOSE-ACK | close 2+3 | retransmission=1
    = teardown.kind simultaneous
    ";

    close_ack_captured_twice = "
    either
    open
      | > F. X     ack Y
      | < .  Y     ack X+1
      | < .  Y     ack X+1              |             | CLOSE-ACK | close 2 | retransmission=1
      | > F. X     ack Y
      | < P. Y     ack X+1 len 5        |             | DATA      |         | retransmission
    # Payload was no answer to the repeated FIN: the first segment without is.
      | < .  Y+5   ack X+1              |             | CLOSE-ACK | close 2 | retransmission=1
    ";

    simultaneous_open_repeated = "
      | > S  X
      | < S  Y
      | > S  X                          |             | SYN       | open 1 | retransmission=1
      | > S. X     ack Y+1              |             | SYN-ACK   | open 2
      | < S. Y     ack X+1              |             | SYN-ACK   | open 2+3
    = handshake.kind simultaneous
    = handshake.synack_rtt
    = handshake.ack_rtt
    = handshake.time 0.004000000
    ";

    third_segment_again_after_a_later_step = "
      | < S. S   ack C+1
      | < F. S+1 ack C+1
      | > .  C+1 ack S+1                 |             | OPEN-ACK  | open 3
      | > .  C+1 ack S+2                 |             | CLOSE-ACK | close 2
      | > .  C+1 ack S+1                 |             | OPEN-ACK  | open 3  | retransmission=1
      | > .  C+1 ack S+2                 |             | CLOSE-ACK | close 2 | retransmission=1
    ";

    fin_with_an_earlier_number_again = "
    either
    open
      | > F. C+1  ack S+1 len 7          |             | FIN       | close 1
      | > F. C+1  ack S+1 len 0          |             | FIN       | close 1 | retransmission; !second_fin
      | > F. C+1  ack S+1 len 3          |             | FIN       | close 1 | retransmission; !second_fin
      | > F. C+1  ack S+1 len 0          |             | FIN       | close 1 | retransmission=1; !second_fin; !fin_retransmission
    ";

    answer_to_the_repeat_of_a_second_fin = "
    either
    open
      | > F. C+1  ack S+1 len 7
      | > F. C+1  ack S+1 len 0
      | < .  S+1  ack C+9                |             | CLOSE-ACK | close 2
      | > F. C+1  ack S+1 len 0          |             | FIN       | close 1 | retransmission=1
      | < .  S+1  ack C+2                |             | CLOSE-ACK | close 2 | retransmission=1
    ";

    answer_is_owed_until_a_segment_without_payload_and_fin = "
    either
    open
      | > F. X    ack Y
      | < .  Y    ack X+1                |             | CLOSE-ACK | close 2
      | > F. X    ack Y                  |             | FIN       | close 1 | retransmission=1
    # Not accepted, and with payload.
      | < R  Y+900000000 len 5           |             | RST       |         | reset=stray
      | < .  Y    ack X+1 win 9          |             | CLOSE-ACK | close 2 | retransmission=1
    ";

    the_peers_fin_in_between_makes_it_a_new_ack = "
    open
      | < F. S+1   ack C+1
      | > .  C+1   ack S+1               |             | ACK       |        | retransmission
    ";

    /// Whatever differs makes it another ACK.
    what_differs_is_no_repeat = "
    open
      | > P. C+1   ack S+1               |             | ACK       |        | retransmission
      | > .  C+2   ack S+1               |             | ACK       |        | retransmission
      | > .  C+1   ack S                 |             | ACK       |        | retransmission
      | > .  C+1   ack S+1 len 1         |             | DATA      |        | retransmission
      | > .  C+1   ack S+1               |             | OPEN-ACK  | open 3 | retransmission=1
    ";

    payload_between_a_repeat_and_the_next_ack = "
    open
      | < S. S     ack C+1 @1            |             | SYN-ACK   | open 2 | retransmission=1
      | < P. S+1   ack C+1 len 5
      | > .  C+1   ack S+6               |             | ACK       |        | retransmission
    ";

    /// Only the first segment after the repeat answers it, and only where it acknowledges that one.
    an_ack_of_less_is_no_answer = "
    open
      | < S. S     ack C+1 @1            |             | SYN-ACK   | open 2 | retransmission=1
      | > .  C+1   ack S     win 9       |             | ACK       |        | retransmission
      | > .  C+1   ack S+1   win 8       |             | ACK       |        | retransmission
    ";

    /// An unacceptable SYN-ACK performs nothing, but its number is known when it comes again.
    an_unacceptable_syn_ack_again = "
      | > S  C
      | < S. S     ack C+9 @0.01         |             | SYN-ACK   |        | y; retransmission; !synack_wrong_ack
      | < S. S     ack C+9 @1            |             | SYN-ACK   |        | y; retransmission=1
      | < S. S     ack C+1 @0.5          |             | SYN-ACK   | open 2 | retransmission=1; seq=Y
    = handshake.synack_rtt 1.510000000
    = handshake.frame2 #4
    ";

    /// The answer to a repeated FIN has the step, so that one again has it too.
    the_answer_to_a_fin_again_comes_twice = "
    either
    open
      | > F. X    ack Y            |              | FIN       | close 1
      | < .  Y    ack X+1          |              | CLOSE-ACK | close 2
      | > F. X    ack Y            |              | FIN       | close 1 | retransmission=1
      | < .  Y    ack X+1          |              | CLOSE-ACK | close 2 | retransmission=1
      | < .  Y    ack X+1          |              | CLOSE-ACK | close 2 | retransmission=1
    ";

    /// An Ack of more than its sender used acknowledges no FIN, and so no repeat of one.
    an_ack_past_everything_is_no_answer = "
    either
    open
      | > F. X    ack Y            |              | FIN       | close 1
      | < .  Y    ack X+1          |              | CLOSE-ACK | close 2
      | > F. X    ack Y            |              | FIN       | close 1 | retransmission=1
      | < .  Y    ack X+500        |              | ACK       |         | retransmission
    ";

    /// A client's SYN-ACK again is no SYN-ACK of the server again: the round trip from that one is known.
    syn_ack_of_the_client_again = "
      | < S. S    ack C+1
      | > S. C    ack S+1
      | > S. C    ack S+1 @0.1     |              | SYN-ACK   | open 2  | retransmission=1
      | > .  C+1  ack S+1          |              | OPEN-ACK  | open 3
    = handshake.ack_rtt 0.102000000
    ";

    /// Its FIN acknowledged the peer's before that came again: after another answer it still owes nothing to that.
    a_fin_that_acknowledged_before_another_answer = "
    either
    open
      | > F. X    ack Y            |              | FIN           | close 1
      | < F. Y    ack X+1          |              | FIN+CLOSE-ACK | close 2+3
      | > F. X    ack Y @1         |              | FIN           | close 1 | retransmission=1
      | < .  Y+1  ack X+1          |              | CLOSE-ACK     | close 2 | retransmission=1
      | < F. Y    ack X+1 @1       |              | FIN           | close 3 | retransmission=1
    ";

    /// An Ack of less than a FIN that came again does not answer it.
    an_ack_of_less_is_no_answer_to_a_fin = "
    either
    open
      | > F. X    ack Y            |              | FIN       | close 1
      | < .  Y    ack X+1          |              | CLOSE-ACK | close 2
      | > F. X    ack Y @1         |              | FIN       | close 1 | retransmission=1
      | < .  Y    ack X            |              | ACK       |         | retransmission
    ";

    /// A SYN-ACK can acknowledge a FIN. The same one again keeps that step, like an ACK; one with another window does not.
    a_syn_ack_again_that_acknowledged_a_fin = "
      | > F. C    ack S
      | < S. S    ack C+1          |            | SYN-ACK+CLOSE-ACK | open 2, close 2 | retransmission
      | < S. S    ack C+1          |            | SYN-ACK+CLOSE-ACK | open 2, close 2 | retransmission=1
      | < S. S    ack C+1 win 7    |            | SYN-ACK           | open 2          | retransmission=1
    ";

    /// It acknowledges a second FIN that lies before the first. As it acknowledges not the first, it performs nothing.
    an_ack_of_a_second_fin_before_the_first = "
    open
      | > F. C+50  ack S+1
      | > F. C+20  ack S+1
      | > F. C+20  ack S+1
      | < .  S+1   ack C+21        |            | ACK       |
    ";

    /// Payload of the other side, also on a FIN, ends the debt of an answer to its SYN-ACK.
    payload_of_a_fin_between_a_syn_ack_and_the_next_ack = "
    open
      | < S. S    ack C+1
      | < F. S+1  ack C+1 len 5
      | > .  C+1  ack S+7 win 9    |            | CLOSE-ACK | close 2   | retransmission
    ";

    /// A FIN again with its payload is what asks for the answer.
    a_fin_again_with_payload_is_answered_again = "
    open
      | < F. S+1  ack C+1 len 5
      | > .  C+1  ack S+7
      | < F. S+1  ack C+1 len 5
      | > .  C+1  ack S+7 win 9    |            | CLOSE-ACK | close 2   | retransmission=1
    ";

    /// An answer to a repeated FIN came in between, of the same sender: nothing of the peer.
    an_ack_with_payload_again_after_an_answer = "
    open
      | < F. S+1   ack C+1
      | < F. S+1   ack C+1     @1
      | > P. C+1   ack S+2 len 8        |             | CLOSE-ACK | close 2 | retransmission
      | > .  C+20  ack S+2              |             | CLOSE-ACK | close 2 | retransmission=1
      | > P. C+1   ack S+2 len 8 @1     |             | CLOSE-ACK | close 2 | retransmission=1
      | > .  C+20  ack S+2              |             | CLOSE-ACK | close 2 | retransmission=1
    # After something new of the peer it is an answer.
      | < F. S+1   ack C+1     @1
      | > P. C+1   ack S+2 len 8        |             | DATA      |         | retransmission
    ";

    /// One ACK answers a repeated SYN-ACK and the FIN: it keeps both steps when it comes again, also as an answer.
    an_ack_with_steps_of_both_again = "
    open
      | < S. S     ack C+1
      | > F. C+1   ack S+1
      | < F. S+1   ack C+1
      | < .  S+2   ack C+2
      | > .  C+2   ack S+2              |             | OPEN-ACK+CLOSE-ACK | open 3, close 4 | retransmission=1
      | < S. S     ack C+1     @1
      | > .  C+2   ack S+2              |             | OPEN-ACK+CLOSE-ACK | open 3, close 4 | retransmission=1
      | > .  C+2   ack S+2     @1       |             | OPEN-ACK+CLOSE-ACK | open 3, close 4 | retransmission=1
    ";
}

/// However many other numbers came since: the first FIN is known for ever.
#[test]
fn the_first_fin_after_many_others() {
    let others: String = (1..60).map(|more| format!("| > F. C+{} ack S+1\n", 1 + more)).collect();
    let again = "FIN-WAIT-1 | > F. C+1 ack S+1 @1 | CLOSE-WAIT | FIN | close 1 | retransmission=1";
    crate::common::play::play("the first FIN", &format!("open\n| > F. C+1 ack S+1\n{others}{again}"));
}
