//! The sender of a SYN-ACK sends a SYN: it was the client all along, and its SYN-ACK answered nothing of its own.

use crate::scripts;

scripts! {
    /// The server's SYN-ACK was not captured, so its Ack is not asked: Seq = X+1 is enough for step 3.
    step_3_after_the_own_syn_ack = "
      | < S. S    ack C+1
      | < S  S                     |              | SYN      | open 1 | sender=client
    ESTABLISHED  | < .  S+1  ack C-4          | ESTABLISHED  | OPEN-ACK | open 3 | !none
    = handshake.ack_rtt
    = handshake.outcome partial
    ";

    /// The server's SYN-ACK comes after all: the times are those of that one.
    the_servers_syn_ack_after_that = "
      | < S. S    ack C+1
      | < S  S
      | > S. C    ack S+1 @2       |              | SYN-ACK  | open 2 | handshake.synack_rtt=2.000000000
      | < .  S+1  ack C+1          |              | OPEN-ACK | open 3 | handshake.ack_rtt=0.001000000
    = handshake.synack_rtt 2.000000000
    = handshake.frame2 #1
    ";

    /// The other side was open by that SYN-ACK. Its own SYN shows that it is not.
    both_have_sent_a_syn = "
      | < S. S    ack C+1
    SYN-RECEIVED | < S  S                     | ESTABLISHED  | SYN      | open 1
    SYN-RECEIVED | > S  C                     | SYN-RECEIVED | SYN      | open 1 | !simultaneous_open; !half_open
    ";

    /// No SYN was captured: X is the number of the client's SYN-ACK, not the first number seen.
    x_by_the_clients_syn_ack = "
      | > R  C
      | < S. S    ack C+1
      | > S. C    ack S+1 @2
      | > F. C+1  ack S+1
      | < P. S+1  ack C+2 len 5    |              | CLOSE-ACK | close 2 | !reset_ignored
      | < S. S    ack C+1
      | > .  C+2  ack S+6          |              | OPEN-ACK | open 3 | retransmission=1
    ";
}
