//! Oddities of handshake and teardown that Zeek's weird log and Suricata's stream events name, each made with a script: the
//! filter of docs/PEERS.md finds it.

use crate::classes::documented;
use crate::common::tshark::{Capture, fields};

const ODDITIES: &[(&str, &str)] = &[
    // Zeek.
    ("active_connection_reuse", "open\n| > S C+900000 @1\n| < S. S+900000 ack C+900001"),
    ("connection_originator_SYN_ack", "| < S C\n| > S. S ack C+1\n| < S. C ack S+1"),
    ("data_after_reset", "open\n| < R S+1\n| > P. C+1 ack S+1 len 5"),
    ("data_before_established", "| > S C len 5\n| < S. S ack C+6"),
    ("FIN_advanced_last_seq", "open\n| > F. C+1 ack S+1\n| > F. C+9 ack S+1 @0.1"),
    ("FIN_after_reset", "open\n| < R S+1\n| > F. C+1 ack S+1"),
    ("FIN_storm", "open\n| > F. C+1 ack S+1\n| > F. C+1 ack S+1 @0.2\n| > F. C+1 ack S+1 @0.4"),
    ("inappropriate_FIN", "open\n| > SF C+1"),
    ("possible_split_handshake", "| > S C\n| < S S\n| > S. C ack S+1\n| < . S+1 ack C+1"),
    ("premature_connection_reuse", "open\n| > R C+1\n| > S C+900000 @0.1"),
    ("repeated_SYN_reply_wo_ack", "| > S C\n| < S S\n| < S S @1"),
    ("repeated_SYN_with_ack", "| > S C\n| < S. S ack C+1\n| < S. S ack C+1 @1"),
    ("RST_storm", "open\n| < R S+1\n| < R S+1 @0.1\n| < R S+1 @0.1"),
    ("spontaneous_FIN", "| > F. C ack S"),
    ("spontaneous_RST", "| > R C"),
    ("SYN_after_reset", "| > S C\n| < R. 0 ack C+1\n| > S C @1"),
    ("SYN_seq_jump", "| > S C\n| > S C+5000 @1"),
    ("SYN_with_data", "| > S C len 5"),
    ("TCP_christmas", "| > SFPU C"),
    ("unsolicited_SYN_response", "| < S. S ack C+1"),
    ("bad_SYN_ack", "| > S C\n| < S. S ack C+70"),
    ("baroque_SYN", "| > SU C"),
    ("data_without_SYNs", "| > P. C ack S len 5"),
    ("possible_split_routing", "| > S C\n| > . C+1 ack S+1"),
    ("RST_with_data", "open\n| > R. C+1 ack S+1 len 9"),
    ("simultaneous_open", "| > S C\n| < S S"),
    ("SYN_after_close", "open\n| > F. C+1 ack S+1\n| < F. S+1 ack C+2\n| > . C+2 ack S+2\n| > S C @1"),
    ("SYN_after_partial", "| > . C ack S\n| > S C+500"),
    ("SYN_inside_connection", "open\n| > P. C+1 ack S+1 len 5\n| > S C @1"),
    // Suricata.
    ("3whs_ack_data_inject", "| > S C\n| < S. S ack C+1\n| > P. C+1 ack S+1 len 40"),
    ("3whs_right_seq_wrong_ack_evasion", "| > S C\n| < S. S ack C+1\n| > . C+1 ack S+70000"),
    ("3whs_synack_resend_with_diff_seq", "| > S C\n| < S. S ack C+1\n| < S. S+7 ack C+1 @0.1"),
    ("3whs_synack_with_wrong_ack", "| > S C\n| < S. S ack C+70"),
    ("3whs_wrong_seq_wrong_ack", "| > S C\n| < S. S ack C+1\n| > . C+900000 ack S+900000"),
    ("4whs_synack_with_wrong_ack", "| > S C\n| < S S\n| > S. C ack S+77"),
    ("est_synack_resend", "open\n| < S. S ack C+1 @1"),
    ("est_syn_resend", "| > S C\n| < S. S ack C+1\n| > S C @1"),
    ("fin_out_of_window", "open\n| > F. C+1 ack S+1\n| > F. C+900000 ack S+1"),
    ("fin1_ack_wrong_seq", "open\n| > F. C+1 ack S+1\n| < . S+1 ack C+900"),
    ("rst_but_no_session", "| < R. 0 ack C+1"),
    ("rst_invalid_ack", "open\n| < R S+2000000000"),
    ("suspected_rst_inject", "open\n| < R S+1\n| > P. C+1 ack S+1 len 5 @2"),
    (
        "timewait_ack_wrong_seq",
        "open\n| > F. C+1 ack S+1\n| < F. S+1 ack C+2\n| > . C+2 ack S+2\n| < F. S+1 ack C+2 @1",
    ),
    ("fin_syn", "| > SF C"),
    ("3whs_ack_in_wrong_dir", "| > S C\n| < S. S ack C+1\n| < . S+1 ack C+1"),
    ("3whs_synack_in_wrong_direction", "| > S C\n| > S. C ack S+1"),
    ("3whs_synack_resend_with_different_ack", "| > S C\n| < S. S ack C+1\n| < S. S ack C+70 @0.1"),
    ("3whs_syn_resend_diff_seq_on_syn_recv", "| > S C\n| < S. S ack C+1\n| > S C+5000 @1"),
    ("3whs_syn_toclient_on_syn_recv", "| > S C\n| < S. S ack C+1\n| < S S @1"),
    ("est_synack_toserver", "open\n| > S. C ack S+1"),
    ("est_synack_resend_with_different_ack", "open\n| < S. S ack C+70 @1"),
    ("est_synack_resend_with_diff_seq", "open\n| < S. S+7 ack C+1 @1"),
    ("est_syn_toclient", "open\n| < S S @1"),
    ("fin_but_no_session", "| > F. C ack S"),
];

#[test]
fn each_is_shown() {
    let table = documented("Zeek's weird log and Suricata's stream events");
    let mut missed = Vec::new();
    for (name, script) in ODDITIES {
        let row = table.get(*name).unwrap_or_else(|| panic!("docs/PEERS.md has no row {name}"));
        let filter = row[0].trim_matches('`').replace("\\|", "|");
        let capture = Capture::script(script);
        let found = fields(&capture.path, &["frame.number"], &["-2", "-Y", &filter]);
        if found.is_empty() {
            missed.push(format!("{name}: {filter} finds nothing in {script}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    // What is not driven is left out for a reason.
    for (name, row) in table.iter().filter(|(name, _)| !ODDITIES.iter().any(|(other, _)| other == name)) {
        assert!(row[0] == "left out" && row[1].len() > 20, "{name}: {row:?}");
    }
}
