//! Which of the client's segments completes the handshake (RFC 9293 §3.10.7.4), and what holds where it was not captured.

use crate::scripts;

scripts! {
    its_seq_is_not_before_x_plus_1 = "
      | > S  C
      | < S. S     ack C+1
    ESTABLISHED | > .  C     ack S+1     | SYN-RECEIVED | ACK      |        | phase=handshake; !open_ack_wrong
    ESTABLISHED | > .  C+1   ack S+1     | ESTABLISHED  | OPEN-ACK | open 3 | phase=handshake; !none
    ";

    /// The server may have sent payload by then; no more than that can be acknowledged.
    its_ack_lies_within_what_the_server_sent = "
      | > S  C
      | < S. S     ack C+1
      | < P. S+1   ack C+1 len 5
    ESTABLISHED | > .  C+1   ack S+7     | SYN-RECEIVED | ACK      |        | !open_ack_wrong
    ESTABLISHED | > .  C+1   ack S+6     | ESTABLISHED  | OPEN-ACK | open 3 | !none
    ";

    /// Its Seq is past what the client sent: the capture lacks segments, of the server too.
    more_is_acknowledged_where_segments_are_missing = "
      | > S  C
      | < S. S     ack C+1
    ESTABLISHED | > .  C+11  ack S+900   | ESTABLISHED  | OPEN-ACK | open 3 | !none
    = handshake.outcome complete
    ";

    the_window_of_the_syn_ack_is_not_scaled = "
      | > S  C             <wscale:7>
      | < S. S     ack C+1 win 500 <wscale:7>
    ESTABLISHED | > P. C+502 ack S+1 len 5 | SYN-RECEIVED | DATA   |        | !open_ack_wrong
    ESTABLISHED | > P. C+501 ack S+1 len 5 | ESTABLISHED  | OPEN-ACK | open 3
    ";

    what_the_client_sent_counts_beyond_the_window = "
      | > S  C             len 100 <cookie>
      | < S. S     ack C+101 win 10
    ESTABLISHED | > .  C+102 ack S+1     | SYN-RECEIVED | ACK      |        | !open_ack_wrong
    ESTABLISHED | > .  C+101 ack S+1     | ESTABLISHED  | OPEN-ACK | open 3
    ";

    a_fin_has_no_upper_bound = "
      | > S  C
      | < S. S     ack C+1 win 10
    FIN-WAIT-1  | > F. C+900 ack S+900   | CLOSE-WAIT   | OPEN-ACK+FIN | open 3, close 1 | !none
    ";

    /// It begins no close, changes no state, and is known when it comes again.
    a_fin_that_cannot_be_it = "
      | > S  C
      | < S. S     ack C+1
    ESTABLISHED | > F. C+1   ack S       | SYN-RECEIVED | FIN      |        | phase=handshake; basis=handshake; !open_ack_wrong
    ESTABLISHED | > .  C+1   ack S+1     | ESTABLISHED  | OPEN-ACK | open 3 | phase=handshake; !none
    FIN-WAIT-1  | > F. C+1   ack S+1     | CLOSE-WAIT   | FIN      | close 1 | retransmission=1
    ";

    one_that_cannot_be_it_moves_no_number = "
      | > S  C
      | < S. S     ack C+1 win 10
    ESTABLISHED | > P. C+200 ack S len 50  | SYN-RECEIVED | DATA   |        | !open_ack_wrong
    ESTABLISHED | > P. C+150 ack S+1 len 5 | SYN-RECEIVED | DATA   |        | !open_ack_wrong; !half_open
    ";

    /// It acknowledges the server's FIN as well.
    it_acknowledges_a_fin = "
      | > S  C
      | < S. S     ack C+1
      | < F. S+1   ack C+1
    # Since then X is the server's.
      | > .  C+1   ack S+2               |              | OPEN-ACK+CLOSE-ACK | open 3, close 2
    = handshake.outcome complete
    ";

    it_acknowledges_a_fin_and_is_one = "
      | > S  C
      | < S. S     ack C+1
      | < F. S+1   ack C+1
      | > F. C+1   ack S+2               |              | OPEN-ACK+FIN+CLOSE-ACK | open 3, close 2+3
    = teardown.kind three-segment
    ";

    /// The server acknowledges a part of the SYN's data, and sends some of its own: the SYN-ACK is missing.
    over_by_an_answer_to_the_data_of_the_syn = "
      | > S  C             len 10
    ESTABLISHED | < P. S+1   ack C+6 len 5 | ESTABLISHED | DATA    |        | phase=data; !none
    ESTABLISHED | > .  C+11  ack S+6     | ESTABLISHED  | ACK      |        | phase=data
    = handshake.outcome partial
    = handshake.frame3
    ";

    /// Without the SYN-ACK the number tells: X+1 and nothing else.
    without_the_syn_ack_before_x_plus_1 = "
      | > S  C
    SYN-SENT    | > .  C     ack S+1     | SYN-RECEIVED | ACK      |        | phase=handshake
    ESTABLISHED | > .  C+1   ack S+1     | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome partial
    ";

    /// Once both SYNs are acknowledged nothing is step 3 any more.
    nothing_completes_a_double_open_twice = "
      | > S  C
      | < S  S
      | > S. C     ack S+1               |              | SYN-ACK  | open 2
    ESTABLISHED | < S. S     ack C+1     | ESTABLISHED  | SYN-ACK  | open 2+3
    ESTABLISHED | > .  C+1   ack S+1     | ESTABLISHED  | ACK      |        | phase=data
    ";

    /// A third segment far beyond what the server offered.
    a_third_segment_beyond_the_window = "
      | > S  C
      | < S. S    ack C+1 win 500
    ESTABLISHED  | > P. C+502 ack S+1 len 5     | SYN-RECEIVED | DATA     |        | !open_ack_wrong
    ESTABLISHED  | > P. C+501 ack S+1 len 5     | ESTABLISHED  | OPEN-ACK | open 3 | !none
    ";

    /// A RST that ended nothing had closed the client: the ACK that completes the handshake shows it open all the same.
    it_opens_a_client_that_a_reset_closed = "
      | > S  C
      | < S. S    ack C+1
      | > .  C+1  ack S            |              | ACK      |        | !open_ack_wrong
    CLOSED       | < R  S                     | SYN-RECEIVED | RST      |        | reset.cause=rejects-ack
    ESTABLISHED  | > .  C+1  ack S+1          | ESTABLISHED  | OPEN-ACK | open 3
    ";

    /// Where both sides sent a SYN, an Ack that does not reach the server's number is as wrong.
    it_can_be_wrong_in_a_double_open = "
      | > S  C
      | < S  S
    SYN-RECEIVED | > .  C+1  ack S            | SYN-RECEIVED | ACK      |        | phase=handshake; !open_ack_wrong
      | > .  C+1  ack S+1          |              | OPEN-ACK | open 2
    ";

    /// Of several SYN-ACKs the window of that one counts which is answered, and its options.
    the_window_of_the_syn_ack_that_is_answered = "
      | > S  C    <mss:1460>
      | < S. S    ack C+1 win 1000 <mss:1400>
      | < S. S-77 ack C+1 win 0    <mss:1300>
    let X = C, Y = S
      | > .  X+9  ack Y+1          |              | OPEN-ACK | open 3 | !none
    = negotiated MSS 1460/1400
    ";
}
