//! Resets: who accepts them, and what they end (SPEC sections 2, 4 and 5).

use crate::scripts;

scripts! {
    abort_by_the_client = "
    either
    open
    CLOSED      | > R. C+1 ack S+1       | CLOSED      | RST | | reset=abort; phase=teardown; reset.frame=#4; !reset
    # What follows performs nothing.
    CLOSED      | < .  S+1 ack C+1       | CLOSED      | ACK | | phase=closed
    CLOSED      | < R  S+1               | CLOSED      | RST | | reset=late; phase=closed; !none
    = teardown.kind reset
    = teardown.closer client
    ";

    abort_by_the_server = "
    either
    open
    CLOSED      | < R. S+1 ack C+1       | CLOSED      | RST | | reset=abort
    = teardown.closer server
    = conn.state RSTR
    = conn.history ShAr
    ";

    fin_after_a_reset_begins_no_close = "
    open
      | > R  C+1
    CLOSED      | < F. S+1 ack C+1       | CLOSED      | FIN |  | phase=closed; basis=handshake; retransmission
    CLOSED      | < S. S   ack C+1       | CLOSED      | SYN-ACK | | retransmission=1; !synack_retransmission
    = teardown.kind reset
    = teardown.half_close_bytes
    ";

    reset_after_fin = "
    either
    open
      | > F. X     ack Y
    CLOSED      | < R. Y   ack X+1       | CLOSED      | RST | | reset=after-fin; phase=teardown; !reset_after_fin
    = teardown.kind reset-after-fin
    = teardown.closer client
    = reset.frame #5
    ";

    reset_after_both_fins_were_acknowledged_ends_nothing = "
    either
    open
      | > F. X     ack Y
      | < F. Y     ack X+1
      | > .  X+1   ack Y+1
    CLOSED      | < R. Y+1 ack X+1       | CLOSED      | RST | | reset=after-fin; phase=closed; !reset_after_fin
    = teardown.kind three-segment
    = reset.frame
    = conn.state SF
    ";

    server_breaks_the_opening_off = "
      | > S  X
      | < S. Y     ack X+1
    CLOSED      | < R  Y+1               | CLOSED      | RST | | reset=handshake; phase=handshake; !handshake_reset
    = handshake.outcome reset
    = teardown.kind none
    = teardown.closer
    ";

    client_gives_up = "
      | > S  X
    CLOSED      | > R  X+1               | LISTEN      | RST | | reset=handshake; phase=handshake
    = handshake.outcome reset
    = conn.state RSTOS0
    = conn.history SR
    ";

    reset_to_a_side_in_syn_sent_needs_the_right_ack = "
      | > S  X
    SYN-SENT    | < R  0                 | SYN-RECEIVED | RST | | reset=stray; phase=handshake; !stray_reset
    SYN-SENT    | < R. 0   ack X         | SYN-RECEIVED | RST | | reset=stray
    SYN-SENT    | < R. 0   ack X+2       | SYN-RECEIVED | RST | | reset=stray
    CLOSED      | < R. 0   ack X+1       | CLOSED       | RST | | reset=refused
    = handshake.outcome refused
    = reset.frame #5
    ";

    reset_may_acknowledge_data_of_the_syn = "
      | > S  X     len 10
    SYN-SENT    | < R. 0   ack X+12      | SYN-RECEIVED | RST | | reset=stray
    CLOSED      | < R. 0   ack X+11      | CLOSED       | RST | | reset=refused
    ";

    only_stray_resets_are_no_valid_answer = "
      | > S  X
      | < R  0                           |              |     | | !stray_reset; !invalid_answer
    = handshake.outcome invalid-answer
    = teardown.kind none
    = reset.frame
    ";

    lowest_number_of_a_reset = "
      | > S  C             win 1000
      | < S. S     ack C+1 win 1000
      | > .  C+1   ack S+1 win 1000
      | < P. S+1   ack C+1 len 50 win 1000
      | > .  C+1   ack S+51 win 1000
    # The client expects S+51 and takes one less.
    ESTABLISHED | < R  S+49              | ESTABLISHED | RST | | reset=stray; phase=data; !stray_reset
    CLOSED      | < R  S+50              | CLOSED      | RST | | reset=abort
    ";

    highest_number_of_a_reset = "
      | > S  C             win 1000
      | < S. S     ack C+1 win 1000
      | > .  C+1   ack S+1 win 1000
    # Neither offers a scale: the window ends at S+1001.
    ESTABLISHED | < R  S+1002            | ESTABLISHED | RST | | reset=stray
    ESTABLISHED | < R  S+1001            | ESTABLISHED | RST | | reset=challenged
    CLOSED      | < R  S+1               | CLOSED      | RST | | reset=abort
    ";

    scale_of_the_window_counts = "
      | > S  C             win 1000 <wscale:3>
      | < S. S     ack C+1 win 1000 <wscale:5>
      | > .  C+1   ack S+1 win 1000
    # 1000 times 2^3.
    ESTABLISHED | < R  S+8002            | ESTABLISHED | RST | | reset=stray
    ESTABLISHED | < R  S+8001            | ESTABLISHED | RST | | reset=challenged
    ";

    window_of_a_syn_is_not_scaled = "
      | > S  C             win 1000 <wscale:3>
      | < S. S     ack C+1 win 1000 <wscale:5>
    # The server's window is 1000, not 32000.
    ESTABLISHED | > R  C+1002            | SYN-RECEIVED | RST | | reset=stray
    ESTABLISHED | > R  C+1001            | SYN-RECEIVED | RST | | reset=challenged
    ";

    unknown_scale_is_fourteen = "
      | > .  C+1   ack S+1 win 1
      | < .  S+1   ack C+1 win 1
    ESTABLISHED | < R  S+16386           | ESTABLISHED | RST | | reset=stray
    ESTABLISHED | < R  S+16385           | ESTABLISHED | RST | | reset=challenged
    ";

    sender_used_more_than_the_window = "
      | > S  C             win 10
      | < S. S     ack C+1 win 10
      | > .  C+1   ack S+1 win 10
      | < P. S+1   ack C+1 len 100
    CLOSED      | < R  S+101             | CLOSED      | RST | | reset=abort
    ";

    nothing_of_the_receiver_captured = "
      | > P. C+1   ack S+1 len 10
    CLOSED      | > R  C+999999          | CLOSED      | RST | | reset=abort
    = handshake.outcome not-captured
    = teardown.kind reset
    ";

    new_attempt_after_a_refusal = "
    splits
      | > S  X
      | < R. 0     ack X+1
    SYN-SENT    | > S  X                 | SYN-RECEIVED | SYN     | open 1 | phase=handshake; retransmission=1; y
    ESTABLISHED | < S. Y   ack X+1       | SYN-RECEIVED | SYN-ACK | open 2
    ESTABLISHED | > .  X+1 ack Y+1       | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    = handshake.frame1 #3
    = reset.frame
    = teardown.kind still-open
    ";

    new_attempt_after_an_abort = "
    core only
    open
      | > R  C+1
    let X = C+5000, Y = S+7000
    SYN-SENT    | > S  X                 | SYN-RECEIVED | SYN     | open 1 | phase=handshake; retransmission; y; basis=handshake
    ESTABLISHED | < S. Y   ack X+1       | SYN-RECEIVED | SYN-ACK | open 2
    CLOSED      | < R  Y+1               | CLOSED       | RST     |        | reset=handshake
    = handshake.outcome reset
    = teardown.kind none
    ";

    reset_taken_back_by_a_synack = "
      | > S  X
    CLOSED      | < R. 0   ack X+1       | CLOSED       | RST     |        | reset=refused; first:handshake.outcome=refused
    CLOSED      | < S. Y   ack X+1       | SYN-RECEIVED | SYN-ACK | open 2 | phase=closed
    ESTABLISHED | > .  X+1 ack Y+1       | ESTABLISHED  | OPEN-ACK | open 3 | phase=handshake
    = handshake.outcome complete
    = teardown.kind still-open
    = reset.frame
    ";

    synack_with_a_wrong_ack_takes_nothing_back = "
      | > S  X
      | < R. 0     ack X+1
    CLOSED      | < S. S   ack C+9       | CLOSED       | SYN-ACK |        | phase=closed
    = handshake.outcome refused
    ";

    reset_with_data = "
    either
    open
      | > F. X     ack Y
      | < R. Y     ack X+1 len 30        |              | RST     |        | reset=after-fin
    = teardown.half_close_bytes 0
    ";

    reset_with_fin = "
    either
    open
    CLOSED      | < FR. S+1 ack C+1      | CLOSED       | RST     |        | reset=abort; !bad_flags; !reset
    = conn.history ShAi
    ";

    reset_alone = "
    # Nothing of its receiver was captured: it is accepted.
    CLOSED      | < R. S+1 ack C+1       | CLOSED       | RST     |        | reset=abort; phase=teardown; x; y; seq; ack
    = handshake.outcome not-captured
    = teardown.kind reset
    = teardown.closer server
    ";

    new_attempt_remembers_no_syn_but_for_repeats = "
    SYN-SENT     | > S  X                | SYN-RECEIVED | SYN     | open 1
    SYN-RECEIVED | < S  Y                | SYN-RECEIVED | SYN     | open 1
      | > R  X+1
    SYN-SENT     | > S  X                | SYN-RECEIVED | SYN     | open 1   | retransmission=1; y
    SYN-RECEIVED | < S  Y                | SYN-RECEIVED | SYN     | open 1   | retransmission=1; !simultaneous_open; !syn_retransmission
    SYN-RECEIVED | > S. X   ack Y+1      | ESTABLISHED  | SYN-ACK | open 2
    ESTABLISHED  | < S. Y   ack X+1      | ESTABLISHED  | SYN-ACK | open 2+3
    = handshake.kind simultaneous
    = handshake.outcome complete
    = handshake.synack_rtt
    ";

    /// Each attempt's step 3 shows what its own SYNs agreed; the connection shows what the last ones did.
    each_attempt_agrees_anew = "
    splits
      | > S  C               <mss:1460>
      | < S. S       ack C+1 <mss:1400>
      | > .  C+1     ack S+1                    |  | OPEN-ACK | open 3 | negotiated=MSS 1460/1400
      | < R. S+1     ack C+1
      | > S  C+5000          <mss:1300>         |  | SYN      | open 1 | !new_attempt
      | < S. S+9000  ack C+5001 <mss:1200>
      | > .  C+5001  ack S+9001                 |  | OPEN-ACK | open 3 | negotiated=MSS 1300/1200
    = negotiated MSS 1300/1200
    ";

    /// A new attempt forgets numbers, and not that the other side was captured: a RST is judged from the new SYN on.
    reset_of_the_old_numbers_in_a_new_attempt = "
    open
      | > P. C+1     ack S+1 len 1400
      | > R. C+1401  ack S+1
      | < .  S+1     ack C+1401
    SYN-SENT     | > S  C         @1            | SYN-RECEIVED | SYN      | open 1 | !new_attempt
    SYN-SENT     | > R  C+1401                  | SYN-RECEIVED | RST      |        | reset=stray; !stray_reset
    CLOSED       | < R. 0         ack C+1       | CLOSED       | RST      |        | reset=refused
    = handshake.outcome refused
    = reset.by server
    ";

    /// In SYN-SENT alone a RST with the number of a wrong Ack ends nothing; here that number is the client's next.
    reset_at_an_old_wrong_ack_of_an_open_connection = "
      | > S  C
      | < .  S-500     ack C+11                 |              | ACK      |        | !challenge_ack
      | < S. S         ack C+1
      | > .  C+1       ack S+1
      | > P. C+1       ack S+1 len 10
    CLOSED       | > R  C+11                    | CLOSED       | RST      |        | reset=abort; reset.cause=rejects-ack
    = teardown.kind reset
    = teardown.closer client
    ";

    /// The same of the server: it is in SYN-RECEIVED no more.
    reset_at_an_old_wrong_third_segment = "
      | > S  C
      | < S. S         ack C+1
      | > .  C+1       ack S+50                 |              | ACK      |        | !open_ack_wrong
      | > .  C+1       ack S+1                  |              | OPEN-ACK | open 3
      | < P. S+1       ack C+1 len 49
    CLOSED       | < R  S+50                    | CLOSED       | RST      |        | reset=abort; reset.cause=rejects-ack
    = teardown.kind reset
    = teardown.closer server
    ";

    /// A SYN-ACK that came when the client was open already is no Ack that a side in SYN-SENT cannot accept.
    reset_at_the_wrong_ack_of_a_late_syn_ack = "
    splits
    open
      | < S. S+9       ack C+50                 |              | SYN-ACK  |        | !synack_wrong_ack
      | > P. C+1       ack S+1 len 49
    CLOSED       | > R  C+50                    | CLOSED       | RST      |        | reset=abort; reset.cause=aborts
    ";

    /// What the client sends is no answer to its SYN.
    stray_reset_of_the_client_is_no_answer = "
      | > S  C
      | < -  S
    SYN-SENT     | > R  C+5000                  | SYN-RECEIVED | RST      |        | reset=stray
    = handshake.outcome no-answer
    ";

    /// Seq 0 where that is a number that the other side expects: it was captured, so this is a RST as any other.
    reset_at_zero_to_a_side_that_was_captured = "
      | > .  C+1       ack 0
    CLOSED       | < R. 0         ack C+77      | CLOSED       | RST      |        | reset=abort; reset.cause
    ";

    /// A side in SYN-SENT judges a RST by its Ack, whatever the Seq is: no gap in the capture shows there.
    reset_far_ahead_to_a_side_in_syn_sent_again = "
      | > S  C
      | < S. S         ack C+1
    SYN-SENT     | > S  C         @1            | SYN-RECEIVED | SYN      | open 1 | retransmission=1
    CLOSED       | < R. S+5000    ack C+1       | CLOSED       | RST      |        | reset=handshake; phase=handshake
    = handshake.outcome reset
    ";

    /// Bytes of several attempts are added up; the time of the handshake is that of the last one.
    three_attempts = "
    splits
      | > S  C
      | < S. S         ack C+1
      | > .  C+1       ack S+1
      | > P. C+1       ack S+1 len 10
      | < R. S+1       ack C+11
      | > S  C+5000            @5               |              | SYN      | open 1 | !new_attempt
      | < S. S+9000    ack C+5001
      | > .  C+5001    ack S+9001
      | > P. C+5001    ack S+9001 len 20
      | < R. S+9001    ack C+5021
      | > S  C+90000           @5               |              | SYN      | open 1 | !new_attempt
      | < S. S+70000   ack C+90001
      | > .  C+90001   ack S+70001
      | > P. C+90001   ack S+70001 len 5
    = conn.client.bytes 35
    = handshake.attempts 3
    = handshake.time 0.002000000
    ";

    /// The server's hop count is known from the attempt before.
    hops_of_a_reset_in_a_new_attempt = "
    splits
    open
      | < R. S+1       ack C+1
      | > S  C+5000            @5               |              | SYN      | open 1 | !new_attempt
    CLOSED       | < R. 0     ack C+5001 ttl 60 | CLOSED       | RST      |        | reset=refused; reset.hops=-4
    ";

    new_attempt_of_the_other_side = "
      | < S  S
      | < R  S+1
    # Only a SYN of the client starts a new attempt.
      | > S  C                           |              | SYN      |        | phase=closed; retransmission
    = handshake.attempts 1
    = conn.client 10.0.0.2:80
    ";


    reset_answers_an_earlier_unacceptable_ack = "
      | > S  X
    SYN-SENT     | < .  S+1 ack X-500    | ESTABLISHED  | ACK      |
      | < .  S+1 ack X-400
    SYN-SENT     | > R  X-500            | CLOSED       | RST      |        | reset=handshake; reset.answers=#2
    = handshake.outcome old-connection
    ";

    reset_answers_an_unacceptable_ack_after_a_wrong_syn_ack = "
      | > S  X
      | < S. S   ack X-500
    SYN-SENT     | < .  S+1 ack X-400    | ESTABLISHED  | ACK      |
    SYN-SENT     | > R  X-400            | CLOSED       | RST      |        | reset=handshake; reset.answers=#3
    = reset.frame
    ";

    window_of_a_side_whose_offer_was_not_answered = "
    # Its own shift is the most there can be: 500 bytes, and not 500 * 2^14.
      | > S  X <wscale:0>
      | > .  X+1 ack Y+1 win 500
    ESTABLISHED  | < R. Y+20000 ack X+1  | ESTABLISHED  | RST      |        | reset=stray
    ";

    /// Its Ack acknowledges nothing.
    ack_of_a_reset_acknowledges_nothing = "
    either
    open
      | > F. X     ack Y
    FIN-WAIT-1  | < R. Y+900 ack X+1     | CLOSE-WAIT  | RST      |         | reset=challenged; phase=teardown
    FIN-WAIT-2  | < .  Y   ack X+1       | CLOSE-WAIT  | CLOSE-ACK | close 2
    ";

    /// A FIN was seen, so it is no RST of the handshake.
    reset_after_a_fin_in_the_handshake = "
      | > S  C
      | < S. S     ack C+1
      | < F. S+1   ack C+1
    CLOSED      | > R  C+1               |             | RST      |         | reset=after-fin; phase=teardown; !reset_after_fin; !half_open
    = handshake.outcome half-open
    = teardown.kind reset-after-fin
    = teardown.closer server
    ";

    /// Taken, and past everything captured of its sender: the capture lacks the end of the handshake.
    reset_past_everything_is_of_an_open_connection = "
      | > S  C
      | < S. S     ack C+1
      | < .  S+1   ack C+500
    CLOSED      | > R  C+500             | CLOSED      | RST      |         | reset=abort; phase=teardown; !reset
    = handshake.outcome partial
    = teardown.kind reset
    = teardown.closer client
    ";

    /// Both FINs were acknowledged, and one came again: still only the receiver changes.
    reset_after_a_fin_was_repeated = "
    either
    open
      | > F. X     ack Y
      | < F. Y     ack X+1
      | > .  X+1   ack Y+1
    TIME-WAIT   | < F. Y   ack X+1 @1    | LAST-ACK    | FIN+CLOSE-ACK | close 2+3 | phase=teardown
    TIME-WAIT   | > R  X+1               | CLOSED      | RST      |         | reset=after-fin; phase=teardown
    = teardown.kind unanswered
    = teardown.frame4 #6
    = reset.by
    ";

    /// Neither has acknowledged anything: the numbers count from the sender's initial one, and the scale may be any.
    between_two_syns = "
      | > S  C             win 100
      | < S  S             win 100
    SYN-RECEIVED | > R  C-1              | SYN-RECEIVED | RST     |         | reset=stray
    SYN-RECEIVED | > R  C+1638402        | SYN-RECEIVED | RST     |         | reset=stray
    SYN-RECEIVED | > R  C+1638401        | SYN-RECEIVED | RST     |         | reset=challenged
    SYN-RECEIVED | > R  C+2              | SYN-RECEIVED | RST     |         | reset=challenged
    CLOSED       | > R  C                | CLOSED       | RST     |         | reset=handshake
    ";

    /// Of the receiver no segment with ACK was captured, and no initial number: the sender's first number counts.
    counted_from_the_first_number = "
      | < -  S
      | > .  C+10  ack S
    ESTABLISHED | > R  C+8               | ESTABLISHED | RST      |         | reset=stray
    ESTABLISHED | > R  C+11              | ESTABLISHED | RST      |         | reset=stray
    CLOSED      | > R  C+9               | CLOSED      | RST      |         | reset=abort
    ";

    /// Nothing of the sender but RSTs was captured: what it has sent is not known, so all of the window will do.
    nothing_of_the_sender_captured = "
      | < .  S+1   ack C+1 win 2
    ESTABLISHED | > R  C-1               | ESTABLISHED | RST      |         | reset=stray
    ESTABLISHED | > R  C+32770           | ESTABLISHED | RST      |         | reset=stray
    CLOSED      | > R  C+32769           | CLOSED      | RST      |         | reset=abort
    ";

    /// What a client in SYN-SENT cannot accept acknowledges nothing and offers no window.
    an_unacceptable_ack_offers_nothing = "
      | > S  C
      | < S. S     ack C+900
    SYN-SENT    | > R  C+2               | SYN-RECEIVED | RST     |         | reset=stray; phase=handshake
    CLOSED      | > R  C+1               | LISTEN       | RST     |         | reset=handshake
    ";

    /// The first of them counts at the end, where not both sides went on; not once both FINs were acknowledged.
    the_first_challenged_reset_counts = "
    either
    open
      | > R  C+50                        | ESTABLISHED | RST      |         | reset=challenged; reset.ignored
      | > R  C+60                        | ESTABLISHED | RST      |         | reset=challenged; reset.ignored
    = reset.frame #4
    = teardown.kind reset
    ";

    a_challenged_reset_after_the_close = "
    either
    open
      | > F. X     ack Y
      | < F. Y     ack X+1
      | > .  X+1   ack Y+1
    TIME-WAIT   | < R  Y+50              | CLOSED      | RST      |         | reset=challenged; phase=closed
    = teardown.kind three-segment
    = reset.by
    = reset.frame
    ";

    /// Nothing of its sender was captured, but its initial number is known: at the number after that it is of the handshake.
    reset_at_the_initial_number_of_a_syn_not_captured = "
      | < S. S     ack C+1
    CLOSED      | > R  C+1               | LISTEN      | RST      |         | reset=handshake; phase=handshake; !handshake_reset
    = handshake.outcome reset
    = teardown.kind none
    ";

    /// Not past what the client sent with its SYN: the handshake is still under way.
    reset_behind_the_data_of_the_syn = "
      | > S  C             len 10 <cookie>
      | < S. S     ack C+11
    CLOSED      | > R  C+11              | LISTEN      | RST      |         | reset=handshake; phase=handshake
    = handshake.outcome reset
    ";
}
