//! Both sides sent a SYN: what a SYN-ACK before or after it says.

use crate::scripts;

scripts! {
    /// The server sent its SYN-ACK, and then a SYN: what it acknowledged in between makes no split handshake.
    a_syn_after_the_syn_ack = "
      | > S  C
      | < S. S    ack C+1
      | < .  S+1  ack C+1
      | < S  S                     |              | SYN      | open 1 | !simultaneous_open; !half_open
    = handshake.kind simultaneous
    ";

    /// One of the two is said: a split handshake is none of two SYNs that cross.
    a_split_handshake_is_not_called_simultaneous = "
      | > S  C
      | < .  S    ack C+1
      | < S  S                     |              | SYN      | open 1 | !split_handshake; !half_open
    ";

    /// Of several acceptable SYN-ACKs the last one gives Y here too.
    the_last_syn_ack_gives_y = "
      | > S  C
      | < S  S
      | < S. S    ack C+1
      | < S. S+50 ack C+1
    let X = C, Y = S+50
      | > .  X+1  ack Y+1          |              | OPEN-ACK | open 2+3
    ";

    /// Once the handshake is complete, Y stays.
    y_stays_after_step_3 = "
      | > S  C
      | < S  S
      | < .  Y+1  ack X+1
      | > .  X+1  ack Y+1          |              | OPEN-ACK | open 2+3
      | < S. Y+50 ack X+1
    ";

    /// A SYN-ACK that performed step 2 before the server's SYN performs it again.
    a_syn_ack_before_the_servers_syn_again = "
      | > S  C
      | < S. S    ack C+1
      | < S  S
      | > .  C+1  ack S+1          |              | OPEN-ACK | open 2
      | < .  S+1  ack C+1          |              | OPEN-ACK | open 2+3
      | < S. S    ack C+1          |              | SYN-ACK  | open 2 | retransmission=1
    ";
}
