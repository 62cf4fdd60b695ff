//! How connections open (SPEC sections 2, 4 and 5).

use crate::scripts;

scripts! {
    what_the_syns_agree_on = "
    SYN-SENT    | > S  C                 <mss:1460,sack,ts,wscale:7> | SYN-RECEIVED | SYN      | open 1 | negotiated
    ESTABLISHED | < S. S     ack C+1     <mss:1400,sack,ts,wscale:8> | SYN-RECEIVED | SYN-ACK  | open 2 | negotiated
    ESTABLISHED | > .  C+1   ack S+1                                 | ESTABLISHED  | OPEN-ACK | open 3 | negotiated=MSS 1460/1400, WS 7/8, SACK, TS; !none
    ESTABLISHED | > P. C+1   ack S+1 len 5                           | ESTABLISHED  | DATA     |
    = negotiated MSS 1460/1400, WS 7/8, SACK, TS
    = handshake.kind three-way
    = handshake.outcome complete
    = teardown.kind still-open
    = teardown.closer
    = conn.state S1
    ";

    only_what_both_say_is_agreed = "
      | > S  C             <mss:1460,sack,ts,wscale:7>
      | < S. S     ack C+1 <ts>
      | > .  C+1   ack S+1
    = negotiated MSS 1460/-, TS
    ";

    ecn_and_multipath = "
      | > SEW  C             <mss:1460,mptcp>
      | < S.E  S     ack C+1 <mss:1460,mptcp>
      | > .    C+1   ack S+1
    = negotiated MSS 1460/1460, ECN, MPTCP
    ";

    ecn_refused_by_a_server_that_reflects_all_flags = "
      | > SEW  C
      | < S.EW S     ack C+1
      | > .    C+1   ack S+1
    = negotiated MSS -/-
    ";

    fast_open = "
    SYN-SENT    | > S  X             len 100 <mss:1460,cookie> | SYN-RECEIVED | SYN      | open 1 | !data_on_syn
    ESTABLISHED | < S. Y     ack X+101       <mss:1460>        | SYN-RECEIVED | SYN-ACK  | open 2 | !none
    ESTABLISHED | > .  X+101 ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.kind fast-open
    = handshake.outcome complete
    = negotiated MSS 1460/1460, TFO
    ";

    fast_open_server_takes_a_part_of_the_data = "
      | > S  X             len 100 <cookie>
    ESTABLISHED | < S. Y     ack X+51                          | SYN-RECEIVED | SYN-ACK  | open 2 | !none
      | > .  X+51  ack Y+1 len 50                              |              | OPEN-ACK | open 3
    = handshake.kind fast-open
    ";

    fast_open_data_not_taken = "
      | > S  X             len 100 <cookie>
    ESTABLISHED | < S. Y     ack X+1 <cookie>                  | SYN-RECEIVED | SYN-ACK  | open 2
      | > .  X+1   ack Y+1 len 100                             | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.kind three-way
    = negotiated MSS -/-, TFO
    ";

    third_segment_with_data = "
      | > S  X
      | < S. Y     ack X+1
    ESTABLISHED | > P. X+1   ack Y+1 len 10                    | ESTABLISHED  | OPEN-ACK | open 3 | phase=handshake
    ESTABLISHED | > P. X+11  ack Y+1 len 10                    | ESTABLISHED  | DATA     |        | phase=data
    ";

    third_segment_lost_data_completes_the_opening = "
      | > S  X
      | < S. Y     ack X+1
    ESTABLISHED | > P. X+11  ack Y+1 len 10                    | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    ";

    refused = "
    SYN-SENT    | > S  X                                       | SYN-RECEIVED | SYN      | open 1 | first:handshake.outcome=pending; first:teardown.kind=pending
    CLOSED      | < R. 0   ack X+1                             | CLOSED       | RST      |        | reset=refused; phase=handshake; seq; seq.offset; y; !refused
    = handshake.outcome refused
    = teardown.kind none
    = teardown.closer
    = reset.frame #2
    = conn.state REJ
    = conn.history Sr
    ";

    no_answer = "
    SYN-SENT    | > S  X                                       | SYN-RECEIVED | SYN      | open 1 | !none
    SYN-SENT    | > S  X         @1                            | SYN-RECEIVED | SYN      | open 1 | retransmission=1; !syn_retransmission
    SYN-SENT    | > S  X         @2                            | SYN-RECEIVED | SYN      | open 1 | !syn_retransmission; !no_answer; first:handshake.outcome=pending; first:expert.no_answer
    = handshake.kind
    = handshake.outcome no-answer
    = teardown.kind none
    = conn.duration 3.000000000
    = conn.history S
    = conn.state S0
    ";

    half_open = "
      | > S  X
    ESTABLISHED | < S. Y     ack X+1                           | SYN-RECEIVED | SYN-ACK  | open 2 | first:handshake.outcome=pending
    ESTABLISHED | < S. Y     ack X+1 @1                        | SYN-RECEIVED | SYN-ACK  | open 2 | !synack_retransmission; !half_open; first:expert.half_open
    = handshake.outcome half-open
    = teardown.kind none
    = conn.state S1
    = conn.history Sh
    ";

    server_goes_on_without_a_third_segment = "
      | > S  X
      | < S. Y     ack X+1
    ESTABLISHED | < P. Y+1   ack X+1 len 10                    | SYN-RECEIVED | DATA     |        | phase=handshake
    = handshake.outcome partial
    = teardown.kind still-open
    ";

    synack_alone = "
    ESTABLISHED | < S. Y     ack X+1                           | SYN-RECEIVED | SYN-ACK  | open 2 | sender=server; basis=handshake
    = handshake.kind three-way
    = handshake.outcome partial
    = conn.client 10.0.0.1:40000
    = conn.history ^h
    ";

    syn_not_captured = "
    ESTABLISHED | < S. Y     ack X+1                           | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3 | negotiated
    = handshake.outcome partial
    = handshake.time
    = handshake.ack_rtt 0.001000000
    ";

    synack_not_captured = "
      | > S  X
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3 | negotiated
    ESTABLISHED | < P. Y+1   ack X+1 len 10                    | ESTABLISHED  | DATA     |
    = handshake.outcome partial
    = handshake.time 0.001000000
    = handshake.synack_rtt
    ";

    synack_and_third_segment_not_captured = "
      | > S  X
    ESTABLISHED | > P. X+11  ack Y+1 len 10                    | ESTABLISHED  | DATA     |        | phase=data
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | ACK      |
    = handshake.outcome partial
    = teardown.kind still-open
    ";

    opening_over_by_the_servers_data = "
      | > S  X
    ESTABLISHED | < P. Y+1   ack X+1 len 10                    | ESTABLISHED  | DATA     |        | phase=data
    ESTABLISHED | > .  X+1   ack Y+11                          | ESTABLISHED  | ACK      |
    = handshake.outcome partial
    ";

    servers_bare_ack_gives_y_and_opens_nothing = "
      | > S  X
    SYN-SENT    | < .  Y+1   ack X+1                           | SYN-RECEIVED | ACK      |        | phase=handshake
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3
    ";

    /// Both SYNs, and no ACK of the client: the server's data behind its SYN-ACK show that it is open.
    simultaneous_open_and_the_server_goes_on = "
      | > S  C
      | < S  S
      | < S. S     ack C+1
      | < P. S+1   ack C+1 len 5
    = teardown.kind still-open
    ";

    /// The same by an Ack of data that were not captured.
    simultaneous_open_and_the_server_acknowledges_more = "
      | > S  C
      | < S  S
      | < S. S     ack C+1
      | < .  S+1   ack C+11
    = teardown.kind still-open
    ";

    /// The server has sent nothing behind its SYN-ACK.
    simultaneous_open_and_the_server_does_not_go_on = "
      | > S  C
      | < S  S
      | < S. S     ack C+1
    = handshake.outcome half-open
    = teardown.kind none
    ";

    /// What the server acknowledges too little of is no third segment of the client.
    simultaneous_open_and_an_ack_of_nothing = "
      | > S  C
      | < S  S
    SYN-RECEIVED | < .  S+1   ack C             | SYN-RECEIVED | ACK      |        | !half_open
    ";

    /// The client's own SYN-ACK in a simultaneous open, which the server cannot accept.
    syn_ack_of_the_client_with_a_wrong_ack = "
      | > S  C
      | < S  S
    SYN-RECEIVED | > S. C     ack S+9   | SYN-RECEIVED | SYN-ACK  |        | !synack_wrong_ack
    SYN-RECEIVED | > S. C     ack S+1   | ESTABLISHED  | SYN-ACK  | open 2
    ";

    synack_with_a_wrong_ack = "
      | > S  X
    SYN-SENT    | < S. S     ack X+7                           | SYN-RECEIVED | SYN-ACK  |        | seq; y; !synack_wrong_ack
    ESTABLISHED | < S. Y     ack X+1                           | SYN-RECEIVED | SYN-ACK  | open 2
    ";

    third_segment_with_a_wrong_ack = "
      | > S  X
      | < S. Y     ack X+1
    ESTABLISHED | > .  X+1   ack Y                             | SYN-RECEIVED | ACK      |        | phase=handshake; !open_ack_wrong
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3 | !none
    ";

    third_segment_settles_which_synack_counts = "
    splits
      | > S  C
      | < S. S     ack C+1
      | < S. S+50  ack C+1                                     |              | SYN-ACK  | open 2 | seq=Y; retransmission
    let X = C, Y = S
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3
    ";

    acceptable_synack_counts_before_others = "
    splits
      | > S  X
      | < S. Y     ack X+1
      | < S. S+50  ack X+99                                    |              | SYN-ACK  |        | !synack_wrong_ack
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3
    ";

    synack_captured_before_the_syn = "
    ESTABLISHED | < S. Y     ack X+1                           | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED | > S  X                                       | SYN-RECEIVED | SYN      | open 1 | handshake.synack_rtt
    ESTABLISHED | > .  X+1   ack Y+1                           | ESTABLISHED  | OPEN-ACK | open 3 | handshake.time=0.001000000
    = handshake.outcome complete
    = handshake.synack_rtt
    = conn.history ^hSA
    ";

    syn_captured_after_data = "
    core only
    ESTABLISHED | > P. C+1   ack S+1 len 10                    | ESTABLISHED  | DATA     |        | phase=data; basis=first-seen
    let X = C, Y = S
    ESTABLISHED | > S  X                                       | ESTABLISHED  | SYN      | open 1
    ESTABLISHED | > .  X+11  ack Y+1                           | ESTABLISHED  | ACK      |        | phase=data
    = handshake.outcome partial
    ";

    both_syns_and_an_ack_missing = "
      | > S  X
      | < S  Y
    SYN-RECEIVED | > S. X    ack Y+1                           | ESTABLISHED  | SYN-ACK  | open 2 | !half_open
    = handshake.kind simultaneous
    = handshake.outcome half-open
    ";

    split_handshake_of_four_segments = "
    splits
    SYN-SENT     | > S  X                                      | SYN-RECEIVED | SYN      | open 1
    # It acknowledges the SYN, but counts only when both SYNs were seen before it.
    SYN-SENT     | < .  S    ack X+1                           | SYN-RECEIVED | ACK      |
    let X = C, Y = S
    SYN-RECEIVED | < S  S                                      | SYN-RECEIVED | SYN      | open 1 | expert.split_handshake=1
    SYN-RECEIVED | > S. X    ack Y+1                           | ESTABLISHED  | SYN-ACK  | open 2
    ESTABLISHED  | < .  Y+1  ack X+1                           | ESTABLISHED  | OPEN-ACK | open 2+3
    = handshake.kind split
    = handshake.outcome complete
    = handshake.synack_rtt
    = handshake.ack_rtt
    ";

    split_handshake_without_the_first_ack = "
    SYN-SENT     | > S  X                                      | SYN-RECEIVED | SYN      | open 1
    SYN-RECEIVED | < S  Y                                      | SYN-RECEIVED | SYN      | open 1 | !simultaneous_open
    SYN-RECEIVED | > S. X    ack Y+1                           | ESTABLISHED  | SYN-ACK  | open 2
    ESTABLISHED  | < .  Y+1  ack X+1                           | ESTABLISHED  | OPEN-ACK | open 2+3 | !split_handshake
    = handshake.kind split
    ";

    opening_not_captured = "
    let X = C+100, Y = S+200
    ESTABLISHED  | > P. X    ack Y   len 10                    | ESTABLISHED  | DATA     |        | phase=data; basis=first-seen; !not_captured
    ESTABLISHED  | < .  Y    ack X+10                          | ESTABLISHED  | ACK      |        | !none
    = handshake.kind not-captured
    = handshake.outcome not-captured
    = teardown.kind still-open
    = conn.state OTH
    = conn.history Da
    ";

    late_opening_that_turns_the_roles_round = "
    # The low port is the client's: until its SYN comes the other side is taken for the client.
    ports 80 40000
    ESTABLISHED | > .  C+1 ack S+1       | ESTABLISHED  | ACK      |        | sender=server; phase=data
    ESTABLISHED | > S  C                 | ESTABLISHED  | SYN      | open 1 | sender=client; phase=data
    ESTABLISHED | < S. S   ack C+1       | ESTABLISHED  | SYN-ACK  | open 2 | phase=data
    ESTABLISHED | > .  C+1 ack S+1       | ESTABLISHED  | ACK      |        | phase=data
    = handshake.outcome partial
    = handshake.frame3
    ";

    syn_ack_of_the_client_answers_not_its_own_syn = "
      | > S  X
      | > S. X   ack S+1                 |              | SYN-ACK  |        | handshake.synack_rtt; !synack_wrong_ack
      | < .  S+1 ack X+1
    = handshake.outcome partial
    = handshake.synack_rtt
    ";

    /// Two servers answer, or one that keeps no state: step 3 settles which counts.
    another_syn_ack_after_step_3 = "
    splits
    open
    ESTABLISHED | < S. S+50  ack C+1                           | ESTABLISHED  | SYN-ACK  | open 2 | phase=data; !synack_changed
    = handshake.outcome complete
    = handshake.frame2 #2
    ";

    accurate_ecn = "
      | > SEWe C             <mss:1460>
      | < S.W  S     ack C+1 <mss:1460>
      | > .    C+1   ack S+1
    = negotiated MSS 1460/1460, AccECN
    ";

    accurate_ecn_answered_by_classic = "
      | > SEWe C             <mss:1460>
      | < S.E  S     ack C+1 <mss:1460>
      | > .    C+1   ack S+1
    = negotiated MSS 1460/1460, ECN
    ";

    /// Two SYN-ACKs, and an Ack that lies behind neither: the client counts from the one that it is nearer to.
    /// The right host has sent two SYN-ACKs, and its SYN shows that it is the client: they tell nothing of the left host's number.
    the_other_sides_syn_acks_do_not_count = "
        core
        | < S. C+100 ack C+1
        | < S. C+9000 ack C+1
        | < S  S
        let X = S, Y = C
        | > S. Y ack X+1
        | > P. Y+1 ack X+1 len 500
        | < .  X+1 ack Y+501 | | | open 3
    ";

    step_3_answers_the_nearest_syn_ack = "
      | > S  C
      | < S. S    ack C+1
      | < P. S+1  ack C+1 len 10
      | < S. S-77 ack C+1          |              | SYN-ACK  | open 2 | !synack_changed
      | > .  X+1  ack Y+11         |              | OPEN-ACK | open 3 | phase=handshake; !none
    = handshake.outcome complete
    ";

    /// Until it is acknowledged the last SYN counts, of the server as of the client.
    another_syn_of_the_server = "
    splits
      | > S  C
      | < S  S
      | < S  S+700                 |              | SYN      | open 1
    let X = C, Y = S+700
      | > .  X+1  ack Y+1          |              | OPEN-ACK | open 2
    ";

    /// What is acknowledged counts.
    another_syn_after_an_ack_of_the_first = "
    splits
      | > S  C
      | < S  S
    ESTABLISHED  | < .  Y+1  ack X+1          | SYN-RECEIVED | OPEN-ACK | open 2
      | > S  X+700                 |              | SYN      | open 1
      | > .  X+1  ack Y+1          | ESTABLISHED  | OPEN-ACK | open 2+3
    ";

    /// Only a server's SYN-ACKs can show that two servers answer, also where both sides sent a SYN.
    a_syn_ack_changes_in_a_double_open = "
      | > S  C
      | < S  S
      | > S. C    ack S+1
      | > S. C+50 ack S+1          |              | SYN-ACK  |        | !none
      | < S. S    ack C+1
      | < S. S+50 ack C+1          |              | SYN-ACK  |        | !synack_changed
    ";

    /// Its SYN-ACK came before the SYN that shows it to be the client. Its SYN is answered all the same.
    syn_ack_before_the_own_syn = "
      | < S. S    ack C+1
      | < S  S
    ESTABLISHED  | > S. C    ack S+1          | SYN-RECEIVED | SYN-ACK  | open 2
    ";
}
