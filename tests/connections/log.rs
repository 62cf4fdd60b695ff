//! Zeek's conn_state and history (SPEC section 5): each state once.

use crate::scripts;

scripts! {
    s0 = "
      | > S  C
    = conn.state S0
    = conn.history S
    ";
    s1 = "
    either
    open
      | > P. C+1 ack S+1 len 5
      | < P. S+1 ack C+6 len 5
      | > .  C+6 ack S+6
    = conn.state S1
    = conn.history ShADd
    ";
    sf = "
    either
    open
      | > P. C+1 ack S+1 len 5
      | < P. S+1 ack C+6 len 5
      | > F. C+6 ack S+6
      | < .  S+6 ack C+7
      | < F. S+6 ack C+7
      | > .  C+7 ack S+7
    = conn.state SF
    = conn.history ShADdFaf
    ";
    rej = "
      | > S  C
      | < R. 0 ack C+1
    = conn.state REJ
    = conn.history Sr
    ";
    s2 = "
    either
    open
      | > F. C+1 ack S+1
    = conn.state S2
    = conn.history ShAF
    ";
    s3 = "
    either
    open
      | < F. S+1 ack C+1
    = conn.state S3
    = conn.history ShAf
    ";
    rsto = "
    either
    open
      | > R. C+1 ack S+1
    = conn.state RSTO
    = conn.history ShAR
    ";
    rstr = "
    either
    open
      | < R. S+1 ack C+1
    = conn.state RSTR
    = conn.history ShAr
    ";
    rstos0 = "
      | > S  C
      | > R  C+1
    = conn.state RSTOS0
    = conn.history SR
    ";
    rstrh = "
      | < S. S   ack C+1
      | < R  S+1
    = conn.state RSTRH
    = conn.history ^hr
    ";
    sh = "
      | > S  C
      | > F. C+1 ack S+1
    = conn.state SH
    = conn.history SF
    ";
    shr = "
      | < S. S   ack C+1
      | < F. S+1 ack C+1
    = conn.state SHR
    = conn.history ^hf
    ";
    oth = "
      | > P. C+1 ack S+1 len 5
      | < .  S+1 ack C+6
    = conn.state OTH
    = conn.history Da
    ";

    /// Zeek asks whether anything was sent. The RST's own number tells it, where nothing else does.
    rejected_for_zeek = "
      | > S  C
      | < R. 0    ack C+1
      | > R. C+1  ack 0
    = conn.state REJ
    ";

    /// See above: the client's RST claims that the client sent something.
    not_rejected_for_zeek = "
      | > S  C
      | > R. C+1461 ack 0
      | < R. 0    ack C+1
    = conn.state RSTR
    ";

    /// A time is a time by the clock. Only where that stands still the order tells.
    answered_before_it_was_captured = "
      | < S. S    ack C+1
      | > S  C    @0
      | > .  C+1  ack S+1
    = handshake.synack_rtt
    = handshake.time 0.001000000
    ";

    /// The same where the clock says otherwise: frames of two queues in the wrong order.
    captured_in_the_wrong_order = "
      | < S. S    ack C+1 @0.3
      | > S  C    @-0.1
      | > .  C+1  ack S+1 @0.15
    = handshake.synack_rtt 0.100000000
    = handshake.ack_rtt 0.050000000
    ";

    /// An older connection's ACK lies past the SYN, for Zeek, which takes it for this connection's.
    not_rejected_for_zeek_by_an_old_ack = "
      | > S  C
      | < .  S+500 ack C+70000
      | > R  C+70000
      | > S  C @1
      | < R. 0     ack C+1
    = handshake.outcome refused
    = conn.state RSTR
    ";

    /// For Zeek a side begins with its first segment: what was acknowledged of it before does not count.
    rej_after_an_ack_before_the_first_segment = "
      | > R  C
      | > F. C-1    ack S
      | > .  C+1000 ack S+70000
      | < R  S+10
    = conn.state REJ
    ";

    /// Zeek's view has the client as the originator, also when the roles turned round.
    oth_when_the_roles_turned = "
      | < S. S    ack C+1
      | < S  S
      | > .  C    ack S+1
      | < .  S+9  ack C+1
    = conn.state OTH
    ";

    /// Zeek begins with a FIN that we take for one of an older connection.
    rstr_after_a_fin_of_an_older_connection = "
      | > S  C
      | < F. S    ack C+70000
      | > R  C+70000
      | < R  S+5000
    = conn.state RSTR
    ";

    /// The same with payload, and a RST that lies before it.
    rstr_after_payload_of_an_older_connection = "
      | > S  C
      | < F. S    ack C-70000 len 100
      | > R  C-70000
      | > S  C @1
      | < R. 0    ack C+1
    = handshake.outcome refused
    = conn.state RSTR
    ";
}
