//! What a side's own repeat takes back (SPEC section 5, "Taken back by its owner's repeat").

use crate::scripts;

scripts! {
    /// The SYN-ACK passed the observer and did not reach the client.
    syn_ack_lost_behind_the_observer = "
    SYN-SENT     | > S  C               | SYN-RECEIVED | SYN      | open 1
    ESTABLISHED  | < S. S     ack C+1   | SYN-RECEIVED | SYN-ACK  | open 2
    SYN-SENT     | > S  C     @1        | SYN-RECEIVED | SYN      | open 1 | retransmission=1; phase=handshake; !syn_retransmission; !synack_not_received
    ESTABLISHED  | < S. S     ack C+1   | SYN-RECEIVED | SYN-ACK  | open 2 | retransmission=1; !synack_retransmission
    ESTABLISHED  | > .  C+1   ack S+1   | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    = handshake.syns 2
    = handshake.frame2 #2
    = handshake.synack_rtt 0.001000000
    ";

    it_is_said_once_an_attempt = "
      | > S  C
      | < S. S     ack C+1
      | > S  C     @1           | | SYN | open 1 | !syn_retransmission; !synack_not_received
      | < S. S     ack C+1
    SYN-SENT | > S  C     @2    | SYN-RECEIVED | SYN | open 1 | !syn_retransmission; !half_open
    = handshake.outcome half-open
    ";

    /// Within a round trip of the SYN-ACK the repeat was on its way already. The state is taken back all the same.
    a_repeat_that_crosses_is_no_loss = "
      | > S  C
      | < S. S     ack C+1  @0.05
    SYN-SENT     | > S  C   @0.04       | SYN-RECEIVED | SYN      | open 1 | !syn_retransmission
    ESTABLISHED  | > .  C+1   ack S+1   | ESTABLISHED  | OPEN-ACK | open 3
    ";

    /// The SYN was repeated before the answer: that one may belong to either, and the round trip may be the longer of the two.
    a_syn_ack_again_that_answers_the_second_syn = "
      | > S  C
      | > S  C             @1
      | < S. S     ack C+1 @0.2
      | > .  C+1   ack S+1
    ESTABLISHED  | < S. S ack C+1 @0.997    | SYN-RECEIVED | SYN-ACK | open 2 | retransmission=1; !synack_retransmission
    ESTABLISHED  | < S. S ack C+1 @2        | SYN-RECEIVED | SYN-ACK | open 2 | retransmission=1; !synack_retransmission; !open_ack_not_taken; !half_open
    ";

    /// A client that has acknowledged the SYN-ACK does not go back.
    after_step_3_a_syn_takes_nothing_back = "
    open
    ESTABLISHED  | > S  C     @1        | ESTABLISHED  | SYN      | open 1 | retransmission=1; phase=data; !syn_retransmission
    ";

    /// It is another SYN's number that comes again, and the SYN-ACK was no answer to that one.
    another_syn_again_takes_nothing_back = "
    splits
      | > S  C
    ESTABLISHED  | < S. S     ack C+1   | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED  | > S  C+100 @1        | SYN-RECEIVED | SYN      | open 1 | retransmission
    ESTABLISHED  | > S  C+100 @1        | SYN-RECEIVED | SYN      | open 1 | retransmission=1; !syn_retransmission; !half_open
    ";

    /// An ACK without SYN opened it, not a SYN-ACK.
    a_syn_again_after_a_plain_ack_of_it = "
      | > S  C
      | < S  S
    ESTABLISHED  | < .  S+1   ack C+1   | SYN-RECEIVED | OPEN-ACK | open 2
    ESTABLISHED  | > S  C     @1        | SYN-RECEIVED | SYN      | open 1 | retransmission=1; !syn_retransmission; !half_open
    ";

    /// It is not ESTABLISHED any more: it has the server's FIN.
    a_syn_again_after_the_servers_fin = "
      | > S  C
      | < S. S     ack C+1
    CLOSE-WAIT   | < F. S+1   ack C+1   | FIN-WAIT-1   | FIN      | close 1
    CLOSE-WAIT   | > S  C     @1        | FIN-WAIT-1   | SYN      | open 1 | retransmission=1; !syn_retransmission; !half_open
    ";

    /// It crossed the last SYN-ACK, which was sent long after the first.
    a_syn_again_crosses_the_last_syn_ack = "
      | > S  C
      | < S. S     ack C+1  @0.05
      | < S. S     ack C+1  @1
    SYN-SENT     | > S  C   @0.04       | SYN-RECEIVED | SYN      | open 1 | !syn_retransmission; !half_open
    ";

    complete_again_with_the_servers_fin = "
    open
      | < S. S   ack C+1 @1             | SYN-RECEIVED | SYN-ACK  | open 2 | phase=handshake
    CLOSE-WAIT   | < F. S+1 ack C+1     | FIN-WAIT-1   | FIN      | close 1 | phase=teardown
    = handshake.outcome complete
    ";

    /// Another SYN-ACK, twice: that it is a repeat of its own does not make it one of the SYN-ACK that gives Y.
    another_syn_ack_again_takes_nothing_back = "
    splits
      | > S  X
      | < S. Y     ack X+1
      | > .  X+1   ack Y+1
    ESTABLISHED  | < S. S+9   ack X+1      | ESTABLISHED  | SYN-ACK  | open 2 | retransmission
    ESTABLISHED  | < S. S+9   ack X+1 @1   | ESTABLISHED  | SYN-ACK  | open 2 | retransmission=1; phase=data
    ESTABLISHED  | < P. Y+1   ack X+1 len 5 | ESTABLISHED | DATA
    ";

    /// A server that has sent its FIN stays where it is.
    a_syn_ack_again_after_the_servers_fin = "
      | > S  C
      | < S. S     ack C+1
    CLOSE-WAIT   | < F. S+1   ack C+1   | FIN-WAIT-1   | FIN      | close 1
    CLOSE-WAIT   | < S. S     ack C+1 @1 | FIN-WAIT-1  | SYN-ACK  | open 2 | retransmission=1
    ";

    /// The server did not take the third segment: accept queue full, or a firewall dropped it.
    step_3_not_taken = "
    open
    ESTABLISHED  | > P. C+1 ack S+1 len 9       | ESTABLISHED  | DATA     |        | phase=data
    ESTABLISHED  | < S. S   ack C+1 @1          | SYN-RECEIVED | SYN-ACK  | open 2 | retransmission=1; phase=handshake; !synack_retransmission; !open_ack_not_taken
    ESTABLISHED  | > .  C+10 ack S+1            | SYN-RECEIVED | OPEN-ACK | open 3 | retransmission=1; phase=handshake
    ESTABLISHED  | < S. S   ack C+1 @2          | SYN-RECEIVED | SYN-ACK  | open 2 | !synack_retransmission; !half_open
    = handshake.outcome half-open
    = teardown.kind none
    = handshake.frame3 #3
    ";

    /// It is complete again when the server shows that it is: the client's ACK alone does not.
    complete_again_with_the_servers_data = "
    open
      | < S. S   ack C+1 @1                     | SYN-RECEIVED | SYN-ACK  | open 2 |
    ESTABLISHED  | > .  C+1 ack S+1             | SYN-RECEIVED | OPEN-ACK | open 3 | retransmission=1
    ESTABLISHED  | < .  S+1 ack C+1             | SYN-RECEIVED | ACK      |        | phase=handshake
    ESTABLISHED  | < P. S+1 ack C+1 len 5       | ESTABLISHED  | DATA     |        | phase=handshake
    ESTABLISHED  | > .  C+1 ack S+6             | ESTABLISHED  | ACK      |        | phase=data
    = handshake.outcome complete
    ";

    complete_again_with_an_ack_of_data = "
    open
      | > P. C+1 ack S+1 len 9
      | < S. S   ack C+1 @1                     | SYN-RECEIVED | SYN-ACK  | open 2 |
    ESTABLISHED  | < .  S+1 ack C+10            | ESTABLISHED  | ACK      |        | phase=handshake
    = handshake.outcome complete
    ";

    /// A server that has sent anything but SYN-ACKs since step 3 is open, whatever is captured late.
    a_server_that_went_on_does_not_go_back = "
    open
      | < .  S+1 ack C+1
    ESTABLISHED  | < S. S   ack C+1 @1          | ESTABLISHED  | SYN-ACK  | open 2 | retransmission=1; phase=data; !synack_retransmission
    ";

    /// The teardown stays one, whatever the server did not take.
    not_taken_after_a_fin = "
    open
      | > F. X   ack Y
    FIN-WAIT-1   | < S. S   ack C+1 @1          | SYN-RECEIVED | SYN-ACK  | open 2 | phase=teardown
    ";

    /// FIN-WAIT-2 goes back to FIN-WAIT-1, and on again with the acknowledgment.
    a_fin_again_takes_its_ack_back = "
    either
    open
    FIN-WAIT-1   | > F. X    ack Y              | CLOSE-WAIT   | FIN       | close 1
    FIN-WAIT-2   | < .  Y    ack X+1            | CLOSE-WAIT   | CLOSE-ACK | close 2
    FIN-WAIT-1   | > F. X    ack Y   @1         | CLOSE-WAIT   | FIN       | close 1 | retransmission=1; !fin_retransmission
    FIN-WAIT-2   | < .  Y    ack X+1            | CLOSE-WAIT   | CLOSE-ACK | close 2 | retransmission=1
    = teardown.kind half-closed
    = teardown.frame2 #5
    ";

    /// The closer's last ACK did not reach the other side.
    the_last_ack_lost = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X+1
    TIME-WAIT    | > .  X+1  ack Y+1            | CLOSED       | CLOSE-ACK | close 4 | phase=teardown
    TIME-WAIT    | < F. Y    ack X+1 @1         | LAST-ACK     | FIN+CLOSE-ACK | close 2+3 | retransmission=1; phase=teardown; !fin_retransmission
    TIME-WAIT    | > .  X+1  ack Y+1            | CLOSED       | CLOSE-ACK | close 4 | retransmission=1; phase=teardown
    TIME-WAIT    | > .  X+1  ack Y+1 win 1      | CLOSED       | ACK       |         | phase=closed
    = teardown.kind three-segment
    ";

    /// The closer repeats its FIN without an acknowledgment of the other's: that one did not reach it either.
    a_fin_alone_takes_the_peers_fin_back = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X+1                       | LAST-ACK     | FIN+CLOSE-ACK | close 2+3
    FIN-WAIT-1   | > F. X    ack Y   @1         | LAST-ACK     | FIN           | close 1 | retransmission=1
    # The closer sent a FIN in between: the acknowledgment is a new one.
    TIME-WAIT    | < F. Y    ack X+1            | LAST-ACK     | FIN           | close 3 | retransmission=1
    TIME-WAIT    | > .  X+1  ack Y+1            | CLOSED       | CLOSE-ACK     | close 4
    = teardown.kind three-segment
    ";

    /// It went back to FIN-WAIT-1; what it acknowledges afterwards it has (RFC 9293 §3.10.7.4, eighth).
    the_peers_fin_is_acknowledged_after_a_fin_alone = "
    either
    open
      | > F. X    ack Y
      | < .  Y    ack X+1
    TIME-WAIT    | < F. Y    ack X+1            | LAST-ACK     | FIN           | close 3
    FIN-WAIT-1   | > F. X    ack Y   @1         | LAST-ACK     | FIN           | close 1 | retransmission=1
    FIN-WAIT-2   | < .  Y+1  ack X+1            | LAST-ACK     | CLOSE-ACK     | close 2 | retransmission=1
    TIME-WAIT    | > .  X+1  ack Y+1            | CLOSED       | CLOSE-ACK     | close 4
    = teardown.kind four-segment
    ";

    the_peers_fin_is_acknowledged_before_the_own = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X+1
    FIN-WAIT-1   | > F. X    ack Y   @1         | LAST-ACK     | FIN           | close 1 | retransmission=1
    CLOSING      | > .  X+1  ack Y+1            | CLOSED       | CLOSE-ACK     | close 4
    TIME-WAIT    | < .  Y+1  ack X+1            | CLOSED       | CLOSE-ACK     | close 2 | retransmission=1
    = teardown.kind three-segment
    ";

    /// The peer's FIN again reaches a side that went back to FIN-WAIT-1: both have sent one now.
    the_peers_fin_again_after_a_fin_alone = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X+1
    FIN-WAIT-1   | > F. X    ack Y   @1         | LAST-ACK     | FIN           | close 1 | retransmission=1
    CLOSING      | < F. Y    ack X              | LAST-ACK     | FIN           | close 3 | retransmission=1
    ";

    /// Both FINs were acknowledged: the repeat acknowledges the peer's, so its sender has that one.
    closing_again = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X
      | > .  X+1  ack Y+1
    TIME-WAIT    | < .  Y+1  ack X+1            | TIME-WAIT    | CLOSE-ACK | close 2
    CLOSING      | > F. X    ack Y+1 @1         | TIME-WAIT    | FIN       | close 1 | retransmission=1; phase=teardown
    TIME-WAIT    | < .  Y+1  ack X+1            | TIME-WAIT    | CLOSE-ACK | close 2 | retransmission=1
    = teardown.kind simultaneous
    ";

    /// Stacks of the BSD family answer a crossing FIN with their own again.
    a_fin_again_that_first_acknowledges_takes_nothing_back = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X
    CLOSING      | > F. X    ack Y+1            | TIME-WAIT    | FIN+CLOSE-ACK | close 1+4 | retransmission=1
    = teardown.kind simultaneous
    ";

    /// Nobody answers the FIN.
    a_fin_that_nobody_acknowledges = "
    either
    open
      | > F. X    ack Y
      | > F. X    ack Y   @1
    FIN-WAIT-1   | > F. X    ack Y   @2         | CLOSE-WAIT   | FIN | close 1 | !fin_retransmission; !fin_unanswered
    = teardown.kind unanswered
    = teardown.closer client
    ";

    /// The capture has one direction only: the answers may be missing too.
    a_fin_repeated_in_one_direction = "
      | > F. C+1  ack S+500
      | > F. C+1  ack S+500 @1
    = teardown.kind half-closed
    ";

    /// A FIN taken back to FIN-WAIT-1 goes through FIN-WAIT-2 again; its owner's ACK of the peer's FIN shows that it has that
    /// one, so it is in TIME-WAIT.
    the_peers_fin_is_acknowledged_after_all = "
    either
    open
    let X = C+1, Y = S+1
    FIN-WAIT-1   | > F. X    ack Y              | CLOSE-WAIT   | FIN           | close 1
    TIME-WAIT    | < F. Y    ack X+1            | LAST-ACK     | FIN+CLOSE-ACK | close 2+3
    FIN-WAIT-1   | > F. X    ack Y   @0.2       | LAST-ACK     | FIN           | close 1 | retransmission=1
    FIN-WAIT-2   | < .  Y+1  ack X+1            | LAST-ACK     | CLOSE-ACK     | close 2 | retransmission=1
    TIME-WAIT    | > .  X+1  ack Y+1            | CLOSED       | CLOSE-ACK     | close 4
    ";

    /// Back in SYN-SENT it judges RSTs as it did before any SYN-ACK.
    a_reset_after_a_syn_again = "
      | > S  X
      | < S. Y     ack X+1
      | > S  X     @1
    SYN-SENT     | < R  Y+1             | SYN-RECEIVED | RST      |         | reset=stray
    ESTABLISHED  | < S. Y     ack X+1   | SYN-RECEIVED | SYN-ACK  | open 2  | retransmission=1
    ESTABLISHED  | > .  X+1   ack Y+1   | ESTABLISHED  | OPEN-ACK | open 3
    ";

    /// And a server in an older connection can answer.
    an_older_connection_after_a_syn_again = "
      | > S  C
      | < S. S     ack C+1
      | > S  C     @1
    SYN-SENT     | < .  S+500 ack C-900 | ESTABLISHED  | ACK      |         | phase=handshake; !challenge_ack; !half_open
    = handshake.outcome half-open
    ";

    /// An ACK that nobody can accept did not show that the client has the SYN-ACK.
    a_wrong_ack_keeps_nothing = "
      | > S  C
      | < S. S     ack C+1
    ESTABLISHED  | > .  C+1   ack S     | SYN-RECEIVED | ACK      |         | !open_ack_wrong
    SYN-SENT     | > S  C     @1        | SYN-RECEIVED | SYN      | open 1  | expert.synack_not_received=1
    ";

    /// The server acknowledges the FIN of a client whose third segment it had not taken: it has both.
    complete_again_with_an_ack_of_the_fin = "
    open
    FIN-WAIT-1   | > F. X    ack Y              | CLOSE-WAIT   | FIN       | close 1
    FIN-WAIT-1   | < S. S    ack C+1 @1         | SYN-RECEIVED | SYN-ACK   | open 2  | phase=teardown
    FIN-WAIT-2   | < .  Y    ack X+1            | CLOSE-WAIT   | CLOSE-ACK | close 2 | phase=teardown
    = handshake.outcome complete
    ";

    /// A SYN-ACK with another number is not the one that was answered.
    another_syn_ack_takes_nothing_back = "
    splits
    open
    ESTABLISHED  | < S. S+50 ack C+1 @1         | ESTABLISHED  | SYN-ACK   | open 2  | phase=data; !synack_changed
    ";

    /// A FIN again that nobody had acknowledged changes nothing.
    a_fin_again_before_its_ack = "
    either
    open
    FIN-WAIT-1   | > F. X    ack Y              | CLOSE-WAIT   | FIN       | close 1
    FIN-WAIT-1   | > F. X    ack Y   @1         | CLOSE-WAIT   | FIN       | close 1 | retransmission=1; phase=teardown
    FIN-WAIT-2   | < .  Y    ack X+1            | CLOSE-WAIT   | CLOSE-ACK | close 2
    = teardown.kind half-closed
    ";

    /// Both sides asked to open. The client's SYN again: neither the server's SYN nor its SYN-ACK reached it.
    simultaneous_syn_ack_not_received = "
      | > S  C
      | < S  S
    ESTABLISHED  | < S. S    ack C+1            | SYN-RECEIVED | SYN-ACK  | open 2
    SYN-SENT     | > S  C @1                    | SYN-RECEIVED | SYN      | open 1 | retransmission=1; !syn_retransmission; !synack_not_received
    ESTABLISHED  | < S. S    ack C+1            | SYN-RECEIVED | SYN-ACK  | open 2 | retransmission=1; !synack_retransmission
    ESTABLISHED  | > .  C+1  ack S+1            | ESTABLISHED  | OPEN-ACK | open 2+3
    = handshake.outcome complete
    ";

    /// The server goes on repeating its SYN-ACK: the client's did not reach it.
    simultaneous_open_ack_not_taken = "
      | > S  C
      | < S  S
    ESTABLISHED  | < S. S    ack C+1            | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED  | > S. C    ack S+1            | ESTABLISHED  | SYN-ACK  | open 2+3
    ESTABLISHED  | < S. S    ack C+1 @1         | SYN-RECEIVED | SYN-ACK  | open 2 | phase=handshake; !synack_retransmission; !open_ack_not_taken; !half_open
    = handshake.outcome half-open
    ";

    /// The first repeat may have crossed step 3; the next one cannot.
    open_ack_not_taken_said_at_the_second_repeat = "
      | > S  C
      | < S. S    ack C+1 @0.05
      | > .  C+1  ack S+1
    ESTABLISHED  | < S. S    ack C+1 @0.04      | SYN-RECEIVED | SYN-ACK  | open 2 | !synack_retransmission
    ESTABLISHED  | < S. S    ack C+1 @2         | SYN-RECEIVED | SYN-ACK  | open 2 | !synack_retransmission; !open_ack_not_taken
    ESTABLISHED  | < S. S    ack C+1 @4         | SYN-RECEIVED | SYN-ACK  | open 2 | !synack_retransmission; !half_open
    ";

    /// A server that did not take step 3 takes no FIN either.
    a_fin_to_a_server_that_did_not_take_step_3 = "
    open
    ESTABLISHED  | < S. S    ack C+1 @1       | SYN-RECEIVED | SYN-ACK  | open 2
    FIN-WAIT-1   | > F. C+1  ack S+1          | SYN-RECEIVED |          | close 1
    ";

    /// The repeat that takes step 3 back takes with it what it acknowledges.
    not_taken_by_a_syn_ack_that_acknowledges_the_fin = "
      | < S. S     ack C+1
      | > .  C+1   ack S+1
      | > F. C+1   ack S+1
    FIN-WAIT-2   | < S. S     ack C+2          | SYN-RECEIVED | SYN-ACK+CLOSE-ACK | open 2, close 2 | !synack_retransmission; !open_ack_not_taken
    ";

    /// A FIN that the server sent before step 3 leads out of SYN-RECEIVED (RFC 9293 section 3.10.4): the repeat of the
    /// SYN-ACK leads nowhere back.
    a_server_that_has_sent_its_fin_stays = "
      | > S  C
      | < S. S     ack C+1
      | < F. S+1   ack C+1
      | > .  C+1   ack S+1
    CLOSE-WAIT   | < S. S     ack C+1 @1       | FIN-WAIT-1   | SYN-ACK  | open 2 | !synack_retransmission; !open_ack_not_taken; !half_open
    ";

    /// The SYN-ACK is the first acceptable one, and ends the round trip that it may have crossed step 3 in.
    not_taken_within_the_round_trip_that_it_ends = "
      | > S  C
      | < S. S     ack C+500
      | > .  C+1   ack S+1 @3
      | < S. S     ack C+1 @1                  | SYN-RECEIVED | SYN-ACK  | open 2 | !synack_retransmission; !half_open
    ";

    /// A RST that finds its receiver closed has not closed it: the FIN again shows what it always does.
    a_fin_again_after_a_reset_that_found_it_closed = "
    open
      | > F. C+1   ack S+1
      | < .  S+1   ack C+2
      | < F. S+1   ack C+2
      | > .  C+2   ack S+2
    TIME-WAIT   | > R  C+2               | CLOSED       | RST     |         | reset=after-fin
    TIME-WAIT   | < F. S+1   ack C+2     | LAST-ACK     | FIN     | close 3 | retransmission=1; !fin_retransmission; !fin_unanswered
    ";

    /// Captured before the SYN-ACK by the clock: it had been sent before.
    a_syn_again_captured_out_of_order = "
      | > S  X
      | < S. Y     ack X+1 @0.1
    SYN-SENT    | > S  X         @-0.05      | SYN-RECEIVED | SYN     | open 1  | retransmission=1; !syn_retransmission
      | > .  X+1   ack Y+1 @0.1
    ";
}
