//! X and Y (SPEC section 3).

use crate::scripts;

scripts! {
    bases_change_at_the_first_fin = "
    open
    let X = C, Y = S
      | > P. X+1   ack Y+1 len 200       | | DATA | | basis=handshake; seq.offset=1; ack.offset=1
      | < P. Y+1   ack X+201 len 300     | | DATA | | seq.offset=1; ack.offset=201
    let X = C+201, Y = S+301
      | > F. X     ack Y                 | | FIN  | close 1 | basis=teardown
    # Data in front of the FIN, once more.
      | > P. X-200 ack Y len 200         | | DATA | | seq.offset=-200
      | < .  Y     ack X+1               | | CLOSE-ACK | close 2
    ";

    bases_stay_without_the_preference = "
    rebase off
    open
    let X = C, Y = S
      | > F. X+1   ack Y+1               | | FIN  | close 1 | basis=handshake
      | < F. Y+1   ack X+2               | | FIN+CLOSE-ACK | close 2+3
      | > .  X+2   ack Y+2               | | CLOSE-ACK | close 4 | basis=handshake
    ";

    first_numbers_seen = "
    # The first segment with ACK: its Seq and its Ack, whoever sent it.
    ports 40000 80
    let X = C+100, Y = S+200
      | < P. Y     ack X   len 10        | | DATA | | basis=first-seen
      | > .  X     ack Y+10
    let X = S+210, Y = C+100
      | < F. X     ack Y                 | | FIN  | close 1 | basis=teardown
    ";

    a_reset_defines_no_base = "
      | < R  S+1                         | | RST  | | x; y; seq; ack
    ";

    a_reset_does_not_move_the_mark = "
    core only
    open
    let X = C, Y = S
      | > R  X+2000000000                | | RST  | | reset=stray; seq.offset=2000000000
      | > P. X+1   ack Y+1 len 10        | | DATA | | seq.offset=1
      | > R  X+2000000000                | | RST  | | seq.offset=2000000000
      | > P. X+11  ack Y+1 len 10        | | DATA | | seq.offset=11
    ";

    other_segments_do_not_move_the_mark = "
    open
    let X = C, Y = S
      | > -  X+2000000000                | | OTHER | | seq.offset=2000000000
      | > P. X+1   ack Y+1 len 10        | | DATA | | seq.offset=1
    ";

    five_gib = "
    core only
    open
    let X = C, Y = S
      | > P. X+1          ack Y+1 len 1073741824
      | > P. X+1073741825 ack Y+1 len 1073741824
      | > P. X+2147483649 ack Y+1 len 1073741824
      | < .  Y+1          ack X+3221225473
      | > P. X+3221225473 ack Y+1 len 1073741824
      | > P. X+4294967297 ack Y+1 len 1073741824  | | DATA | | seq=X+4294967297; seq.offset=4294967297
      | > .  X+5368709121 ack Y+1                 | | ACK  | | seq=X+5368709121
    let X = C+5368709121, Y = S+1
      | > F. X            ack Y                   | | FIN  | close 1
    ";

    y_from_the_clients_first_ack = "
      | > S  X                           | | SYN  | open 1 | y
      | > P. X+1   ack Y+1 len 5         | | OPEN-ACK | open 3
    # Only a SYN-ACK changes it afterwards.
      | < P. Y+90  ack X+6 len 5         | | DATA |
    ";

    reset_that_refuses_has_no_expression = "
      | > S  X
      | < R. 0     ack X+1               | | RST  | | seq; ack=X+1
    ";

    nothing_is_in_force_before_a_number_that_counts = "
      | < R. S   ack C+1                 |              | RST      |        | basis; x; y; seq
    ";

    /// A SYN-ACK tells better than the first numbers seen.
    x_by_a_late_syn_ack = "
      | > .  C+100 ack S+50        |              | ACK      |        | basis=first-seen
      | < S. Y    ack X+1          |              | SYN-ACK  | open 2 | basis=handshake; phase=data
      | > .  X+100 ack Y+50        |              | ACK
    ";
}
