//! Older connections of the same endpoints (SPEC section 5): their answers to a SYN perform nothing here.

use crate::scripts;

scripts! {
    /// RFC 9293 §3.5 figure 10: the server is still in an older connection, and says so by a challenge ACK.
    a_challenge_ack_answers_the_syn = "
    SYN-SENT    | > S  C                 | SYN-RECEIVED | SYN     | open 1
    SYN-SENT    | < .  S+500 ack C-900   | ESTABLISHED  | ACK     |        | y; phase=handshake; !challenge_ack
    SYN-SENT    | > R  C-900             | CLOSED       | RST     |        | reset=handshake; reset.cause=rejects-ack; reset.answers=#2; !none
    SYN-SENT    | > S  C    @1           | SYN-RECEIVED | SYN     | open 1 | retransmission=1; !syn_retransmission
    ESTABLISHED | < S. S     ack C+1     | SYN-RECEIVED | SYN-ACK | open 2
    ESTABLISHED | > .  C+1   ack S+1     | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    ";

    the_old_one_answers_to_the_end = "
      | > S  C
      | < .  S+500 ack C-900
    SYN-SENT    | > R  C-900             | CLOSED       | RST     |        |
      | > S  C    @1
    SYN-SENT    | < .  S+500 ack C-900   | ESTABLISHED  | ACK     |        | !challenge_ack; !old_connection
    = handshake.outcome old-connection
    = teardown.kind none
    = reset.by
    ";

    /// Its FIN begins no teardown here.
    a_fin_of_the_old_one = "
      | > S  C
    SYN-SENT    | < F. S+500 ack C-900   | ESTABLISHED  | FIN     |        | phase=handshake; retransmission; !none
    SYN-SENT    | < F. S+500 ack C-900   | ESTABLISHED  | FIN     |        | retransmission=1; !fin_retransmission; !old_connection
    = teardown.kind none
    = handshake.outcome old-connection
    ";

    /// Payload that acknowledges a little more than the SYN: segments are missing, no connection is old.
    a_gap_in_the_capture = "
      | > S  C
    ESTABLISHED | < P. S+500 ack C+700 len 9 | ESTABLISHED | DATA   |        | phase=data; !none
    = handshake.outcome partial
    ";

    /// The state is that of the connection before, where the numbers fit.
    the_state_of_the_connection_before = "
    core
    stream 0
    open
      | < F. S+1   ack C+1
      | > F. C+1   ack S+2
      | < .  S+2   ack C+2                | TIME-WAIT  | CLOSE-ACK
    stream 1
    SYN-SENT    | > S  C+9000              | SYN-RECEIVED | SYN | open 1 | !port_reuse
    SYN-SENT    | < .  S+2   ack C+2       | TIME-WAIT    | ACK |        | !challenge_ack; !old_connection
    = conn.previous 0
    ";

    /// The client's last bytes had not reached it: its Ack is the highest of its own there.
    it_acknowledges_no_more_than_it_had = "
    core
    stream 0
    open
      | < F. S+1   ack C+1
      | > P. C+1   ack S+2  len 10       | FIN-WAIT-2
    stream 1
    SYN-SENT    | > S  C+9000            | SYN-RECEIVED | SYN | open 1
    SYN-SENT    | < .  S+2   ack C+1     | FIN-WAIT-2   | ACK |        | !challenge_ack; !old_connection
    ";

    /// Both sides sent a SYN, and the client has none of the other's: an old connection can answer all the same.
    of_a_simultaneous_open = "
      | > S  C
      | < S  S
      | < S. S     ack C+1
    SYN-SENT    | > S  C         @1      | SYN-RECEIVED | SYN | open 1 | retransmission=1
    SYN-SENT    | < .  S+500 ack C-900   | ESTABLISHED  | ACK |        | !challenge_ack
    SYN-SENT    | > R  C-900             | CLOSED       | RST |        | reset.cause=rejects-ack
    ";

    /// Its Seq fits the connection before, and its Ack is none of that one.
    an_ack_that_the_one_before_never_had = "
    core
    stream 0
    open
      | < F. S+1   ack C+1               |            | FIN
    stream 1
    SYN-SENT    | > S  C+9000            | SYN-RECEIVED | SYN | open 1
    SYN-SENT    | < .  S+2   ack C-70    | ESTABLISHED  | ACK |        | !challenge_ack; !old_connection
    ";

    /// After its SYN-ACK the server is in the new connection: a RST sends it back to LISTEN.
    the_old_one_has_given_way = "
      | > S  C
    SYN-SENT    | < .  S+500 ack C-900   | ESTABLISHED  | ACK     |        |
    ESTABLISHED | < S. S     ack C+1     | SYN-RECEIVED | SYN-ACK | open 2 |
    SYN-SENT    | > S  C         @1      | SYN-RECEIVED | SYN     | open 1 | retransmission=1
    SYN-SENT    | > R  C-900             | LISTEN       | RST     |        | reset=handshake
    ";

    /// It has given the old one up: its SYN-ACK is that of a new one.
    the_old_one_gives_way = "
      | > S  C
    SYN-SENT    | < .  S+500 ack C-900   | ESTABLISHED  | ACK     |        |
    ESTABLISHED | < S. S     ack C+1     | SYN-RECEIVED | SYN-ACK | open 2 |
    ESTABLISHED | > .  C+1   ack S+1     | ESTABLISHED  | OPEN-ACK | open 3 |
    ";

    /// Nothing but payload shows a gap, and not that of 2^24 bytes.
    near_without_payload = "
      | > S  C
    SYN-SENT    | < .  S+500 ack C+700          | ESTABLISHED | ACK  |        | !challenge_ack; !old_connection
    ";

    too_far_for_a_gap = "
      | > S  C
    SYN-SENT    | < P. S+500 ack C+16777217 len 9 | ESTABLISHED | DATA |      | phase=handshake; !old_connection
    ";

    just_near_enough_for_a_gap = "
      | > S  C
    ESTABLISHED | < P. S+500 ack C+16777216 len 9 | ESTABLISHED | DATA |      | phase=data; !none
    ";

    /// A RST ended the connection before: what its server was in then.
    the_state_before_a_reset = "
    core
    stream 0
    open
      | > F. C+1   ack S+1
      | < .  S+1   ack C+2                | CLOSE-WAIT | CLOSE-ACK
      | > R  C+2                          | CLOSED     | RST
    stream 1
      | > S  C+9000
    SYN-SENT    | < .  S+1   ack C+2       | CLOSE-WAIT   | ACK |
    # Another number than it had there.
    SYN-SENT    | < .  S+3   ack C+2       | ESTABLISHED  | ACK |
    ";

    /// A RST would have sent it back to LISTEN, and it still answers for that connection: it did not take it.
    the_state_before_a_reset_to_listen = "
    core
    stream 0
      | > S  C
      | < S. S     ack C+1
      | > R  C+1                          | LISTEN       | RST
    stream 1
      | > S  C+9000
    SYN-SENT    | < .  S+1   ack C+1       | SYN-RECEIVED | ACK |
    ";

    /// What a server sends for an older connection after the client's RST gives no Y either.
    no_number_after_a_reset = "
      | > S  C
      | > R  C-5                           | LISTEN       | RST     |        | reset=handshake
      | < .  S+900000 ack C-5              |              | ACK     |        | y
      | < S. S     ack C+1 @0.2
      | > .  C+1   ack S+1
      | > P. C+1   ack S+1 len 10
    ESTABLISHED | < .  S+1 ack C+11        | ESTABLISHED  | ACK     |        | !reset_ignored; seq=Y+1
    ESTABLISHED | < P. S+1 ack C+11 len 30 | ESTABLISHED  | DATA    |        | seq=Y+1
    = conn.server.bytes 30
    ";

    /// The server's FIN had been acknowledged: it was in LAST-ACK, or else it could not answer. The latest connection of these
    /// endpoints has no numbers that fit.
    the_state_before_the_last_ack = "
    core
    stream 0
    open
      | > F. C+1   ack S+1
      | < F. S+1   ack C+2                | LAST-ACK   | FIN+CLOSE-ACK
      | > .  C+2   ack S+2                | CLOSED     | CLOSE-ACK
    stream 1
      | > S  C+5000
    stream 2
      | > S  C+9000
    SYN-SENT    | < .  S+2   ack C+2       | LAST-ACK     | ACK |
    = conn.previous 1
    ";

    /// Its segments move no number: the server's SYN-ACK gives Y, whatever came before.
    an_old_one_moves_no_number = "
      | > S  X
      | < P. S+500 ack X-900 len 100       | ESTABLISHED  | DATA    |        | seq; y
    ESTABLISHED | < S. Y     ack X+1       | SYN-RECEIVED | SYN-ACK | open 2 | seq.offset=0
    ESTABLISHED | > .  X+1   ack Y+1       | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    = conn.server.bytes 0
    ";

    /// Two RSTs against one wrong SYN-ACK: the server listens.
    rejected_twice = "
    SYN-SENT     | > S  C                       | SYN-RECEIVED | SYN      | open 1
    SYN-SENT     | < S. S    ack C+500          | SYN-RECEIVED | SYN-ACK  |        | !synack_wrong_ack
    SYN-SENT     | > R  C+500                   | LISTEN       | RST      |        | reset=handshake; reset.cause=rejects-ack; !none
    SYN-SENT     | > R  C+500 @1                | LISTEN       | RST      |        | reset=handshake; reset.cause=rejects-ack; !invalid_answer
    ";

    /// It acknowledges what the client sent there, whether it had acknowledged that before or not.
    it_acknowledges_what_it_had_not_before = "
    core
    stream 0
    open
      | < F. S+1   ack C+1                | FIN-WAIT-1 | FIN
      | > P. C+1   ack S+1 len 5          | FIN-WAIT-1 | DATA
    stream 1
      | > S  C+9000
    SYN-SENT    | < .  S+2   ack C+6       | FIN-WAIT-1   | ACK |
    ";

    /// Once the handshake is over, the server is in this connection, whatever its state was in the older one.
    its_state_does_not_stay = "
    core
    stream 0
    open
      | > F. C+1   ack S+1
      | < .  S+1   ack C+2                | CLOSE-WAIT | CLOSE-ACK
    stream 1
      | > S  C+5000
    SYN-SENT    | < .  S+1    ack C+2      | CLOSE-WAIT   | ACK |
    ESTABLISHED | > P. C+5001 ack S+9 len 1 | ESTABLISHED | OPEN-ACK
    ";

    /// It was in SYN-RECEIVED there, and sends its SYN-ACK again.
    a_syn_ack_of_the_old_one = "
      | > S  C
      | < .  S+1   ack C-900
    SYN-SENT    | > R  C-900             | CLOSED       | RST     |        | reset=handshake
    SYN-SENT    | < S. S     ack C-900   | SYN-RECEIVED | SYN-ACK |        | !synack_wrong_ack
    SYN-SENT    | > R  C-900             | CLOSED       | RST     |        | reset=handshake
    ";

    /// The client's FIN begins the close of this connection, whatever the server's state was in the older one.
    a_fin_leaves_the_old_one = "
    open
      | < F. S+1   ack C+1
    stream 1
      | > S  C+5000
    SYN-SENT    | < .  S+2    ack C+1     | FIN-WAIT-1  | ACK |
    FIN-WAIT-1  | > F. C+4900 ack S+9     | CLOSE-WAIT  | FIN | close 1
    ";
}
