//! RSTs by RFC 9293's exact match (SPEC section 5, "Resets"), and why they were sent (SPEC section 7).

use crate::scripts;

scripts! {
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

    /// The client's answer to a SYN-ACK that does not fit its SYN.
    a_wrong_ack_is_rejected = "
      | > S  C
    SYN-SENT     | < S. S    ack C+9            | SYN-RECEIVED | SYN-ACK |        | y; !synack_wrong_ack
    SYN-SENT     | > R  C+9                     | LISTEN       | RST     |        | reset=handshake; reset.cause=rejects-ack; reset.answers=#2; !none
    SYN-SENT     | > S  C    @1                 | SYN-RECEIVED | SYN     | open 1 | retransmission=1
    ESTABLISHED  | < S. S+50 ack C+1            | SYN-RECEIVED | SYN-ACK | open 2 | !none
    ESTABLISHED  | > .  C+1  ack S+51           | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    = handshake.frame2 #5
    = reset.by
    ";

    /// The server rejects a third segment that acknowledges what it never sent, and waits on (RFC 9293 §3.10.7.4).
    an_ack_of_unsent_bytes_is_rejected = "
      | > S  C
      | < S. S    ack C+1
    ESTABLISHED  | > .  C+1  ack S+900          | SYN-RECEIVED | ACK     |        | phase=handshake; !open_ack_wrong
    CLOSED       | < R  S+900                   | SYN-RECEIVED | RST     |        | reset=handshake; reset.cause=rejects-ack; reset.answers=#3; phase=handshake; !half_open
    = handshake.outcome half-open
    = reset.by
    ";

    /// A third segment far beyond what the server offered.
    a_third_segment_beyond_the_window = "
      | > S  C
      | < S. S    ack C+1 win 500
    ESTABLISHED  | > P. C+502 ack S+1 len 5     | SYN-RECEIVED | DATA     |        | !open_ack_wrong
    ESTABLISHED  | > P. C+501 ack S+1 len 5     | ESTABLISHED  | OPEN-ACK | open 3 | !none
    ";

    /// The host has restarted: it knows no such connection (RFC 9293 §3.10.7.1).
    unknown_connection = "
    either
    open
      | > P. C+1  ack S+1 len 5 @10
    CLOSED       | < R  S+1                     | CLOSED       | RST | | reset=abort; reset.cause=unknown-connection; reset.answers=#4; reset.idle=10.000000000
    = teardown.closer server
    = reset.by server
    ";

    /// A probe of a port where nothing is: no connection was there, so none ended.
    no_connection = "
      | > F. C    ack 0
    CLOSED       | < R  0                       | CLOSED       | RST | | reset=no-connection; reset.cause=unknown-connection; reset.answers=#1; !no_connection
    = teardown.kind none
    = teardown.closer
    = reset.by server
    = conn.guessed 1
    ";

    /// The answer to a SYN that was not captured.
    a_lone_answer = "
    CLOSED       | < R. 0    ack C+1            | CLOSED       | RST | | sender=server; reset=no-connection; reset.cause; x; basis; !no_connection; !not_captured
    = handshake.outcome not-captured
    = teardown.kind none
    ";

    /// Data sent three times without an answer.
    gave_up = "
    either
    open
      | > P. C+1  ack S+1 len 5
      | > P. C+1  ack S+1 len 5 @1
      | > P. C+1  ack S+1 len 5 @2
    CLOSED       | > R. C+6  ack S+1 @4         | CLOSED       | RST | | reset=abort; reset.cause=gave-up; reset.idle=4.000000000
    ";

    an_ack_in_between_is_no_giving_up = "
    either
    open
      | > P. C+1  ack S+1 len 5
      | > P. C+1  ack S+1 len 5 @1
      | < .  S+1  ack C+6
      | > P. C+6  ack S+1 len 5 @2
    CLOSED       | > R. C+11 ack S+1 @4         | CLOSED       | RST | | reset.cause=aborts
    ";

    /// Keep-alives that nobody answers; one that is answered counts as taken.
    keep_alives_without_an_answer = "
    either
    open
      | > P. C+1  ack S+1 len 5
      | < .  S+1  ack C+6
      | > .  C+5  ack S+1 @10
      | < .  S+1  ack C+6
      | > .  C+5  ack S+1 @10
      | > .  C+5  ack S+1 @1
      | > .  C+5  ack S+1 @1
    CLOSED       | > R. C+6  ack S+1 @1         | CLOSED       | RST | | reset.cause=gave-up
    ";

    /// Once both FINs are acknowledged there is nothing left to end: the receiver alone changes.
    a_reset_in_time_wait = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X+1
      | > .  X+1  ack Y+1
    CLOSED       | < R  Y+1                     | CLOSED       | RST | | reset=after-fin; phase=closed; !reset_after_fin
    = teardown.kind three-segment
    = reset.by
    ";

    /// Its number is past all that was captured of its sender: the capture lacks the end of the handshake.
    a_reset_past_everything_shows_the_handshake_over = "
      | > S  C             <wscale:7>
      | < S. S    ack C+1  <wscale:7>
    ESTABLISHED  | > R  C+500                   | SYN-RECEIVED | RST | | reset=challenged; phase=handshake
    = handshake.outcome partial
    = teardown.kind reset
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

    /// The ACK did not reach its sender, who gives up.
    gave_up_behind_a_lost_ack = "
    open
      | > P. C+1  ack S+1 len 5
      | < .  S+1  ack C+6
      | > P. C+1  ack S+1 len 5 @1
      | > P. C+1  ack S+1 len 5 @2
      | > P. C+1  ack S+1 len 5 @4
      | > R. C+6  ack S+1 @8                    |              | RST      |        | reset=abort; reset.cause=gave-up
    ";

    /// Twice is not often enough, and two different segments are not the same one again.
    taken_and_sent_again_twice = "
    open
      | > P. C+1  ack S+1 len 5
      | > P. C+6  ack S+1 len 5
      | < .  S+1  ack C+11
      | > P. C+1  ack S+1 len 5 @1
      | > P. C+6  ack S+1 len 5
      | > P. C+6  ack S+1 len 5 @1
      | > R. C+11 ack S+1 @8                    |              | RST      |        | reset=abort; reset.cause=aborts
    ";

    /// Of the peer nothing was captured but its SYN.
    gave_up_in_one_direction = "
      | < S. S    ack C+1
      | < F. S+1  ack C+1
      | < F. S+1  ack C+1 @1
      | < F. S+1  ack C+1 @2
      | < R. S+2  ack C+1 @4                    |              | RST      |        | reset.cause=gave-up
    ";

    /// A RST is the next segment of a challenged RST's receiver, and no challenge ACK.
    challenged_and_answered_with_a_reset = "
    open
      | < R. S+2  ack C+1 win 9                 |              | RST      |        | reset=challenged; !reset_challenged
      | > R. C+1  ack S+1                       |              | RST      |        | reset=abort; !reset
      | > .  C+1  ack S+1                       |              | ACK      |        | !none
    ";
}
