//! New attempts: a SYN after the RST that ended the connection (SPEC section 5). What they forget, and what goes on.

use crate::scripts;

scripts! {
    new_attempt_after_a_refusal = "
    splits
      | > S  X
      | < R. 0     ack X+1
    SYN-SENT    | > S  X                 | SYN-RECEIVED | SYN     | open 1 | phase=handshake; retransmission=1; y
    ESTABLISHED | < S. Y   ack X+1       | SYN-RECEIVED | SYN-ACK | open 2
    ESTABLISHED | > .  X+1 ack Y+1       | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    = handshake.frame1 #3
    = reset.frame
    = teardown.kind still-open
    ";

    new_attempt_after_an_abort = "
    core only
    open
      | > R  C+1
    let X = C+5000, Y = S+7000
    SYN-SENT    | > S  X                 | SYN-RECEIVED | SYN     | open 1 | phase=handshake; retransmission; y; basis=handshake
    ESTABLISHED | < S. Y   ack X+1       | SYN-RECEIVED | SYN-ACK | open 2
    CLOSED      | < R  Y+1               | CLOSED       | RST     |        | reset=handshake
    = handshake.outcome reset
    = teardown.kind none
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

    /// A new attempt knows the client, and its X where the SYN has the same number; nothing else.
    what_an_attempt_forgets = "
    core only
    open
      | > P. C+1  ack S+1 len 5
      | > F. C+6  ack S+1                       | CLOSE-WAIT   | FIN      | close 1
      | > R  C+7
    SYN-SENT     | > S  C+5000                  | SYN-RECEIVED | SYN      | open 1 | phase=handshake; basis=handshake; y; retransmission; !new_attempt; !no_answer
    = handshake.frame1 #7
    = handshake.frame2
    = handshake.frame3
    = handshake.kind
    = handshake.outcome no-answer
    = teardown.kind none
    = teardown.closer
    = teardown.frame1
    = teardown.half_close_bytes
    = reset.by
    = negotiated
    = handshake.attempts 2
    = handshake.syns 1
    = conn.state S0
    = conn.history S
    = conn.client.packets 6
    = conn.client.bytes 5
    = conn.client 10.0.0.1:40000
    ";

    new_attempt_remembers_no_syn_but_for_repeats = "
    SYN-SENT     | > S  X                | SYN-RECEIVED | SYN     | open 1
    SYN-RECEIVED | < S  Y                | SYN-RECEIVED | SYN     | open 1
      | > R  X+1
    SYN-SENT     | > S  X                | SYN-RECEIVED | SYN     | open 1   | retransmission=1; y
    SYN-RECEIVED | < S  Y                | SYN-RECEIVED | SYN     | open 1   | retransmission=1; !simultaneous_open; !syn_retransmission
    SYN-RECEIVED | > S. X   ack Y+1      | ESTABLISHED  | SYN-ACK | open 2
    ESTABLISHED  | < S. Y   ack X+1      | ESTABLISHED  | SYN-ACK | open 2+3
    = handshake.kind simultaneous
    = handshake.outcome complete
    = handshake.synack_rtt
    ";

    /// Each attempt's step 3 shows what its own SYNs agreed; the connection shows what the last ones did.
    each_attempt_agrees_anew = "
    splits
      | > S  C               <mss:1460>
      | < S. S       ack C+1 <mss:1400>
      | > .  C+1     ack S+1                    |  | OPEN-ACK | open 3 | negotiated=MSS 1460/1400
      | < R. S+1     ack C+1
      | > S  C+5000          <mss:1300>         |  | SYN      | open 1 | !new_attempt
      | < S. S+9000  ack C+5001 <mss:1200>
      | > .  C+5001  ack S+9001                 |  | OPEN-ACK | open 3 | negotiated=MSS 1300/1200
    = negotiated MSS 1300/1200
    ";

    /// A new attempt forgets numbers, and not that the other side was captured: a RST is judged from the new SYN on.
    reset_of_the_old_numbers_in_a_new_attempt = "
    open
      | > P. C+1     ack S+1 len 1400
      | > R. C+1401  ack S+1
      | < .  S+1     ack C+1401
    SYN-SENT     | > S  C         @1            | SYN-RECEIVED | SYN      | open 1 | !new_attempt
    SYN-SENT     | > R  C+1401                  | SYN-RECEIVED | RST      |        | reset=stray; !stray_reset
    CLOSED       | < R. 0         ack C+1       | CLOSED       | RST      |        | reset=refused
    = handshake.outcome refused
    = reset.by server
    ";

    /// Bytes of several attempts are added up; the time of the handshake is that of the last one.
    three_attempts = "
    splits
    open
      | > P. C+1       ack S+1 len 10
      | < R. S+1       ack C+11
      | > S  C+5000            @5               |              | SYN      | open 1 | !new_attempt
      | < S. S+9000    ack C+5001
      | > .  C+5001    ack S+9001
      | > P. C+5001    ack S+9001 len 20
      | < R. S+9001    ack C+5021
      | > S  C+90000           @5               |              | SYN      | open 1 | !new_attempt
      | < S. S+70000   ack C+90001
      | > .  C+90001   ack S+70001
      | > P. C+90001   ack S+70001 len 5
    = conn.client.bytes 35
    = handshake.attempts 3
    = handshake.time 0.002000000
    ";

    /// The server's hop count is known from the attempt before.
    hops_of_a_reset_in_a_new_attempt = "
    splits
    open
      | < R. S+1       ack C+1
      | > S  C+5000            @5               |              | SYN      | open 1 | !new_attempt
    CLOSED       | < R. 0     ack C+5001 ttl 60 | CLOSED       | RST      |        | reset=refused; reset.hops=-4
    ";

    new_attempt_of_the_other_side = "
      | < S  S
      | < R  S+1
    # Only a SYN of the client starts a new attempt.
      | > S  C                           |              | SYN      |        | phase=closed; retransmission
    = handshake.attempts 1
    = conn.client 10.0.0.2:80
    ";

    /// Each attempt has its own round trip.
    round_trip_of_the_second_attempt = "
    open
      | > R  C+1
      | > S  C @1                  |              | SYN      | open 1 | retransmission=1
      | < S. S    ack C+1 @0.003
      | > .  C+1  ack S+1 @0.004
    = handshake.synack_rtt 0.003000000
    = handshake.ack_rtt 0.004000000
    = handshake.time 0.007000000
    ";

    /// A side that had spoken asks anew.
    new_attempt_of_a_side_that_had_spoken = "
    open
      | < R  S+1
    ESTABLISHED  | > P. C+1  ack S+1 len 4 @2 | CLOSED       | DATA     |        | !reset_ignored
    SYN-SENT     | > S  C                     | SYN-RECEIVED | SYN      | open 1 | !new_attempt; !no_answer
    ";

    /// X is the number of whoever asks now.
    x_of_a_new_attempt_of_the_other_side = "
    splits
      | > .  C    ack S
      | < R  S
    let X = S+700, Y = C
    SYN-SENT     | < S  X                     | SYN-RECEIVED | SYN      | open 1 | basis=handshake
    ";

    /// What was said of an earlier attempt keeps its Y.
    y_of_an_earlier_attempt = "
      | > S  X
      | < S. Y     ack X+1         |              | SYN-ACK  | open 2
      | > .  X+1   ack Y+1         |              | OPEN-ACK | open 3
      | > R  C+1
      | > S  C @1
      | < S. S+900 ack C+1         |              | SYN-ACK  | open 2
    ";
}
