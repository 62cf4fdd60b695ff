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

    /// Each part of the header that is compared: the second of each pair is another packet, whatever the network says.
    what_differs_is_another_segment = "
    splits
      | > S  C            id 7 ttl 64
      | > S  C            id 7 ttl 63 len 3       |     | SYN | open 1 | copy; retransmission=1
      | > SE C            id 7 ttl 62 len 3       |     | SYN | open 1 | copy; retransmission=1
      | > SE C    ack 5   id 7 ttl 61 len 3       |     | SYN | open 1 | copy; retransmission=1
      | > SE C+1  ack 5   id 7 ttl 60 len 3       |     | SYN | open 1 | copy; retransmission
      | > SE C+1  ack 5   id 7 ttl 59 len 3 win 9 |     | SYN | open 1 | copy; retransmission=1
      | > SE C+1  ack 5   id 7 ttl 58 len 3 win 9 |     | SYN | open 1 | copy=1
    ";

    the_other_sides_segment_is_no_copy = "
      | > S  C   id 7 ttl 64
      | < S  C   id 7 ttl 63      |     | SYN | open 1 | copy; expert.simultaneous_open=1
    ";

    /// A nanosecond more than each sort of copies may be apart.
    times_past_their_limits = "
      | > S  C             id 7
      | > S  C             id 7 @0.200000001 |     | SYN | open 1 | copy; retransmission=1
      | > S  C    <ts:5:0> id 0
      | > S  C    <ts:5:0> id 0 @1.000000001 |     | SYN | open 1 | copy; retransmission=1
      | > S  C             id 0
      | > S  C             id 0 @0.005000001 |     | SYN | open 1 | copy; retransmission=1
    ";

    /// One has an identification and the other has none: time stamps tell, and without them the time.
    one_that_has_no_identification = "
      | > S  C             id 7
      | > S  C             id 0 @0.005       |     | SYN | open 1 | copy=1
      | > S  C    <ts:5:0> id 0 @0.001       |     | SYN | open 1 | copy; retransmission=1
      | > S  C    <ts:5:0> id 9 @1           |     | SYN | open 1 | copy=1
      | > S  C    <ts:5:1> id 0 @-0.5        |     | SYN | open 1 | copy; retransmission=1
    ";

    /// Merged captures may have their frames in the wrong order.
    either_order_of_the_clock = "
      | > S  C             id 0
      | > S  C             id 0 @-0.005      |     | SYN | open 1 | copy=1
      | > S  C             id 0 @-0.001      |     | SYN | open 1 | copy; retransmission=1
    ";

    /// Without times the other hop count alone tells.
    copies_at_unknown_times = "
    core only
      | > S  C             id 0 @none
      | > S  C             id 0 @none        |     | SYN | open 1 | copy; retransmission=1
      | > S  C             id 7 @none        |     | SYN | open 1 | copy; retransmission=1
      | > S  C             id 7 @none        |     | SYN | open 1 | copy; retransmission=1
      | > S  C             id 7 ttl 63 @none |     | SYN | open 1 | copy=1
    ";

    only_the_last_of_its_sort_is_compared = "
    splits
      | > S  C             id 7 ttl 64
      | > S  C+9           id 8 ttl 64
      | > S  C             id 7 ttl 63       |     | SYN | open 1 | copy; retransmission=1
    ";

    /// SYN, SYN-ACK, FIN, and the ACKs that performed steps of the handshake and of the teardown: each the last of its sort.
    all_of_it_once_more = "
      | > S  C             id 1
      | < S. S   ack C+1   id 2
      | > .  C+1 ack S+1   id 3
      | < F. S+1 ack C+1   id 4
      | > .  C+1 ack S+2   id 5              | FIN-WAIT-2 | CLOSE-ACK     | close 2
      | > F. C+1 ack S+2   id 6              | TIME-WAIT  | FIN           | close 3
    CLOSED | < .  S+2 ack C+2   id 7         | TIME-WAIT  | CLOSE-ACK     | close 4
    CLOSED | > S  C             id 1 ttl 63  | TIME-WAIT  | SYN           | open 1  | copy=1; phase=closed
    CLOSED | < S. S   ack C+1   id 2 ttl 63  | TIME-WAIT  | SYN-ACK       | open 2  | copy=1; phase=closed
    CLOSED | > .  C+1 ack S+1   id 3 ttl 63  | TIME-WAIT  | OPEN-ACK      | open 3  | copy=1; phase=closed
    CLOSED | < F. S+1 ack C+1   id 4 ttl 63  | TIME-WAIT  | FIN           | close 1 | copy=1; phase=closed
    CLOSED | > .  C+1 ack S+2   id 5 ttl 63  | TIME-WAIT  | CLOSE-ACK     | close 2 | copy=1; phase=closed
    CLOSED | > F. C+1 ack S+2   id 6 ttl 63  | TIME-WAIT  | FIN           | close 3 | copy=1; phase=closed
    CLOSED | < .  S+2 ack C+2   id 7 ttl 63  | TIME-WAIT  | CLOSE-ACK     | close 4 | copy=1; phase=closed
    = teardown.time 0.003000000
    = conn.client.packets 4
    = conn.server.packets 3
    ";
}
