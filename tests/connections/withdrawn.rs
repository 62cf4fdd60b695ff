//! Resets that were not sent, or not taken (SPEC section 5, "Taken back"): who shows it, and what comes back.

use crate::scripts;

scripts! {
    /// A device on the path answers the SYN before the server does.
    forged_refusal = "
    SYN-SENT     | > S  C                       | SYN-RECEIVED | SYN      | open 1
    CLOSED       | < R. 0    ack C+1 ttl 99     | CLOSED       | RST      |        | reset=refused; reset.cause=refuses-syn; reset.answers=#1; reset.hops; !refused
    CLOSED       | < S. S    ack C+1            | SYN-RECEIVED | SYN-ACK  | open 2 | phase=closed; !reset_forged
    CLOSED       | > R  C+1                     | LISTEN       | RST      |        | reset=late; reset.cause; phase=closed; !none
    = handshake.outcome refused
    = teardown.kind none
    = reset.by server
    ";

    /// The client was not fooled: it goes on, and the RST is withdrawn.
    forged_refusal_that_the_client_ignores = "
      | > S  C
    CLOSED       | < R. 0    ack C+1            | CLOSED       | RST      |        | reset=refused; reset.ignored=1; first:reset.ignored
    CLOSED       | < S. S    ack C+1            | SYN-RECEIVED | SYN-ACK  | open 2 | phase=closed; !reset_forged
    ESTABLISHED  | > .  C+1  ack S+1            | ESTABLISHED  | OPEN-ACK | open 3 | phase=handshake; !reset_ignored
    ESTABLISHED  | > P. C+1  ack S+1 len 3      | ESTABLISHED  | DATA     |        | phase=data; !none
    = handshake.outcome complete
    = reset.by
    = reset.frame
    = teardown.kind still-open
    ";

    /// Both sides show it by acknowledging what the other one sent after the RST.
    forged_in_both_names = "
    open
    CLOSED       | < R. S+1  ack C+1 ttl 70     | CLOSED       | RST      |        | reset=abort; reset.hops=6; reset.ignored=1; !reset; !reset_hops
    CLOSED       | > R. C+1  ack S+1 ttl 65     | CLOSED       | RST      |        | reset=late; reset.hops=1; reset.ignored=1; !none
    CLOSED       | > P. C+1  ack S+1 len 5      | CLOSED       | DATA     |        | phase=closed; !data_after_reset
    CLOSED       | < .  S+1  ack C+6            | ESTABLISHED  | ACK      |        | phase=closed; !reset_forged
    CLOSED       | < P. S+1  ack C+6 len 7      | ESTABLISHED  | DATA     |        | phase=closed; !none
    ESTABLISHED  | > .  C+6  ack S+8            | ESTABLISHED  | ACK      |        | phase=data; !reset_ignored
    FIN-WAIT-1   | > F. C+6  ack S+8            | CLOSE-WAIT   | FIN      | close 1 | phase=teardown
    = teardown.kind half-closed
    = reset.by
    ";

    /// Data of the RST's own sender past its number: somebody else sent it.
    data_past_the_reset = "
    open
      | < R  S+1
    CLOSED       | < P. S+1  ack C+1 len 9      | ESTABLISHED  | DATA     |        | phase=closed; !reset_forged
    = teardown.kind reset
    = reset.by server
    ";

    /// What lies at the RST's number and not past it was on its way.
    a_byte_at_the_reset_shows_nothing = "
    open
      | < R  S+1
    CLOSED       | < P. S+1  ack C+1 len 1      | CLOSED       | DATA     |        | phase=closed; !data_after_reset
    = teardown.kind reset
    ";

    /// New data of the receiver more than a second later: it did not take the RST.
    data_long_after_the_reset = "
    open
      | < R  S+1
    CLOSED       | > P. C+1  ack S+1 len 4 @1   | CLOSED       | DATA     |        | !data_after_reset
    ESTABLISHED  | > P. C+1  ack S+1 len 4 @0.1 | CLOSED       | DATA     |        | phase=closed; !reset_ignored
    = teardown.kind reset
    = reset.by server
    ";

    a_fin_long_after_the_reset = "
    open
      | > R  C+1
    CLOSED       | < F. S+1  ack C+1 @3         | FIN-WAIT-1   | FIN      |        | phase=closed; basis=handshake; !reset_ignored
    = teardown.kind reset
    = teardown.half_close_bytes
    ";

    /// Without times nothing can be late.
    data_at_an_unknown_time = "
    core
    open
      | < R  S+1 @none
    CLOSED       | > P. C+1  ack S+1 len 4 @3   | CLOSED       | DATA     |        | !data_after_reset
    ";

    /// After a withdrawal another RST can end the connection.
    a_second_reset_after_a_withdrawal = "
    open
      | < R. S+1  ack C+1                       |              |          |        | reset.ignored=1
      | > P. C+1  ack S+1 len 5
      | < P. S+1  ack C+6 len 7
    ESTABLISHED  | > .  C+6  ack S+8            | ESTABLISHED  | ACK      |        | phase=data
    CLOSED       | < R. S+8  ack C+6            | CLOSED       | RST      |        | reset=abort; reset.ignored; reset.frame=#8
    = reset.frame #8
    = teardown.kind reset
    ";

    /// A new attempt forgets the RST before it; the counts go on.
    a_new_attempt_after_a_refusal = "
    splits
      | > S  C
      | < R. 0    ack C+1
    SYN-SENT     | > S  C     @1                | SYN-RECEIVED | SYN      | open 1 | retransmission=1; phase=handshake; !new_attempt
      | < S. S    ack C+1
    ESTABLISHED  | > .  C+1   ack S+1           | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    = handshake.attempts 2
    = handshake.syns 1
    = conn.state S1
    = conn.history ShA
    = conn.client.packets 3
    = reset.by
    ";

    /// A pure ACK uses no numbers, so its acknowledgment shows nothing.
    an_ack_of_nothing_shows_nothing = "
      | > S  C
      | < R. 0    ack C+1
      | < .  S    ack C+1
    CLOSED       | > .  C+1  ack S              | CLOSED       | ACK      |        | phase=closed; !none
    = handshake.outcome refused
    ";

    /// A closed side's payload counts by its numbers.
    payload_of_a_closed_side = "
      | > S  C
      | < R. 0    ack C+1
      | < P. S    ack C+1 len 111
    = conn.server.bytes 111
    = handshake.outcome refused
    ";
}
