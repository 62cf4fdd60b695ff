//! The figures of RFC 9293 sections 3.5 and 3.6, each as an observer on the wire sees it. Where the figure has a
//! segment in flight (`...`) the row stands where the segment passes the observer, and says what can be concluded.

mod common;

scripts! {
    /// RFC 9293 §3.5 figure 6: basic three-way handshake.
    figure_6_basic_open = "
    # client      | segment                     | server       | role     | step
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1
    ESTABLISHED   | < S.  Y     ack X+1         | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED   | > .   X+1   ack Y+1         | ESTABLISHED  | OPEN-ACK | open 3
    ESTABLISHED   | > P.  X+1   ack Y+1 len 10  | ESTABLISHED  | DATA     |        | phase=data; !none
    = handshake.kind three-way
    = handshake.outcome complete
    ";

    /// RFC 9293 §3.5 figure 7: simultaneous open. The first SYN arrives after the second was sent: on the wire the
    /// observer sees it before, and thinks its receiver in SYN-RECEIVED until that one's own SYN tells otherwise.
    figure_7_simultaneous_open = "
    # client      | segment                     | server       | role     | step
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1
    SYN-RECEIVED  | < S   Y                     | SYN-RECEIVED | SYN      | open 1   | !simultaneous_open
    SYN-RECEIVED  | > S.  X     ack Y+1         | ESTABLISHED  | SYN-ACK  | open 2
    ESTABLISHED   | < S.  Y     ack X+1         | ESTABLISHED  | SYN-ACK  | open 2+3 | phase=handshake
    = handshake.kind simultaneous
    = handshake.outcome complete
    ";

    /// RFC 9293 §3.5 figure 8: recovery from an old duplicate SYN, captured at the client: the duplicate is not seen.
    figure_8_old_duplicate_syn_at_the_client = "
    splits
    # client      | segment                     | server       | role     | step
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1
    # The SYN-ACK for the duplicate. The client does not take it.
    SYN-SENT      | < S.  S     ack X-9         | SYN-RECEIVED | SYN-ACK  |        | !synack_wrong_ack
    SYN-SENT      | > R   X-9                   | LISTEN       | RST      |        | phase=handshake
    # The SYN reaches the server only now.
    let X = C, Y = S+100
    ESTABLISHED   | < S.  Y     ack X+1         | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED   | > .   X+1   ack Y+1         | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.kind three-way
    = handshake.outcome complete
    ";

    /// RFC 9293 §3.5 figure 8, captured at the server: the duplicate is an attempt of its own.
    figure_8_old_duplicate_syn_at_the_server = "
    splits
    let X = C-10
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1
    ESTABLISHED   | < S.  Y     ack X+1         | SYN-RECEIVED | SYN-ACK  | open 2
    # The client never asked for this: RST, and the server listens again.
    CLOSED        | > R   X+1                   | LISTEN       | RST      |        | reset=handshake; phase=handshake
    let X = C, Y = S+100
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1 | phase=handshake; retransmission
    ESTABLISHED   | < S.  Y     ack X+1         | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED   | > .   X+1   ack Y+1         | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    ";

    /// RFC 9293 §3.5.1 figure 9: half-open connection discovery. The capture starts after the crash.
    figure_9_half_open_discovery = "
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1
    # The server is in the older connection, and says what it expects there.
    SYN-SENT      | < .   S+1   ack X-300       | ESTABLISHED  | ACK      |
    SYN-SENT      | > R   X-300                 | CLOSED       | RST      |        | phase=handshake
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1 | retransmission=1
    ";

    /// RFC 9293 §3.5.1 figure 9 with the older connection captured too. Wireshark makes two streams of it.
    figure_9_half_open_discovery_in_one_connection = "
    core only
    open
    # The client has crashed and asks again: the connection is open as far as an observer can tell.
    ESTABLISHED   | > S   C+300                 | ESTABLISHED  | SYN      | open 1
    ESTABLISHED   | < .   S+1   ack C+1         | ESTABLISHED  | ACK      |
    CLOSED        | > R   C+1                   | CLOSED       | RST      |        | reset=abort
    let X = C+300, Y = S+500
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1 | retransmission=1; phase=handshake
    ESTABLISHED   | < S.  Y     ack X+1         | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED   | > .   X+1   ack Y+1         | ESTABLISHED  | OPEN-ACK | open 3
    = handshake.outcome complete
    ";

    /// RFC 9293 §3.5.1 figure 10: the active side finds out. The client has crashed, the server sends data.
    figure_10_active_side_finds_out = "
    open
    # X and Y are still those of the opening here.
    ESTABLISHED   | < P.  S+1   ack C+1 len 10  | ESTABLISHED  | DATA     |
    CLOSED        | > R   C+1                   | CLOSED       | RST      |        | reset=abort; phase=teardown; !reset
    = teardown.kind reset
    = teardown.closer client
    ";

    /// RFC 9293 §3.5.1 figure 11: an old duplicate SYN between two passive sockets.
    figure_11_old_duplicate_syn_between_passive_sockets = "
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1
    # The observer cannot know that the left side never left LISTEN, before the RST.
    ESTABLISHED   | < S.  Y     ack X+1         | SYN-RECEIVED | SYN-ACK  | open 2
    CLOSED        | > R   X+1                   | LISTEN       | RST      |        | reset=handshake; !handshake_reset
    = handshake.outcome reset
    = teardown.kind none
    ";

    /// RFC 9293 §3.6 figure 12: normal close. X is the FIN's own number, Y what it acknowledges.
    figure_12_normal_close = "
    open
    FIN-WAIT-1    | > F.  X     ack Y           | CLOSE-WAIT   | FIN       | close 1
    FIN-WAIT-2    | < .   Y     ack X+1         | CLOSE-WAIT   | CLOSE-ACK | close 2
    TIME-WAIT     | < F.  Y     ack X+1         | LAST-ACK     | FIN       | close 3
    TIME-WAIT     | > .   X+1   ack Y+1         | CLOSED       | CLOSE-ACK | close 4 | phase=teardown
    = teardown.kind four-segment
    = teardown.closer client
    = conn.state SF
    ";

    /// RFC 9293 §3.6 figure 12 with the server closing first: X is the server's then.
    figure_12_normal_close_by_the_server = "
    open
    let X = S+1, Y = C+1
    CLOSE-WAIT    | < F.  X     ack Y           | FIN-WAIT-1   | FIN       | close 1
    CLOSE-WAIT    | > .   Y     ack X+1         | FIN-WAIT-2   | CLOSE-ACK | close 2
    LAST-ACK      | > F.  Y     ack X+1         | TIME-WAIT    | FIN       | close 3
    CLOSED        | < .   X+1   ack Y+1         | TIME-WAIT    | CLOSE-ACK | close 4
    = teardown.closer server
    ";

    /// RFC 9293 §3.6 figure 13: simultaneous close. The FINs cross: what the first one's receiver answers shows that
    /// it had not seen it.
    figure_13_simultaneous_close = "
    open
    FIN-WAIT-1    | > F.  X     ack Y           | CLOSE-WAIT   | FIN       | close 1
    CLOSING       | < F.  Y     ack X           | CLOSING      | FIN       | close 3 | !simultaneous_close
    CLOSING       | > .   X+1   ack Y+1         | TIME-WAIT    | CLOSE-ACK | close 4
    TIME-WAIT     | < .   Y+1   ack X+1         | TIME-WAIT    | CLOSE-ACK | close 2 | phase=teardown
    = teardown.kind simultaneous
    ";
}
