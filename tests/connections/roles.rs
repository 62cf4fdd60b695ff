//! Who is the client, and which segments are nothing at all (SPEC sections 1 and 2).

use crate::scripts;

scripts! {
    sender_of_the_first_syn = "
    ports 80 40000
      | > S  X                | | SYN | open 1 | sender=client
      | < S. Y  ack X+1       | | SYN-ACK | open 2 | sender=server
    = conn.client 10.0.0.1:80
    = conn.server 10.0.0.2:40000
    ";

    receiver_of_the_synack = "
    ports 80 40000
      | > S. Y  ack X+1       | | SYN-ACK | open 2 | sender=server
    = conn.client 10.0.0.2:40000
    ";

    port_above_1023_against_one_below = "
    ports 443 50000
      | > P. C+1 ack S+1 len 5 | | DATA | | sender=server
      | < .  S+1 ack C+6       | | ACK  | | sender=client
    = conn.client 10.0.0.2:50000
    = conn.history ^dA
    ";

    sender_of_the_first_segment = "
    ports 1024 2000
      | < P. S+1 ack C+1 len 5 | | DATA | | sender=client
    = conn.client 10.0.0.2:2000
    = conn.guessed 1
    ";

    /// Neither is a port of a service; a system gives the higher one to clients.
    ephemeral_port = "
    ports 40000 1024
      | < P. S+1 ack C+1 len 5 | | DATA | | sender=server
    = conn.client 10.0.0.1:40000
    = conn.guessed 1
    ";

    /// The port of a service from 1024 on.
    service_port = "
    ports 50000 5432
      | < P. S+1 ack C+1 len 5 | | DATA | | sender=server
    = conn.server 10.0.0.2:5432
    ";

    /// The answer to a SYN that was not captured.
    reset_with_number_0 = "
    ports 20000 20001
      | < R. 0 ack C+1 | | RST | | sender=server
    = conn.client 10.0.0.1:20000
    ";

    two_low_ports = "
    ports 20 21
      | < P. S+1 ack C+1 len 5 | | DATA | | sender=client
    = conn.client 10.0.0.2:21
    ";

    synack_turns_the_roles_round = "
    core only
    ports 40000 50000
    # What was said of a segment stays said.
      | > .  C+1 ack S+1       | | ACK  | | sender=client
      | > S. C   ack S+1       | | SYN-ACK | open 2 | sender=server
      | < .  S+1 ack C+1       |
    = conn.client 10.0.0.2:50000
    = conn.server 10.0.0.1:40000
    ";

    other_segments_change_nothing = "
    splits
    CLOSED      | > -   C                | LISTEN       | OTHER | | phase=data; !bad_flags
    CLOSED      | > SF  C                | LISTEN       | OTHER | | !bad_flags
    SYN-SENT    | > S   X                | SYN-RECEIVED | SYN   | open 1
    SYN-SENT    | < F   S+7              | SYN-RECEIVED | OTHER | | expert.bad_flags=1
    SYN-SENT    | < SR. S+7 ack C+1      | SYN-RECEIVED | OTHER | | expert.bad_flags=1; reset
    SYN-SENT    | < SF. S+7 ack C+1      | SYN-RECEIVED | OTHER | | expert.bad_flags=1
    ESTABLISHED | < S.  Y   ack X+1      | SYN-RECEIVED | SYN-ACK | open 2
    ESTABLISHED | > .   X+1 ack Y+1      | ESTABLISHED  | OPEN-ACK | open 3
    ESTABLISHED | > PU  X+1 len 9        | ESTABLISHED  | OTHER | | ack; expert.bad_flags=1
    ESTABLISHED | > F   X+1              | ESTABLISHED  | OTHER | | expert.bad_flags=1
    = teardown.kind still-open
    = handshake.outcome complete
    ";

    ports_used_again = "
    stream 0
    open
      | > R  C+1
    stream 1
      | > S  C+9000            | | SYN | open 1 | !port_reuse
      | < S. S+9000 ack C+9001 | | SYN-ACK | open 2
      | > .  C+9001 ack S+9001 | | OPEN-ACK | open 3 | !none
    = handshake.outcome complete
    stream 0
    = teardown.kind reset
    ";

    /// Only a RST with ACK and Seq 0 answers a SYN.
    a_reset_without_ack_answers_no_syn = "
      | > R  0                     |              | RST      |        | sender=client
    ";

    /// Both are services, both are ephemeral: the ports tell nothing.
    two_services = "
    ports 3000 8080
      | > .  C    ack S            |              | ACK      |        | sender=client
    ";

    two_ephemeral_ports = "
    ports 40000 41000
      | > .  C    ack S            |              | ACK      |        | sender=client
    ";
}
