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
    either
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
    either
    open
      | < R  S+1
    CLOSED       | < P. S+1  ack C+1 len 9      | ESTABLISHED  | DATA     |        | phase=closed; !reset_forged
    = teardown.kind reset
    = reset.by server
    ";

    /// What lies at the RST's number and not past it was on its way.
    a_byte_at_the_reset_shows_nothing = "
    either
    open
      | < R  S+1
    CLOSED       | < P. S+1  ack C+1 len 1      | CLOSED       | DATA     |        | phase=closed; !data_after_reset
    = teardown.kind reset
    ";

    /// New data of the receiver more than a second later: it did not take the RST.
    data_long_after_the_reset = "
    either
    open
      | < R  S+1
    CLOSED       | > P. C+1  ack S+1 len 4 @1   | CLOSED       | DATA     |        | !data_after_reset
    ESTABLISHED  | > P. C+1  ack S+1 len 4 @0.1 | CLOSED       | DATA     |        | phase=closed; !reset_ignored
    = teardown.kind reset
    = reset.by server
    ";

    a_fin_long_after_the_reset = "
    either
    open
      | > R  C+1
    CLOSED       | < F. S+1  ack C+1 @3         | FIN-WAIT-1   | FIN      |        | phase=closed; basis=handshake; !reset_ignored
    = teardown.kind reset
    = teardown.half_close_bytes
    ";

    /// Without times nothing can be late.
    data_at_an_unknown_time = "
    core
    either
    open
      | < R  S+1 @none
    CLOSED       | > P. C+1  ack S+1 len 4 @3   | CLOSED       | DATA     |        | !data_after_reset
    ";

    /// After a withdrawal another RST can end the connection.
    a_second_reset_after_a_withdrawal = "
    either
    open
      | < R. S+1  ack C+1                       |              |          |        | reset.ignored=1
      | > P. C+1  ack S+1 len 5
      | < P. S+1  ack C+6 len 7
    ESTABLISHED  | > .  C+6  ack S+8            | ESTABLISHED  | ACK      |        | phase=data
    CLOSED       | < R. S+8  ack C+6            | CLOSED       | RST      |        | reset=abort; reset.ignored; reset.frame=#8
    = reset.frame #8
    = teardown.kind reset
    ";

    /// However late: an ACK of nothing new may be an answer to what came before the RST.
    a_bare_ack_long_after_the_reset_shows_nothing = "
    either
    open
    CLOSED       | > R. C+1  ack S+1            | CLOSED       | RST      |         | reset=abort
    CLOSED       | < .  S+1  ack C+1   @2       | CLOSED       | ACK      |         | !none
    = teardown.kind reset
    ";

    /// The other side has used more since, and this ACK is not of that.
    an_ack_of_what_was_sent_before_shows_nothing = "
    either
    open
    CLOSED       | > R  C+1                     | CLOSED       | RST      |         | reset=abort
    ESTABLISHED  | > P. C+1  ack S+1 len 10     | CLOSED       | DATA     |         | !reset_forged
    ESTABLISHED  | < .  S+1  ack C+1            | CLOSED       | ACK      |         | !none
    ESTABLISHED  | < .  S+1  ack C+11           | ESTABLISHED  | ACK      |         | !reset_ignored
    ";

    /// Nothing of its sender was captured before the RST: the first number seen after it is where the new ones begin.
    an_ack_of_the_first_number_after_the_reset_shows_nothing = "
    CLOSED       | < R  S+50                    | CLOSED       | RST      |         | reset=abort
    CLOSED       | < P. S+50 ack C+1 len 10     | ESTABLISHED  | DATA     |         | !reset_forged
    CLOSED       | > .  C+1  ack S+50           | ESTABLISHED  | ACK      |         | !none
    ESTABLISHED  | > .  C+1  ack S+60           | ESTABLISHED  | ACK      |         | !reset_ignored
    ";

    /// Its sender has used none of these numbers.
    an_ack_of_numbers_that_nobody_used_shows_nothing = "
    CLOSED       | < R  S+50                    | CLOSED       | RST      |         | reset=abort
    CLOSED       | < .  S+50 ack C+1            | CLOSED       | ACK      |         | !none
    CLOSED       | > .  C+1  ack S+55           | CLOSED       | ACK      |         | !none
    ";

    /// The payload ends at the RST's number, and the FIN behind it does not count after a refusal.
    a_fin_behind_payload_after_a_refusal_shows_nothing = "
      | > S  C
    CLOSED       | < R. S+5  ack C+1            | CLOSED       | RST      |         | reset=refused
    CLOSED       | < F. S+1  ack C+1 len 5      | CLOSED       | FIN      |         | !data_after_reset
    = handshake.outcome refused
    ";

    /// A pure ACK uses no numbers, so its acknowledgment shows nothing.
    an_ack_of_nothing_shows_nothing = "
      | > S  C
      | < R. 0    ack C+1
      | < .  S    ack C+1
    CLOSED       | > .  C+1  ack S              | CLOSED       | ACK      |        | phase=closed; !none
    = handshake.outcome refused
    ";

    /// The client sends payload after a RST that refused its SYN: it is open, whatever the capture lacks.
    payload_after_a_refusal = "
    SYN-SENT     | > S  C                       | SYN-RECEIVED | SYN      | open 1
    CLOSED       | < R. 0    ack C+1            | CLOSED       | RST      |        | reset=refused
    ESTABLISHED  | > P. C+1  ack S+1 len 5 @1.1 | CLOSED       | DATA     |        | phase=closed; y; !reset_ignored
    = handshake.outcome refused
    = handshake.time
    ";

    /// What lies at the RST's own number was on its way.
    a_fin_at_the_reset_shows_nothing = "
    either
    open
      | > R  C+1
    CLOSED       | > F. C+1  ack S+1            | CLOSED       | FIN      |        | phase=closed; expert.reset_forged
    = teardown.kind reset
    ";

    a_fin_past_the_reset = "
    either
    open
      | > R  C+1
    FIN-WAIT-1   | > F. C+2  ack S+1            | CLOSED       | FIN      |        | phase=closed; expert.reset_forged=1
    = teardown.kind reset
    ";

    /// After a RST that refused a SYN a FIN shows nothing, and payload does.
    after_a_refusal_payload_alone_shows_it = "
      | > S  C
      | < R. 0    ack C+1
    CLOSED       | < F. 5    ack C+1            | CLOSED       | FIN      |        | expert.reset_forged
    CLOSED       | < P. 6    ack C+1 len 3      | ESTABLISHED  | DATA     |        | phase=closed; expert.reset_forged=1
    = handshake.outcome refused
    ";

    /// The second RST found that side closed: the time counts from the first.
    the_reset_that_closed_it_counts = "
    either
    open
      | < R  S+1
      | < R  S+1       @0.9                     | CLOSED       | RST      |        | reset=late
    ESTABLISHED  | > P. C+1 ack S+1 len 5 @0.5  | CLOSED       | DATA     |        | expert.reset_ignored=1
    ";

    /// Only the server's own RST leaves room for its SYN-ACK.
    syn_ack_after_the_clients_reset = "
      | > S  C
    CLOSED       | > R  C+1                     | LISTEN       | RST      |        | reset=handshake
    CLOSED       | < S. S   ack C+1             | LISTEN       | SYN-ACK  |        | phase=closed; y
    = handshake.frame2
    ";

    syn_ack_again_after_the_servers_reset = "
      | > S  C
      | < S. S   ack C+1
    CLOSED       | < R  S+1                     | CLOSED       | RST      |        | reset=handshake
    CLOSED       | < S. S   ack C+1 @0.1        | CLOSED       | SYN-ACK  | open 2 | phase=closed; retransmission=1
    = handshake.frame2 #2
    = handshake.outcome reset
    ";

    /// Both sides asked to open: the RST in the server's name is answered by the server's own SYN-ACK.
    forged_in_a_simultaneous_open = "
    SYN-SENT     | > S  C                       | SYN-RECEIVED | SYN      | open 1
    SYN-RECEIVED | < S  S                       | SYN-RECEIVED | SYN      | open 1 | !simultaneous_open
    SYN-RECEIVED | > S. C    ack S+1            | ESTABLISHED  | SYN-ACK  | open 2
    CLOSED       | < R  S+1                     | CLOSED       | RST      |        | reset=handshake
    CLOSED       | < S. S    ack C+1            | ESTABLISHED  | SYN-ACK  | open 2 | phase=closed; !reset_forged
    = handshake.frame3
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

    /// What a plain ACK has for a Seq it does not use. So nobody can acknowledge it.
    a_plain_ack_uses_no_number = "
      | > S  C
      | > R  C+1
      | < .  S+1  ack C+1
      | < .  S+9  ack C+1
    CLOSED       | > .  C+1  ack S+9            | LISTEN       | ACK      |        | !none
    ";

    /// The client is closed again by a RST that ended nothing. When it goes on after that one, nothing is said of the one
    /// that ended the connection.
    only_of_the_reset_that_ended_it = "
    open
      | > R  C+1
    ESTABLISHED  | > P. C+1  ack S+1 len 3      | CLOSED       | DATA     |        | !reset_forged
    CLOSED       | < R  S+1                     | CLOSED       | RST      |        | reset=late
    ESTABLISHED  | > P. C+4  ack S+1 len 3 @2   | CLOSED       | DATA     |        | !none
    ESTABLISHED  | < .  S+1  ack C+7            | ESTABLISHED  | ACK      |        | !reset_ignored
    ";

    /// Its ACK cannot be step 3; all the same it brings new payload of a side that a RST closed.
    payload_that_cannot_be_step_3 = "
      | < S. S     ack C+500
      | > .  C     ack S+1
    CLOSED       | < R  S+1                     | SYN-RECEIVED | RST      |        | reset.cause=rejects-ack
      | > P. C     ack S+1 len 9                |              | DATA     |        | !open_ack_wrong; !data_after_reset
    ";
}
