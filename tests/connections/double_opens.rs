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
    splits
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

    /// A RST against an ACK that does not reach Y+1 ends nothing, as after a SYN-ACK. Step 3 opens the client that it closed.
    a_wrong_ack_is_rejected = "
      | > S  C
      | < S  S
      | > .  C+1  ack S            |              | ACK      |        | !open_ack_wrong
    CLOSED       | < R  S                     | SYN-RECEIVED | RST      |        | reset=refused
    CLOSED       | < .  S+1  ack C+1          | SYN-RECEIVED | OPEN-ACK | open 2
    ESTABLISHED  | > .  C+1  ack S+1          | ESTABLISHED  | OPEN-ACK | open 2+3
    ";

    /// The server answered the SYN by a SYN-ACK before its own SYN. So its ACK does not answer the client's SYN-ACK alone.
    no_split_handshake_behind_a_syn_ack = "
      | > S  C
      | < S. S    ack C+1
      | < S  S
      | > S. C    ack S+1
      | < .  S+1  ack C+1          |              | OPEN-ACK | open 2+3 | !none
    = handshake.kind simultaneous
    ";

    /// It can be split in both ways; that is said once.
    a_split_handshake_is_said_once = "
    splits
      | > S  C
      | < .  S    ack C+1
      | < S  S
      | > S. C    ack S+1
      | < .  S+1  ack C+1          |              | OPEN-ACK | open 2+3 | !none
    = handshake.kind split
    ";

    /// A client that had gone back to SYN-SENT is open when it completes the handshake.
    it_completes_after_its_syn_again = "
      | > S  C
      | < S  S
      | < S. S    ack C+1
    SYN-SENT     | > S  C                     | SYN-RECEIVED | SYN      | open 1 | retransmission=1
    ESTABLISHED  | > .  C+1  ack S+1          | ESTABLISHED  | OPEN-ACK | open 2+3
    ";

    /// The SYN-ACK comes again, so the next ACK performs its steps again.
    its_ack_again_after_the_syn_ack_again = "
      | > S  C
      | < S  S
      | < S. S    ack C+1
      | > .  C+1  ack S+1          |              | OPEN-ACK | open 2+3
      | < S. S    ack C+1
      | > .  C+1  ack S+1 win 7    |              | OPEN-ACK | open 2+3 | retransmission=1
    ";

    /// What is acknowledged counts, also of the server.
    another_syn_of_the_server_after_an_ack = "
    splits
      | > S  C
      | < S  S
      | > .  C+1  ack S+1          |              | OPEN-ACK | open 2
      | < S  Y+700                 |              | SYN      | open 1
      | < .  Y+1  ack X+1          |              | OPEN-ACK | open 2+3
    ";

    /// Once the connection is open, a SYN of the server tells nothing, and another one no more.
    syns_of_the_server_after_the_handshake = "
    splits
    open
      | < S  S+100                 |              | SYN      | open 1
      | < S  S+700                 |              | SYN      | open 1
      | > S. C    ack S+701        |              | SYN-ACK  |        | !synack_wrong_ack
    ";

    /// A SYN-ACK that completes the handshake cannot take it back at once, though its number came before.
    a_syn_ack_again_that_completes_it = "
      | > S  C
      | < S. S    ack C+1
      | < S  S
      | > .  C+1  ack S+1          |              | OPEN-ACK | open 2
    ESTABLISHED  | < S. S    ack C+1          | ESTABLISHED  | SYN-ACK  | open 2+3 | !synack_retransmission
    ";

    /// The client went back once. Then an ACK without SYN shows it open, and not a SYN-ACK alone: it does not go back again.
    a_syn_again_after_an_ack_of_it = "
      | > S  C
      | < S  S
      | < S. S    ack C+1
    SYN-SENT     | > S  C                     | SYN-RECEIVED | SYN      | open 1 | retransmission=1
    ESTABLISHED  | < .  S+1  ack C+1          | SYN-RECEIVED | ACK      |
    ESTABLISHED  | > S  C                     | SYN-RECEIVED | SYN      | open 1 | retransmission=1
    ";
}
