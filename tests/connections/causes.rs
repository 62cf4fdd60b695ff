//! Why a RST was sent, what it answers, how long nothing had been heard, and how far its sender is (RFC 9293 §3.5.2).

use crate::scripts;

scripts! {
    /// A segment with SYN and RST is one with RST.
    silence_since_a_segment_without_rst = "
      | > S  C
      | < SR S                              | SYN-RECEIVED | OTHER
      | < R. 0 ack C+1 @0.09                | CLOSED       | RST   | | reset=refused; reset.idle=0.091000000
    ";

    /// Two segments have the number that it answers with: the later one is meant.
    the_latest_segment_is_answered = "
    either
    open
      | > P. C+1   ack S+1 len 5
      | > P. C+6   ack S+1 len 5 @1
    CLOSED      | < R  S+1               | CLOSED      | RST      |         | reset.cause=unknown-connection; reset.answers=#5
    ";

    /// Since the other side's segment it sent one of its own: it knows the connection.
    who_has_answered_knows_the_connection = "
    either
    open
      | > P. C+1   ack S+1 len 5
      | < .  S+1   ack C+6
    CLOSED      | < R  S+1               | CLOSED      | RST      |         | reset.cause=aborts; reset.answers
    ";

    /// A segment without ACK is answered with ACK, Seq 0 and its end (RFC 9293 §3.10.7.1).
    an_answer_to_a_segment_without_ack = "
      | > F  C
    CLOSED      | < R. 0     ack C+1     | CLOSED      | RST      |         | reset=no-connection; reset.cause=unknown-connection; reset.answers=#1
    = teardown.kind none
    ";

    /// The other side's SYN was captured, so there was a connection or an attempt at one.
    not_without_a_connection_where_one_was_asked_for = "
      | > S  C
      | > P. C+1   ack S+1 len 5         |             | OPEN-ACK | open 3
    CLOSED      | < R  S+1               | CLOSED      | RST      |         | reset=abort; reset.cause=unknown-connection; reset.answers=#2
    ";

    /// A segment of its sender was captured before.
    not_without_a_connection_where_its_sender_spoke = "
      | < P. S+1   ack C+1 len 5
      | > P. C+1   ack S+6 len 5
    CLOSED      | < R  S+6               | CLOSED      | RST      |         | reset=abort; reset.cause=unknown-connection
    = teardown.kind reset
    ";

    /// A device that tracks connections answers one that it does not know.
    no_connection_midstream = "
      | > P. C+1   ack S+1 len 5
    CLOSED      | < R  S+1               | CLOSED      | RST      |         | reset=no-connection; reset.cause=unknown-connection; reset.answers=#1; !no_connection
    = teardown.kind none
    = teardown.closer
    = reset.by server
    ";

    /// Twice is not yet giving up.
    two_tries_are_not_enough = "
    either
    open
      | > P. C+1   ack S+1 len 5
      | > P. C+1   ack S+1 len 5 @1
    CLOSED      | > R. C+6   ack S+1 @4  | CLOSED      | RST      |         | reset.cause=aborts
    ";

    a_fin_without_an_answer = "
    either
    open
      | > F. X     ack Y
      | > F. X     ack Y   @1
      | > F. X     ack Y   @2
    CLOSED      | > R. X+1   ack Y @4    | CLOSED      | RST      |         | reset=after-fin; reset.cause=gave-up
    = teardown.kind unanswered
    ";

    /// A keep-alive that is answered with a closed window was not taken (it is a window probe).
    probes_of_a_closed_window = "
    open
      | > P. C+1   ack S+1 len 5
      | < .  S+1   ack C+6 win 0
      | > .  C+5   ack S+1 @10
      | < .  S+1   ack C+6 win 0
      | > .  C+5   ack S+1 @10
      | < .  S+1   ack C+6 win 0
      | > .  C+5   ack S+1 @10
      | < .  S+1   ack C+6 win 0
    CLOSED      | > R. C+6   ack S+1 @10 | CLOSED      | RST      |         | reset.cause=gave-up
    ";

    keep_alives_with_an_answer = "
    open
      | > P. C+1   ack S+1 len 5
      | < .  S+1   ack C+6
      | > .  C+5   ack S+1 @10
      | < .  S+1   ack C+6
      | > .  C+5   ack S+1 @10
      | < .  S+1   ack C+6
      | > .  C+5   ack S+1 @10
      | < .  S+1   ack C+6
    CLOSED      | > R. C+6   ack S+1 @10 | CLOSED      | RST      |         | reset.cause=aborts
    ";

    /// RSTs are no sign of life.
    idle_since_the_last_segment_without_rst = "
    open
      | > R  C+50 @1                     |             | RST      |         | reset=challenged; reset.idle=1.000000000
    CLOSED      | > R  C+1  @1           | CLOSED      | RST      |         | reset=abort; reset.cause=aborts; reset.idle=2.000000000
    ";

    /// The silence was after the segment that it answers.
    idle_after_the_segment_that_is_answered = "
    either
    open
      | > P. C+1   ack S+1 len 5 @1
    CLOSED      | < R  S+1  @3           | CLOSED      | RST      |         | reset.cause=unknown-connection; reset.idle=3.000000000
    ";

    /// The hop count is held against that of its sender's last segment without RST.
    hops_of_the_senders_last_segment = "
    open
      | < P. S+1   ack C+1 len 5 ttl 50
      | > .  C+1   ack S+6 ttl 20
      | < R  S+90  ttl 40                |             | RST      |         | reset=challenged; reset.hops=-10; expert.reset_hops=1
      | < R  S+6   ttl 49                |             | RST      |         | reset=abort; reset.hops=-1; expert.reset_hops
    ";

    the_same_hops_are_not_worth_a_word = "
    open
      | < P. S+1   ack C+1 len 5 ttl 50
      | < R  S+6   ttl 50                |             | RST      |         | reset=abort; reset.hops; expert.reset_hops
    ";

    /// Of its sender nothing else was captured.
    hops_against_nothing = "
      | > P. C+1   ack S+1 len 5
      | < R  S+1   ttl 9                 |             | RST      |         | reset=no-connection; reset.hops
    ";

    /// What it answers is looked for first, however often something was sent.
    rejecting_comes_before_all_other_causes = "
      | > S  C
      | < S. S     ack C+9
      | < S. S     ack C+9 @1
      | > S  C
    SYN-SENT    | > R  C+9               | LISTEN      | RST      |         | reset=handshake; reset.cause=rejects-ack; reset.answers=#3
    ";

    /// The SYN that it answers is the last one.
    a_refusal_answers_the_last_syn = "
      | > S  C
      | > S  C     @1
    CLOSED      | < R. 0     ack C+1     | CLOSED      | RST      |         | reset=refused; reset.cause=refuses-syn; reset.answers=#2
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

    /// A SYN-ACK is neither payload nor FIN nor keep-alive, however often it is sent.
    syn_acks_are_no_keep_alives = "
      | > S  C
      | < S. S    ack C+1
      | < S. S    ack C+1 @1
      | < S. S    ack C+1 @2
      | < S. S    ack C+1 @4
      | < S. S    ack C+1 @8
      | < R. S+1  ack C+1 @16                   |              | RST      |        | reset=handshake; reset.cause=aborts
    ";

    /// Of the peer nothing was captured but its SYN.
    gave_up_in_one_direction = "
      | < S. S    ack C+1
      | < F. S+1  ack C+1
      | < F. S+1  ack C+1 @1
      | < F. S+1  ack C+1 @2
      | < R. S+2  ack C+1 @4                    |              | RST      |        | reset.cause=gave-up
    ";

    /// What the peer has taken, sent again with a FIN behind it, is the same again.
    gave_up_with_a_fin_behind = "
    open
      | > P. C+1  ack S+1 len 5
      | < .  S+1  ack C+6
      | > F. C+6  ack S+1
      | > P. C+1  ack S+1 len 5 @1
      | > F. C+1  ack S+1 len 5 @2
      | > P. C+1  ack S+1 len 5 @4
      | > R. C+7  ack S+1 @8                    |              | RST      |        | reset=after-fin; reset.cause=gave-up
    ";

    /// The same with payload behind it that the peer has not taken.
    gave_up_with_more_behind = "
    open
      | > P. C+1  ack S+1 len 5
      | > P. C+6  ack S+1 len 5
      | < .  S+1  ack C+6
      | > P. C+1  ack S+1 len 9 @1
      | > P. C+1  ack S+1 len 9 @2
      | > P. C+1  ack S+1 len 5 @4
      | > R. C+11 ack S+1 @8                    |              | RST      |        | reset=abort; reset.cause=gave-up
    ";

    /// Some hosts send the last byte again for a keep-alive.
    keep_alives_with_a_byte_and_an_answer = "
    either
    open
      | > P. C+1  ack S+1 len 5
      | < .  S+1  ack C+6
      | > .  C+5  ack S+1 len 1 @10
      | < .  S+1  ack C+6
      | > .  C+5  ack S+1 len 1 @10
      | < .  S+1  ack C+6
      | > .  C+5  ack S+1 len 1 @10
      | < .  S+1  ack C+6
    CLOSED       | > R. C+6  ack S+1 @1         | CLOSED       | RST | | reset.cause=aborts
    ";

    /// A keep-alive and a FIN are two things, each sent less than three times.
    a_keep_alive_is_no_fin = "
    open
      | > P. C+1  ack S+1 len 1
      | < .  S+1  ack C+2
      | > P. C+1  ack S+1 len 1 @1
      | > F. C+2  ack S+1 @2
      | > F. C+1  ack S+1 len 1 @3
    CLOSED       | > R. C+3  ack S+1 @8         | CLOSED       | RST | | reset.cause=aborts
    ";

    /// The server sends its SYN-ACK once more: the RST did not reach it.
    a_wrong_syn_ack_again = "
      | > S  C
      | < S. S     ack C+9
    SYN-SENT    | > R  C+9               | LISTEN      | RST      |         | reset=handshake
    SYN-SENT    | < S. S     ack C+9 @1  | SYN-RECEIVED | SYN-ACK |         | retransmission=1; !synack_retransmission; !synack_wrong_ack
    SYN-SENT    | > R  C+9               | LISTEN      | RST      |         | reset=handshake
    ";

    /// Of the peer nothing was captured: whether a byte is new or a keep-alive, it was sent three times.
    gave_up_with_one_byte_in_one_direction = "
      | > S  C
      | > .  C+1  ack S+1
      | > P. C+1  ack S+1 len 1
      | > P. C+1  ack S+1 len 1 @1
      | > P. C+1  ack S+1 len 1 @2
      | > R. C+2  ack S+1 @4                    |              | RST      |        | reset.cause=gave-up
    ";
}
