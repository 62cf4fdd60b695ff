//! Resets: what they end, and what they are called (SPEC sections 3 to 7). Which of them are taken: `acceptance`; why they
//! were sent: `causes`.

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

    /// Zeek counts the FIN of a segment that has no role here: nothing else was sent.
    zeek_counts_a_fin_with_bad_flags = "
      | > S   C
      | > R.  C+1  ack 0
      | < S.  S    ack C+1
      | > FPU C+1
      | < R   S+1
    = conn.state REJ
    ";

    /// Payload and a FIN of an older connection count for Zeek.
    zeek_counts_an_older_connection = "
      | > S   C
      | < P.  S+1  ack C-900 len 5
      | < F.  S+6  ack C-900
      | > R   C-900
      | > S   C    @1
      | < R.  0    ack C+1
    = conn.state RSTR
    ";
}
