//! Copies: one segment captured more than once (SPEC section 2). Each row has an IPv4 identification of its own unless it
//! says `id`.

use crate::scripts;

scripts! {
    /// A router's both sides: the same identification, one hop less.
    both_sides_of_a_router = "
    SYN-SENT    | > S  C             id 7 ttl 64 | SYN-RECEIVED | SYN      | open 1 | copy
    SYN-SENT    | > S  C             id 7 ttl 63 | SYN-RECEIVED | SYN      | open 1 | copy=1; retransmission; phase=handshake; !captured_twice
    ESTABLISHED | < S. S   ack C+1   id 8 ttl 64 | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED | < S. S   ack C+1   id 8 ttl 63 | SYN-RECEIVED | SYN-ACK  | open 2 | copy=1; !none
    ESTABLISHED | > .  C+1 ack S+1   id 9 ttl 64 | ESTABLISHED  | OPEN-ACK | open 3
    ESTABLISHED | > .  C+1 ack S+1   id 9 ttl 63 | ESTABLISHED  | OPEN-ACK | open 3 | copy=1; phase=data; retransmission; !none
    let X = C+1, Y = S+1
    FIN-WAIT-1  | > F. X   ack Y     id 10 ttl 64 | CLOSE-WAIT  | FIN      | close 1
    FIN-WAIT-1  | > F. X   ack Y     id 10 ttl 63 | CLOSE-WAIT  | FIN      | close 1 | copy=1; phase=teardown
    = handshake.syns 1
    = handshake.synack_rtt 0.002000000
    = conn.client.packets 3
    = conn.server.packets 1
    = conn.history ShAF
    = conn.duration 0.007000000
    ";

    /// The other hop count tells, whatever the time; the same one only within 0.2 seconds.
    times_of_copies = "
      | > S  C  id 7 ttl 64
      | > S  C  id 7 ttl 63 @9    |     | SYN | open 1 | copy=1; !captured_twice
      | > S  C  id 7 ttl 64 @9    |     | SYN | open 1 | copy; retransmission=1; !syn_retransmission
      | > S  C  id 7 ttl 64 @0.2  |     | SYN | open 1 | copy=1; !none
      | > S  C  id 7 ttl 64 @0.2  |     | SYN | open 1 | copy; retransmission=1
    ";

    another_identification_is_another_segment = "
      | > S  C  id 7
      | > S  C  id 8              |     | SYN | open 1 | copy; retransmission=1; !syn_retransmission; !no_answer
    ";

    /// Without an identification TCP's time stamps tell.
    copies_by_time_stamps = "
      | > S  C        <ts:5:0> id 0
      | > S  C        <ts:5:0> id 0 @1     |     | SYN | open 1 | copy=1
      | > S  C        <ts:6:0> id 0 @0.001 |     | SYN | open 1 | copy; retransmission=1
      | > S  C        <ts:6:0> id 0 @1.001 |     | SYN | open 1 | copy; retransmission=1
    ";

    /// Without both, five milliseconds; and a RST never.
    bare_copies = "
      | > S  C        id 0
      | > S  C        id 0 @0.005 |     | SYN | open 1 | copy=1
      | > S  C        id 0 @0.001 |     | SYN | open 1 | copy; retransmission=1
      | < R. 0 ack C+1 id 0       | CLOSED | RST | | copy; reset=refused
      | < R. 0 ack C+1 id 0       | CLOSED | RST | | copy; reset=late
    ";

    another_window_is_another_segment = "
      | > S  C        id 7 win 1
      | > S  C        id 7 win 2 |     | SYN | open 1 | copy; retransmission=1
    ";

    /// A RST twice: the second is a copy, not late, and has no cause of its own.
    a_reset_twice = "
    open
    CLOSED      | < R. S+1 ack C+1 id 70 ttl 64 | CLOSED | RST | | reset=abort; reset.cause=aborts; !reset
    CLOSED      | < R. S+1 ack C+1 id 70 ttl 63 | CLOSED | RST | | reset=abort; reset.cause; reset.hops; copy=1; phase=closed; !captured_twice
    = reset.frame #4
    ";

    /// Data are not judged: a segment that performs nothing is shown as it is.
    data_twice = "
    open
      | > P. C+1 ack S+1 len 5 id 70
      | > P. C+1 ack S+1 len 5 id 70 | | DATA | | copy; retransmission
    ";

    /// A copy from later on changes nothing, not even what was taken back since.
    a_late_copy = "
      | > S  C            id 7 ttl 64
      | < S. S   ack C+1  id 8 ttl 64
      | > .  C+1 ack S+1  id 9 ttl 64
    ESTABLISHED | < S. S   ack C+1  id 8 ttl 63 | ESTABLISHED | SYN-ACK | open 2 | copy=1; phase=data; !captured_twice
    = handshake.outcome complete
    ";

    /// What is said at the end stands on the last segment that is no copy.
    a_copy_at_the_end = "
      | > S  C             id 7 ttl 64 |  | SYN | open 1 | conn.last; !no_answer
      | > S  C             id 7 ttl 63 |  | SYN | open 1 | copy=1; conn.last; !captured_twice
      | > S  C             id 7 ttl 62 |  | SYN | open 1 | copy=1; conn.last=1; !none
    = handshake.outcome no-answer
    ";
}
