//! Which RSTs are taken, challenged or stray, by RFC 9293's exact match (SPEC section 5, "Resets").

use crate::scripts;

scripts! {
    /// From the receiver's highest Ack - 1 to the later of that and the sender's highest.
    taken_at_both_edges = "
    either
    open
      | > P. C+1  ack S+1 len 10
      | < .  S+1  ack C+11
      | > P. C+11 ack S+1 len 10
    CLOSED       | > R  C+21                    | CLOSED       | RST | | reset=abort; reset.cause=aborts; reset.idle=0.001000000
    ";

    taken_at_the_lower_edge = "
    either
    open
      | > P. C+1  ack S+1 len 10
      | < .  S+1  ack C+11
    CLOSED       | > R  C+10                    | CLOSED       | RST | | reset=abort; reset.cause
    ";

    stray_below = "
    either
    open
      | > P. C+1  ack S+1 len 10
      | < .  S+1  ack C+11
    ESTABLISHED  | > R  C+9                     | ESTABLISHED  | RST | | reset=stray; reset.cause; phase=data; !stray_reset
    ";

    stray_beyond_the_window = "
      | > S  C             <wscale:0>
      | < S. S    ack C+1  <wscale:0>
      | > .  C+1  ack S+1  win 1000
    ESTABLISHED  | < R  S+2000                  | ESTABLISHED  | RST | | reset=stray; !stray_reset
    ESTABLISHED  | < R  S+1001                  | ESTABLISHED  | RST | | reset=challenged; !reset_challenged
    = teardown.kind reset
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

    window_of_a_side_whose_offer_was_not_answered = "
    # Its own shift is the most there can be: 500 bytes, and not 500 * 2^14.
      | > S  X <wscale:0>
      | > .  X+1 ack Y+1 win 500
    ESTABLISHED  | < R. Y+20000 ack X+1  | ESTABLISHED  | RST      |        | reset=stray
    ";

    sender_used_more_than_the_window = "
      | > S  C             win 10
      | < S. S     ack C+1 win 10
      | > .  C+1   ack S+1 win 10
      | < P. S+1   ack C+1 len 100
    CLOSED      | < R  S+101             | CLOSED      | RST | | reset=abort
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

    nothing_of_the_receiver_captured = "
      | > P. C+1   ack S+1 len 10
    CLOSED      | > R  C+999999          | CLOSED      | RST | | reset=abort
    = handshake.outcome not-captured
    = teardown.kind reset
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

    /// Seq 0 where that is a number that the other side expects: it was captured, so this is a RST as any other.
    reset_at_zero_to_a_side_that_was_captured = "
      | > .  C+1       ack 0
    CLOSED       | < R. 0         ack C+77      | CLOSED       | RST      |        | reset=abort; reset.cause
    ";

    /// A client in SYN-SENT takes no RST without an acceptable Ack (RFC 9293 §3.10.7.3).
    in_syn_sent_only_an_acceptable_ack_counts = "
      | > S  C
    SYN-SENT     | < R  0                       | SYN-RECEIVED | RST | | reset=stray; reset.cause; phase=handshake; !stray_reset
    SYN-SENT     | < R. 0    ack C+2            | SYN-RECEIVED | RST | | reset=stray; !stray_reset
    SYN-SENT     | > S  C    @1                 | SYN-RECEIVED | SYN | open 1 | !syn_retransmission; !invalid_answer
    = handshake.outcome invalid-answer
    = teardown.kind none
    = reset.by
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

    /// A side in SYN-SENT judges a RST by its Ack, whatever the Seq is: no gap in the capture shows there.
    reset_far_ahead_to_a_side_in_syn_sent_again = "
      | > S  C
      | < S. S         ack C+1
    SYN-SENT     | > S  C         @1            | SYN-RECEIVED | SYN      | open 1 | retransmission=1
    CLOSED       | < R. S+5000    ack C+1       | CLOSED       | RST      |        | reset=handshake; phase=handshake
    = handshake.outcome reset
    ";

    only_stray_resets_are_no_valid_answer = "
      | > S  X
      | < R  0                           |              |     | | !stray_reset; !invalid_answer
    = handshake.outcome invalid-answer
    = teardown.kind none
    = reset.frame
    ";

    /// What the client sends is no answer to its SYN.
    stray_reset_of_the_client_is_no_answer = "
      | > S  C
      | < -  S
    SYN-SENT     | > R  C+5000                  | SYN-RECEIVED | RST      |        | reset=stray
    = handshake.outcome no-answer
    ";

    /// In the window without an exact match: the receiver asks for one (RFC 9293 §3.10.7.4).
    challenged = "
    either
    open
      | > P. C+1  ack S+1 len 10
      | < .  S+1  ack C+11
    ESTABLISHED  | > R  C+50                    | ESTABLISHED  | RST | | reset=challenged; reset.cause; phase=data; reset.ignored=1; !reset_challenged
    ESTABLISHED  | < .  S+1  ack C+11           | ESTABLISHED  | ACK | | !challenge_ack
    ESTABLISHED  | > P. C+11 ack S+1 len 5      | ESTABLISHED  | DATA | | !none
    = teardown.kind still-open
    = reset.by
    ";

    /// Where the other side never spoke again the challenged RST was meant, and counts at the end.
    challenged_and_meant = "
    either
    open
      | > P. C+1  ack S+1 len 10
      | < .  S+1  ack C+11
      | > R  C+50                               | | | | reset=challenged; reset.ignored; first:reset.by
    ESTABLISHED  | < .  S+1  ack C+11           | ESTABLISHED  | ACK | | !challenge_ack
    = teardown.kind reset
    = teardown.closer client
    = reset.by client
    = reset.frame #6
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

    /// An ACK of less than its sender had acknowledged before is an old one, and answers no RST.
    an_old_ack_is_no_challenge = "
    either
    open
      | > P. C+1  ack S+1 len 10
      | < .  S+1  ack C+11
      | > R  C+50                               | | RST | | reset=challenged
      | < .  S+1  ack C+1                       | | ACK | | expert.challenge_ack
      | < .  S+1  ack C+11                      | | ACK | | expert.challenge_ack
    ";

    /// A RST is the next segment of a challenged RST's receiver, and no challenge ACK.
    challenged_and_answered_with_a_reset = "
    open
      | < R. S+2  ack C+1 win 9                 |              | RST      |        | reset=challenged; !reset_challenged
      | > R. C+1  ack S+1                       |              | RST      |        | reset=abort; !reset
      | > .  C+1  ack S+1                       |              | ACK      |        | !none
    ";

    /// Both went on after the first challenged RST, and after the second nobody did: that one was meant.
    a_later_challenged_reset_counts = "
    open
      | > R  C+5                   | | RST | | reset=challenged; reset.ignored=1
      | > P. C+1  ack S+1 len 1
      | < .  S+1  ack C+2
      | > R  C+9                   | | RST | | reset=challenged; reset.ignored
    = reset.frame #7
    = teardown.kind reset
    ";
}
