//! Why a RST was sent, what it answers, how long nothing had been heard, and how far its sender is (RFC 9293 §3.5.2).

use crate::scripts;

scripts! {
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
}
