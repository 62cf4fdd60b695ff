//! How connections close (SPEC sections 2 to 5).

use crate::scripts;

scripts! {
    four_segment_close = "
    either
    open
    FIN-WAIT-1 | > F. X    ack Y          | CLOSE-WAIT | FIN       | close 1 | phase=teardown; basis=teardown; !none
    FIN-WAIT-2 | < .  Y    ack X+1        | CLOSE-WAIT | CLOSE-ACK | close 2 | !none
    TIME-WAIT  | < F. Y    ack X+1        | LAST-ACK   | FIN       | close 3 | !none
    TIME-WAIT  | > .  X+1  ack Y+1        | CLOSED     | CLOSE-ACK | close 4 | phase=teardown; !none
    = teardown.kind four-segment
    = teardown.closer client
    = teardown.time 0.003000000
    = conn.state SF
    = conn.history ShAFaf
    ";

    /// RFC 9293 figure 13: neither FIN acknowledges the other.
    simultaneous_close = "
    either
    open
    FIN-WAIT-1 | > F. X    ack Y          | CLOSE-WAIT | FIN       | close 1 | !none
    CLOSING    | < F. Y    ack X          | CLOSING    | FIN       | close 3 | !simultaneous_close
    CLOSING    | > .  X+1  ack Y+1        | TIME-WAIT  | CLOSE-ACK | close 4 | !none
    TIME-WAIT  | < .  Y+1  ack X+1        | TIME-WAIT  | CLOSE-ACK | close 2 | !none
    = teardown.kind simultaneous
    = teardown.closer client
    = teardown.time 0.003000000
    = conn.state SF
    = conn.history ShAFfa
    ";

    three_segment_close = "
    either
    open
    FIN-WAIT-1 | > F. X    ack Y          | CLOSE-WAIT | FIN           | close 1
    TIME-WAIT  | < F. Y    ack X+1        | LAST-ACK   | FIN+CLOSE-ACK | close 2+3 | phase=teardown
    TIME-WAIT  | > .  X+1  ack Y+1        | CLOSED     | CLOSE-ACK     | close 4   | phase=teardown
    = teardown.kind three-segment
    = teardown.frame1 #4
    = teardown.frame2 #5
    = teardown.frame3 #5
    = teardown.frame4 #6
    = teardown.half_close_bytes 0
    = conn.history ShAFf
    ";

    three_segment_close_by_the_server = "
    either
    open
    let X = S+1, Y = C+1
    CLOSE-WAIT | < F. X    ack Y          | FIN-WAIT-1 | FIN           | close 1
    LAST-ACK   | > F. Y    ack X+1        | TIME-WAIT  | FIN+CLOSE-ACK | close 2+3
    CLOSED     | < .  X+1  ack Y+1        | TIME-WAIT  | CLOSE-ACK     | close 4
    = teardown.closer server
    = conn.state SF
    ";

    fin_with_data_has_its_own_number_behind_it = "
    either
    open
    let X = C+11, Y = S+1
    FIN-WAIT-1 | > FP. X-10 ack Y len 10  | CLOSE-WAIT | FIN       | close 1
    # It acknowledges the data and not the FIN.
    FIN-WAIT-1 | < .  Y    ack X          | CLOSE-WAIT | ACK       |
    FIN-WAIT-2 | < .  Y    ack X+1        | CLOSE-WAIT | CLOSE-ACK | close 2
    ";

    third_segment_is_a_fin = "
      | > S  C
      | < S. S     ack C+1
    let X = C+1, Y = S+1
    FIN-WAIT-1 | > F. X    ack Y          | CLOSE-WAIT | OPEN-ACK+FIN  | open 3, close 1 | basis=teardown
    TIME-WAIT  | < F. Y    ack X+1        | LAST-ACK   | FIN+CLOSE-ACK | close 2+3
    = handshake.outcome complete
    ";

    half_close_with_data = "
    either
    open
      | > P. C+1   ack S+1 len 10
    let X = C+11, Y = S+1
    FIN-WAIT-1 | > F. X    ack Y          | CLOSE-WAIT | FIN       | close 1 | first:teardown.half_close_bytes=0
    FIN-WAIT-2 | < P. Y    ack X+1 len 100 | CLOSE-WAIT | CLOSE-ACK | close 2 | first:teardown.half_close_bytes=100
    # The same again adds nothing.
    FIN-WAIT-2 | < P. Y    ack X+1 len 100 | CLOSE-WAIT | CLOSE-ACK | close 2 | retransmission=1; first:teardown.half_close_bytes=100
    # 50 bytes are not captured, and count.
    FIN-WAIT-2 | < P. Y+150 ack X+1 len 50 | CLOSE-WAIT | DATA      |         | first:teardown.half_close_bytes=200; phase=teardown
    = teardown.kind half-closed
    = teardown.half_close_bytes 200
    = conn.state S2
    ";

    data_that_crosses_the_fin_is_not_of_the_half_close = "
    either
    open
      | < P. S+1   ack C+1 len 70
    # The FIN acknowledges less than the server has sent: what was sent before does not count.
      | > F. C+1   ack S+1 |  | FIN | close 1
      | < P. S+71  ack C+2 len 30
    = teardown.half_close_bytes 30
    ";

    half_closed_by_the_server = "
    either
    open
      | < F. S+1   ack C+1
      | > .  C+1   ack S+2
    = teardown.kind half-closed
    = teardown.closer server
    = teardown.time
    = conn.state S3
    ";

    data_after_fin = "
    either
    open
    FIN-WAIT-1 | > F. X    ack Y          | CLOSE-WAIT | FIN  | close 1 | !none
    FIN-WAIT-1 | > P. X+1  ack Y len 5    | CLOSE-WAIT | DATA |         | !data_after_fin
    # Once is enough for the same bytes.
    FIN-WAIT-1 | > P. X+1  ack Y len 5    | CLOSE-WAIT | DATA |         | !none
    ";

    old_data_after_fin_is_a_repeat = "
    either
    open
      | > P. C+1   ack S+1 len 10
      | > F. C+11  ack S+1
      | > P. C+1   ack S+1 len 10         |            | DATA |         | !none; seq=X-10
    ";

    second_fin_with_another_number = "
    either
    open
    FIN-WAIT-1 | > F. X    ack Y          | CLOSE-WAIT | FIN       | close 1
    FIN-WAIT-1 | > F. X+9  ack Y          | CLOSE-WAIT | FIN       | close 1 | retransmission; !second_fin
    FIN-WAIT-2 | < .  Y    ack X+1        | CLOSE-WAIT | CLOSE-ACK | close 2
    ";

    after_the_close = "
    either
    open
      | > F. X    ack Y
      | < F. Y    ack X+1
    TIME-WAIT  | > .  X+1  ack Y+1        | CLOSED     | CLOSE-ACK | close 4 | phase=teardown; teardown.time=0.002000000
    TIME-WAIT  | < .  Y+1  ack X+1 win 9  | CLOSED     | ACK       |         | phase=closed; teardown.time=0.002000000
    ";

    times_and_links_stand_where_they_are_known = "
    # client   | segment                  | server     | role      | step    | fields
               | > S  C            @0.001 |            |           | open 1  | handshake.frame1=#1; first:handshake.frame2; handshake.frame3=#3; handshake.time
               | < S. S    ack C+1 @0.020 |            |           | open 2  | handshake.synack_rtt=0.020000000; handshake.ack_rtt
               | > .  C+1  ack S+1 @0.005 |            |           | open 3  | handshake.time=0.025000000; handshake.ack_rtt=0.005000000; handshake.synack_rtt
               | > P. C+1  ack S+1 len 5  |            |           |         | handshake.time; handshake.frame1; teardown.frame1
               | > F. C+6  ack S+1 @0.5   |            |           | close 1 | teardown.frame1=#5; teardown.frame4=#8; first:teardown.frame4; teardown.time
               | < .  S+1  ack C+7 @0.1   |            |           | close 2
               | < F. S+1  ack C+7 @0.2   |            |           | close 3
               | > .  C+7  ack S+2 @0.3   |            |           | close 4 | teardown.time=0.600000000; handshake.time=0.025000000
    = conn.duration 1.126000000
    = handshake.synack_rtt 0.020000000
    = handshake.ack_rtt 0.005000000
    = handshake.frame2 #2
    = teardown.frame3 #7
    ";

    no_time_is_negative = "
               | > S  C
               | < S. S    ack C+1 @-0.5  |            |           | open 2  | handshake.synack_rtt
               | > .  C+1  ack S+1        |            |           | open 3  | handshake.time; handshake.ack_rtt=0.001000000
               | > F. C+1  ack S+1
               | < F. S+1  ack C+2
               | > .  C+2  ack S+2 @-3    |            |           | close 4 | teardown.time
    = conn.duration
    = teardown.time
    ";

    without_time_stamps = "
    core only
               | > S  C            @none
               | < S. S    ack C+1
               | > .  C+1  ack S+1        |            |           | open 3  | handshake.time; handshake.ack_rtt=0.001000000
    = conn.duration
    = handshake.synack_rtt
    ";

    /// An Ack of more than its sender ever sent acknowledges nothing that can be told.
    an_ack_past_everything_acknowledges_no_fin = "
    either
    open
      | > F. X    ack Y
    FIN-WAIT-1 | < .  Y    ack X+2        | CLOSE-WAIT | ACK       |
    FIN-WAIT-1 | > P. X+1  ack Y  len 5   | CLOSE-WAIT | DATA      |
    # Payload beyond the FIN raised what it sent.
    FIN-WAIT-2 | < .  Y    ack X+6        | CLOSE-WAIT | CLOSE-ACK | close 2
    ";

    /// A SYN-ACK after the end of a connection opens nothing.
    a_syn_ack_after_the_close = "
      | > F. C    ack S
      | < F. S    ack C+1
      | > .  C+1  ack S+1
    CLOSED     | > S. C+1  ack S+900         | TIME-WAIT  | SYN-ACK       | open 2
    ";
}
