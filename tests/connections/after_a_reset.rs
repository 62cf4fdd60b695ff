//! What segments are, and what they move, after a RST that ended the connection, between it and its withdrawal, and after it
//! (SPEC sections 3, 5 and 6).

use crate::scripts;

scripts! {
    /// A SYN-ACK after a RST in a connection whose handshake was not captured: each side is where it would be without the RST.
    syn_ack_after_a_reset_in_midstream = "
    ESTABLISHED  | > .  C    ack S              | ESTABLISHED  | ACK      |        | !not_captured
    CLOSED       | > R  C                       | CLOSED       | RST      |        | reset=abort; !reset
    CLOSED       | < S. S    ack C+1 @3         | SYN-RECEIVED | SYN-ACK  |        | phase=closed; !reset_ignored
    ";

    /// Its sender had sent a FIN: a SYN-ACK moves it no more.
    syn_ack_after_fin_and_reset_in_midstream = "
    CLOSE-WAIT   | < F. S    ack C len 10       | FIN-WAIT-1   | FIN      | close 1
    CLOSED       | < R. S+11 ack C              | CLOSED       | RST      |        | reset=after-fin; !reset_after_fin
    CLOSED       | < S. S+78 ack C+501 @3       | FIN-WAIT-1   | SYN-ACK  |        | phase=closed; !reset_forged
    ";

    /// The client's SYN-ACK begins no state anew.
    syn_ack_of_the_client_after_a_reset_in_midstream = "
    CLOSED       | > R. C    ack S              | CLOSED       | RST      |        | reset=abort
    CLOSED       | < .  S-10 ack C              | CLOSED       | ACK
    CLOSED       | < S. S    ack C+501          | CLOSED       | SYN-ACK
    ESTABLISHED  | > S. C+77 ack S+501          | CLOSED       | SYN-ACK  |        | phase=closed; !reset_forged
    ";

    /// The round trip stands on the SYN-ACK, also where that one shows no step.
    syn_ack_time_where_no_step_is_shown = "
      | > S  C                     |              | SYN      | open 1 | handshake.synack_rtt
      | > .  C+6  ack S+1          |              | ACK
      | < R  S+1                   |              | RST      |        | reset=abort
      | < S. S    ack C+1          |              | SYN-ACK  |        | phase=closed; handshake.synack_rtt=0.003000000; !reset_forged
      | > P. C+6  ack S+1 len 5 @3 |              | DATA     |        | phase=data; !reset_ignored
      | > P. C+11 ack S+1 len 5    |              | DATA
    = handshake.synack_rtt 0.003000000
    ";

    /// The first FIN showed no step: the link is to the first segment that does.
    link_to_the_first_fin_that_shows_its_step = "
    either
    open
      | > R  C+1
      | < F. S+1  ack C+1 @3       |              | FIN
      | > F. C+1  ack S+2
      | < F. S+1  ack C+2 @1       |              | FIN+CLOSE-ACK | close 1+4 | retransmission=1
    = teardown.frame1 #7
    ";

    /// The time of the teardown stands on the segment that makes it known, also where that one shows no step.
    teardown_time_where_no_step_is_shown = "
    open
    FIN-WAIT-1   | > F. X    ack Y              | CLOSE-WAIT   | FIN      | close 1
    CLOSED       | < R  Y-1                     | CLOSED       | RST      |         | reset=after-fin
    CLOSED       | < F. Y    ack X+1            | LAST-ACK     | FIN      |         | teardown.time; !reset_forged
    CLOSED       | < R  Y+1                     | CLOSED       | RST      |         | reset=late; teardown.time
    TIME-WAIT    | > .  X+1  ack Y+1            | CLOSED       | ACK      |         | teardown.time=0.004000000; !reset_ignored
    TIME-WAIT    | > R. X+1  ack Y+1            | CLOSED       | RST      |         | reset=late
    = teardown.time 0.004000000
    ";

    /// Zeek takes a FIN for its sender's last number where nothing but a SYN went before it, whatever the number is.
    what_zeek_makes_of_a_fin_before_the_syn = "
      | > S  C+9000
      | > F. C         ack S+1
      | < R. S+1       ack C+1
      | > R  C+1
    = conn.state RSTR
    ";

    /// After step 3, taken back or not, the server's SYN-ACK behind its own RST is no step 2.
    no_step_2_after_a_reset_that_followed_step_3 = "
    open
    ESTABLISHED  | < S. S    ack C+1   @1       | SYN-RECEIVED | SYN-ACK  | open 2  | phase=handshake
    CLOSED       | < R. S+1  ack C+1            | CLOSED       | RST      |         | reset=handshake
    CLOSED       | < S. S    ack C+1   @1       | CLOSED       | SYN-ACK  |         | retransmission=1; phase=closed
    = handshake.outcome reset
    ";

    /// Nor where the handshake was over because the capture lacks segments.
    no_step_2_after_a_reset_of_an_open_connection = "
      | > S  C
      | < P. S+101 ack C+51 len 10              |              | DATA     |         | phase=data
      | < R. S+111 ack C+51                     |              | RST      |         | reset=abort
      | < S. S    ack C+1                       |              | SYN-ACK  |         | phase=closed
    = handshake.frame2
    ";

    /// A closed side's payload counts by its numbers.
    payload_of_a_closed_side = "
      | > S  C
      | < R. 0    ack C+1
      | < P. S    ack C+1 len 111
    = conn.server.bytes 111
    = handshake.outcome refused
    ";

    /// Between the RST and its withdrawal a side that has spoken counts in full: its FIN is the first one once the RST is
    /// withdrawn, and what is shown meanwhile stays.
    fin_between_reset_and_withdrawal = "
    either
    open
    CLOSED       | < R. S+1  ack C+1            | CLOSED       | RST       |         | reset=abort; reset.ignored=1; !reset
    FIN-WAIT-1   | > F. C+1  ack S+1 len 5 @1.1 | CLOSED       | FIN       |         | phase=closed; basis=handshake; !reset_ignored
    let X = C+6, Y = S+1
    FIN-WAIT-2   | < .  Y    ack X+1            | CLOSE-WAIT   | CLOSE-ACK | close 2 | phase=teardown; basis=teardown; !reset_forged
    TIME-WAIT    | < F. Y    ack X+1            | LAST-ACK     | FIN       | close 3
    TIME-WAIT    | > .  X+1  ack Y+1            | CLOSED       | CLOSE-ACK | close 4 | !none
    = teardown.kind four-segment
    = teardown.closer client
    = teardown.frame1
    = teardown.frame2 #6
    = reset.by
    ";

    /// The same where the RST stands: the FIN began no close.
    fin_after_a_reset_that_stands = "
    either
    open
      | < R. S+1  ack C+1            | | RST |  | reset=abort
    FIN-WAIT-1   | > F. C+1  ack S+1 @1.1       | CLOSED       | FIN |  | phase=closed; teardown.half_close_bytes
    FIN-WAIT-1   | > F. C+1  ack S+1 @1.1       | CLOSED       | FIN |  | phase=closed; retransmission=1
    = teardown.kind reset
    = teardown.closer server
    = teardown.time
    ";

    /// A RST is the first that was captured, and its receiver answers a SYN that was not.
    syn_ack_after_a_reset_that_came_first = "
    splits
    CLOSED       | > R  C+1                     | CLOSED       | RST      |        | reset=abort; !not_captured; !reset
    CLOSED       | < S. S    ack C+1 @1.1       | SYN-RECEIVED | SYN-ACK  |        | phase=closed; !reset_ignored
    CLOSED       | < S. S    ack C+1 @1         | SYN-RECEIVED | SYN-ACK  |        | phase=closed; retransmission=1; !synack_retransmission
    = handshake.attempts 1
    = handshake.syns 0
    = handshake.outcome partial
    = conn.guessed
    ";

    /// A challenged RST that counts at the end counts by what held when it came.
    fin_after_a_challenged_reset = "
    either
    open
      | < R  S+9                     | ESTABLISHED  | RST |         | reset=challenged
    FIN-WAIT-1   | > F. C+1  ack S+1            | CLOSE-WAIT   | FIN | close 1
    = teardown.kind reset
    = teardown.closer server
    = reset.by server
    ";

    /// A side that a RST closed has, when it speaks, the state that it would have without that RST.
    the_peers_fin_meanwhile = "
    either
    open
    CLOSED       | < R. S+1  ack C+1            | CLOSED       | RST       |         | reset=abort; !reset
    FIN-WAIT-1   | > F. C+1  ack S+1 @1.1       | CLOSED       | FIN       |         | phase=closed; !reset_ignored
    FIN-WAIT-1   | < P. S+1  ack C+1 len 5      | CLOSE-WAIT   | DATA      |         | phase=teardown; !reset_forged
    FIN-WAIT-2   | < .  S+6  ack C+2            | CLOSE-WAIT   | CLOSE-ACK | close 2 | !none
    = teardown.kind half-closed
    ";

    /// After the end RSTs are judged as before it: a side that has spoken takes one, or does not.
    late_resets_are_judged = "
    either
    open
    CLOSED       | < R  S+1                     | CLOSED       | RST      |        | reset=abort
    ESTABLISHED  | > P. C+1 ack S+1 len 5 @2    | CLOSED       | DATA     |        | expert.reset_ignored=1
    ESTABLISHED  | < R  S+900000000             | CLOSED       | RST      |        | reset=late; reset.cause
    CLOSED       | < R  S+1                     | CLOSED       | RST      |        | reset=late
    ";

    /// The bytes of a close that began before the RST go on counting.
    bytes_of_a_close_after_the_reset = "
    either
    open
      | > F. C+1  ack S+1
      | > R. C+2  ack S+1                       | CLOSED       | RST      |        | reset=after-fin
    CLOSED       | < P. S+1  ack C+1 len 5      | CLOSED       | DATA     |        | phase=closed; !data_after_reset
    = teardown.half_close_bytes 5
    = teardown.kind reset-after-fin
    ";

    /// Zeek knows of no withdrawal.
    what_zeek_makes_of_a_withdrawn_reset = "
    open
      | < R. S+1  ack C+1                       |              |          |        | reset.ignored=1
      | > P. C+1  ack S+1 len 5
      | < P. S+1  ack C+6 len 7
      | > .  C+6  ack S+8
    = conn.history ShArDd
    = teardown.kind still-open
    ";

    /// A RST past everything of its sender says that the handshake was over; withdrawn, it says nothing.
    past_the_syn_and_withdrawn = "
      | > S  C
    CLOSED       | > R. C+1461 ack 0            | CLOSED       | RST      |        | reset=abort; phase=teardown; reset.ignored=1
    CLOSED       | < S. S    ack C+1 @1.5       | SYN-RECEIVED | SYN-ACK  |        | phase=closed; !reset_ignored
    ESTABLISHED  | > P. C+1  ack S+1 len 2000   | ESTABLISHED  | OPEN-ACK | open 3 | phase=handshake; !reset_forged
    = handshake.outcome complete
    = reset.by
    ";

    /// After the end an unacceptable SYN-ACK is judged no more.
    wrong_syn_ack_after_a_refusal = "
      | > S  C
      | < R. 0    ack C+1
    CLOSED       | < S. S    ack C+70         | CLOSED       | SYN-ACK  |        | phase=closed; !none
    ";

    /// The client goes on asking, the server is still closed: RSTs are late, and no older connection answers.
    what_follows_a_refusal_that_the_client_ignores = "
      | > S  C
      | < S. S    ack C+70         |              | SYN-ACK  |        | !synack_wrong_ack
      | < R. 0    ack C+1          |              | RST      |        | reset=refused
    SYN-SENT     | > P. C    ack S len 5 @2   | CLOSED       | DATA     |        | !reset_ignored
    SYN-SENT     | < .  S    ack C-5          | CLOSED       | ACK      |        | !none
      | > R  C+70                  |              | RST      |        | reset=late
    ";

    /// A stray RST between a RST and its withdrawal is no answer.
    a_late_stray_reset_is_no_invalid_answer = "
      | > S  C
      | > R  C-100                 |              | RST      |        | reset=handshake
      | < .  S       ack C
      | < R  S-90000               |              | RST      |        | reset=late
      | < P. S       ack C len 5 @2 |             | DATA     |        | !reset_ignored
      | > P. C-50    ack S len 5   |              | DATA     |        | !reset_forged
    = handshake.outcome partial
    ";

    /// A side that a RST closed counts by its numbers: they are the first that are seen.
    first_numbers_of_a_closed_side = "
      | > R  C
      | < .  S+50   ack C+40         |              | ACK      |        | x; y
      | > P. C+100  ack S+50 len 1   |              | DATA     |        | x; y; !reset_forged
    let X = C+40, Y = S+50
      | < .  Y      ack X+61         |              | ACK      |        | basis=first-seen; phase=data; !reset_ignored
    ";

    /// So they give Y, where no SYN-ACK does.
    y_by_the_numbers_of_a_closed_side = "
      | > S  C
      | > R  C+1
      | < .  S+1    ack C+1
      | < P. S+500  ack C+1 len 10 @2
    = conn.server.bytes 509
    ";

    /// Those of an unacceptable SYN-ACK do not, as ever.
    no_y_by_a_wrong_syn_ack_of_a_closed_side = "
      | > S  C
      | > R  C+1
      | < S. S+400  ack C+9          |              | SYN-ACK  |
      | < P. S+500  ack C+1 len 10 @2
    = conn.server.bytes 10
    ";

    /// The round trip stands on the first SYN-ACK alone.
    a_second_syn_ack_that_is_not_shown = "
      | > S  C
      | > R  C+1
      | < S. S    ack C+1 @2         |              | SYN-ACK  |        | handshake.synack_rtt=2.001000000
      | < S. S    ack C+1            |              | SYN-ACK  |        | handshake.synack_rtt; retransmission=1
      | > .  C+1  ack S+1
    ";

    /// A FIN again arrives at a side that is closed, for the case that it was not: then that side has the FIN.
    a_fin_again_before_the_withdrawal = "
    open
      | > F. C+1  ack S+1
      | < .  S+1  ack C+2
      | < F. S+1  ack C+2
    FIN-WAIT-1   | > F. C+1  ack S+1          | LAST-ACK     | FIN      | close 1
    CLOSED       | < R  S                     | CLOSED       | RST      |        | reset=after-fin
    CLOSED       | < F. S+1  ack C+2          | LAST-ACK     | FIN      |
    TIME-WAIT    | > P. C+2  ack S+1 len 1 @2 | LAST-ACK     | DATA     |        | !reset_ignored; !data_after_fin; !fin_unanswered
    ";

    /// Step 2 of the teardown was not shown after the RST. The same ACK again shows it, and the link leads there.
    link_to_an_ack_that_shows_its_step = "
    open
      | > F. C+1  ack S+1
      | > R. C+2  ack S+1
      | < .  S+1  ack C+2            |              | ACK      |
      | < P. S+1  ack C+2 len 5 @2   |              | DATA     |        | !reset_ignored
      | > P. C+3  ack S+6 len 1      |              | DATA     |        | !reset_forged; !data_after_fin
      | > F. C+1  ack S+1
      | < .  S+6  ack C+2            |              | CLOSE-ACK | close 2 | retransmission=1
    = teardown.frame2 #10
    ";

    /// A SYN that comes again after the answer does not spoil the round trip, also where the answer shows no step.
    a_syn_again_after_a_syn_ack_without_step = "
      | > S  C
      | > R  C+500
      | < S. S    ack C+1 @2.5
      | > .  C+1  ack S+1
      | > S  C            @2
    = handshake.synack_rtt 2.501000000
    ";

    /// A FIN that was acknowledged after the RST had its answer, though no step shows it.
    a_fin_that_is_acknowledged_after_the_reset = "
    open
      | > F. C+1  ack S+1
      | < .  S+1  ack C+2
      | > F. C+1  ack S+1 @0.2
      | > R  C+2                 | CLOSED | RST | | reset=after-fin
      | < .  S+1  ack C+2        | CLOSED | ACK | |
    = teardown.kind reset-after-fin
    = teardown.closer client
    ";

    /// A client that asks, is answered, and resets: its ACK and its RST were lost behind the observer, as the server shows.
    a_server_that_took_neither_the_ack_nor_the_reset = "
    open
    CLOSED       | > R. C+1  ack S+1          | CLOSED       | RST      |        | reset=abort; reset.cause=aborts
    CLOSED       | < S. S    ack C+1 @1.5     | SYN-RECEIVED | SYN-ACK  |        | retransmission=1; phase=closed; !synack_retransmission; !reset_ignored; !half_open
    = handshake.outcome half-open
    = handshake.frame3 #3
    = teardown.kind reset
    = teardown.closer client
    ";
}
