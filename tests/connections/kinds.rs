//! The words for how a connection opened and closed, where several could be meant.

use synfin_core::capture::{Event, Options, SegmentId, Tracker};
use synfin_core::segment::header;
use synfin_core::view::Pass;

use crate::common::core;
use crate::common::script::{ISNS, parse};
use crate::scripts;

scripts! {
    /// Nobody acknowledges a SYN without a SYN of his own: the client drops that (RFC 9293 §3.10.7.3), and asks again.
    a_plain_ack_answers_the_syn = "
    SYN-SENT     | > S  C                   | SYN-RECEIVED | SYN | open 1
    SYN-SENT     | < .  S+1   ack C+1       | SYN-RECEIVED | ACK |
    SYN-SENT     | > S  C @1                | SYN-RECEIVED | SYN | open 1 | retransmission=1; !syn_retransmission
    SYN-SENT     | < .  S+1   ack C+1       | SYN-RECEIVED | ACK |        | !invalid_answer
    = handshake.outcome invalid-answer
    = teardown.kind none
    ";

    /// Payload of the server shows it open, until its own SYN-ACK again shows that it is not.
    a_server_that_went_on_and_took_it_back = "
      | > S  X
      | < S. Y     ack X+1
      | < P. Y+1   ack X+1 len 10        | SYN-RECEIVED | DATA    |
      | < S. Y     ack X+1 @1            | SYN-RECEIVED | SYN-ACK | open 2 | retransmission=1
    = handshake.outcome half-open
    = teardown.kind none
    ";

    an_ack_beyond_the_syn_shows_the_server_open = "
      | > S  X
      | < S. Y     ack X+1
      | < .  Y+1   ack X+2               | SYN-RECEIVED | ACK     |
    = handshake.outcome partial
    = teardown.kind still-open
    ";

    /// An older connection says more than a RST that nobody takes.
    old_before_invalid = "
      | > S  C
      | < R  0                           |              | RST     |        | reset=stray
      | < .  S+500 ack C-900
    = handshake.outcome old-connection
    ";

    /// A RST that broke the handshake off comes before all other outcomes.
    a_reset_before_half_open = "
      | > S  C
      | < S. S     ack C+1
      | < S. S     ack C+1 @1
    CLOSED      | < R  S+1   @1          | CLOSED       | RST     |        | reset=handshake; !handshake_reset
    = handshake.outcome reset
    = teardown.kind none
    = reset.by server
    ";

    /// Four segments, but the last FIN was sent again and nobody answered.
    unanswered_after_both_fins = "
    either
    open
      | > F. X     ack Y
      | < .  Y     ack X+1
      | < F. Y     ack X+1
      | < F. Y     ack X+1 @1            |              | FIN     | close 3 | retransmission=1; !fin_retransmission; !fin_unanswered
    = teardown.kind unanswered
    = teardown.closer client
    ";

    /// The peer's RST answered in its way.
    a_reset_of_the_peer_is_an_answer = "
    either
    open
      | > F. X     ack Y
      | > F. X     ack Y @1
      | < R  Y                           |              | RST     |         | reset=after-fin
    = teardown.kind reset-after-fin
    ";

    its_own_reset_is_no_answer = "
    either
    open
      | > F. X     ack Y
      | > F. X     ack Y @1
      | > R. X+1   ack Y                 |              | RST     |         | reset=after-fin
    = teardown.kind unanswered
    ";

    a_repeat_that_was_answered = "
    either
    open
      | > F. X     ack Y
      | > F. X     ack Y @1
      | < .  Y     ack X+1
    = teardown.kind half-closed
    ";

    /// A FIN that crosses the other's and comes again with the acknowledgment was not sent in vain.
    a_repeat_that_first_acknowledges_does_not_count = "
    either
    open
      | > F. X     ack Y
      | < F. Y     ack X
      | > F. X     ack Y+1               |              | FIN+CLOSE-ACK | close 1+4 | retransmission=1
    = teardown.kind simultaneous
    ";

    /// Of a server that sent both a SYN and a SYN-ACK the SYN-ACK counts, of the client its SYN.
    what_is_agreed_where_both_sent_a_syn = "
      | > S  C             <mss:1460>
      | < S  S             <mss:1300>
      | > S. C     ack S+1 <mss:1111>
      | < S. S     ack C+1 <mss:1200>
    = negotiated MSS 1460/1200
    ";

    /// Two SYN-ACKs, and step 3 takes the later one: what that one said was agreed.
    the_syn_ack_that_gives_y_counts_for_what_was_agreed = "
    splits
      | > S  C              <mss:1460>
      | < S. S     ack C+1  <mss:1400>
      | < S. S+9   ack C+1  <mss:1200>
      | > .  C+1   ack S+10
    = negotiated MSS 1460/1200
    ";

    /// No SYN was captured whose data the second of these could acknowledge.
    no_fast_open_without_the_syn = "
      | < S. S     ack C+1
      | < S. S     ack C+6
      | > .  C+6   ack S+1
    = handshake.kind three-way
    ";

    /// The SYN-ACK never came, and the SYN had come twice: the later one's options were answered.
    the_last_syn_counts_for_what_was_agreed = "
      | > S  C             <mss:1460,sack>
      | > S  C     @1      <mss:1220>
      | < S. S     ack C+1 <mss:1400,sack>
      | > .  C+1   ack S+1
    = negotiated MSS 1220/1400
    ";

    /// A SYN afterwards is no offer.
    a_syn_after_the_syn_ack_does_not_count = "
      | > S  C             <mss:1460,sack>
      | < S. S     ack C+1 <mss:1400,sack>
      | > S  C             <mss:1220>
      | > .  C+1   ack S+1
    = negotiated MSS 1460/1400, SACK
    ";

    /// What only one side offered was not agreed; a maximum of one side is shown with a dash for the other.
    one_sided_offers = "
      | > S  C             <sack,ts,wscale:7>
      | < S. S     ack C+1 <mss:1400>
      | > .  C+1   ack S+1
    = negotiated MSS -/1400
    ";

    /// The experimental option of Fast Open.
    experimental_fast_open = "
      | > S  C             len 9 <expfo>
      | < S. S     ack C+10
      | > .  C+10  ack S+1
    = negotiated MSS -/-, TFO
    ";

    /// The option without an answer and without data that were taken.
    fast_open_asked_for_in_vain = "
      | > S  C             <tfo>
      | < S. S     ack C+1
      | > .  C+1   ack S+1
    = negotiated MSS -/-
    ";

    /// The options of a SYN-ACK that was not captured are not known, whatever is.
    nothing_agreed_without_the_syn = "
      | < S. S     ack C+1 <mss:1400>
      | > .  C+1   ack S+1
    = negotiated
    ";

    /// What the other side had sent when the FIN came, or what that FIN acknowledged, whichever is more, is not of the half-close.
    acknowledged_bytes_that_were_not_captured = "
    either
    open
      | > F. C+1   ack S+101             |              | FIN     | close 1
      | < P. S+1   ack C+2 len 100
      | < P. S+101 ack C+2 len 7
    = teardown.half_close_bytes 7
    ";

    /// The same where some of them were captured.
    acknowledged_bytes_of_which_some_were_captured = "
    either
    open
      | < P. S+1   ack C+1 len 10
      | > F. C+1   ack S+101             |              | FIN     | close 1
      | < P. S+101 ack C+2 len 7
    = teardown.half_close_bytes 7
    ";

    /// A connection ended by a RST of either side while its handshake was under way had no teardown.
    no_teardown_without_a_connection = "
      | > S  C
      | < S. S     ack C+1
      | > R  C+1                         | LISTEN       | RST     |         | reset=handshake; phase=handshake
    = handshake.outcome reset
    = teardown.kind none
    = teardown.closer
    = conn.state RSTO
    ";

    /// Step 3 is captured before the SYN-ACK: the last SYN before that counts, and its own options.
    what_is_agreed_where_the_syn_ack_comes_late = "
      | > S  C <mss:1460,wscale:7>
      | > .  C+1  ack S+1          |              | OPEN-ACK | open 3
      | > S  C <mss:1400> @1       |              | SYN      | open 1
      | < S. S    ack C+1 <mss:1300>
    = negotiated MSS 1400/1300
    ";

    /// A server's SYN that comes when the connection is open is no SYN-ACK.
    a_late_syn_of_the_server_agrees_on_nothing = "
      | > S  C <mss:1460>
      | > .  C+1  ack S+1          |              | OPEN-ACK | open 3
      | < S  S <mss:1300>          |              | SYN      | open 1
    = negotiated
    ";

    /// Step 3 has told which SYN-ACK gives Y: the options of another one do not count.
    another_syn_ack_after_step_3_agrees_on_nothing = "
      | > S  C <mss:1460>
      | < S. S    ack C+1 <mss:1300>
      | > .  C+1  ack S+1
      | < S. S+50 ack C+1 <mss:1200>
    = negotiated MSS 1460/1300
    ";

    /// Nor those of the same SYN-ACK again.
    a_syn_ack_again_agrees_on_nothing_else = "
      | > S  C <mss:1460>
      | < S. S    ack C+1 <mss:1300>
      | < S. S    ack C+1 <mss:1200> @1
      | > .  C+1  ack S+1
    = negotiated MSS 1460/1300
    ";

    /// Its SYN-ACK again takes back that the server went on, also what came before step 3.
    a_server_that_went_on_before_step_3_and_took_it_back = "
      | > S  C
      | < S. S    ack C+1
      | < P. S+1  ack C+1 len 5
      | > .  C+1  ack S+6          |              | OPEN-ACK | open 3
    ESTABLISHED  | < S. S    ack C+1 @1       | SYN-RECEIVED | SYN-ACK  | open 2 | !synack_retransmission; !open_ack_not_taken; !half_open
    = handshake.outcome half-open
    = teardown.kind none
    ";

    /// Payload before its SYN-ACK does not show that a server goes on.
    payload_instead_of_a_syn_ack_in_a_double_open = "
      | > S  C
      | < S  S
      | < P. S+1  ack C+1 len 5    |              | OPEN-ACK | open 2
    = handshake.outcome half-open
    = teardown.kind none
    ";

    /// The first SYN-ACK counts for the round trip, also where its time is not known.
    no_round_trip_by_a_syn_ack_at_an_unknown_time = "
    core
      | > S  C
      | < S. S    ack C+1 @none
      | < S. S    ack C+1          |              | SYN-ACK  | open 2 | retransmission=1
      | > .  C+1  ack S+1
    = handshake.synack_rtt
    ";

    /// The first of two SYN-ACKs again gives Y again, and its options count.
    the_first_of_two_syn_acks_again = "
      | > S  C <mss:1460>
      | < S. S    ack C+1 <mss:1300>
      | < S. S+50 ack C+1 <mss:1200>
      | < S. S    ack C+1 <mss:1300> @1
      | > .  C+1  ack S+1
    = negotiated MSS 1460/1300
    ";

    /// The round trip starts from the first SYN-ACK. Another one that comes twice does not matter.
    a_repeat_of_another_syn_ack = "
      | > S  C
      | < S. S    ack C+1
      | < S. S+50 ack C+1
      | < S. S+50 ack C+1
      | > .  C+1  ack S+51
    = handshake.ack_rtt 0.003000000
    ";

    /// The first one matters, also when another came in between.
    a_repeat_of_the_first_syn_ack = "
      | > S  C
      | < S. S    ack C+1
      | < S. S+50 ack C+1
      | < S. S    ack C+1
      | > .  C+1  ack S+51
    = handshake.ack_rtt
    ";

    /// A SYN of the server that comes late tells nothing, and takes nothing from the SYN-ACK after it.
    what_is_agreed_by_a_syn_ack_after_a_late_syn = "
      | > S  C    <mss:1460>
      | > .  C+5  ack S+1
      | < S  S    <mss:1200>
      | < S. S    ack C+1 <mss:1400>
    = negotiated MSS 1460/1400
    ";

    /// A RST past everything shows that the handshake was over. So it was made, though the capture has the SYN alone.
    the_kind_where_a_reset_shows_it_over = "
      | > S  C
      | > R  C+500
    = handshake.kind three-way
    = teardown.kind reset
    ";

    /// Frames in the wrong order: the SYN behind its SYN-ACK is the one that this answered.
    what_is_agreed_where_the_syn_comes_late = "
      | < S. S    ack C+1 <mss:1400>
      | > S  C    <mss:1460>
      | > .  C+1  ack S+1
    = negotiated MSS 1460/1400
    ";

    /// A FIN after the RST began no close. So it is not one that nobody answered, either.
    a_fin_again_after_the_reset = "
    open
      | > R  C+1
      | > P. C+1  ack S+1 len 3
      | > F. C+4  ack S+1
      | > F. C+4  ack S+1 @1
    = teardown.kind reset
    ";
}

/// Where the capture lacks a part of the options of the SYN or the SYN-ACK, what was agreed is not known.
#[test]
fn options_that_were_cut_off() {
    let text = "| > S C <mss:1460,sack>\n| < S. S ack C+1 <mss:1400,sack>\n| > . C+1 ack S+1";
    let script = parse(text, ISNS[0]);
    for (cut, expected) in [(None, Some("MSS 1460/1400, SACK")), (Some(0), None), (Some(1), None), (Some(2), None)] {
        let mut tracker = Tracker::new(Options::default());
        let mut agreed = None;
        for (row, line) in script.rows.iter().enumerate() {
            let bytes = line.wire.header();
            let reported = u32::try_from(bytes.len()).unwrap();
            // The third segment has no options to lose.
            let kept = if cut == Some(row) { 22.min(bytes.len()) } else { bytes.len() };
            let segment = header::parse(&bytes[..kept], reported, None).expect("enough of a header");
            let (id, path) = (SegmentId { frame: u32::try_from(row).unwrap() + 1, layer: 0 }, core::path(&line.wire));
            tracker.observe(id, Event::Segment { stream: 0, path: &path, segment: &segment }).expect("there is room");
            let view = tracker.segment(id, path, &segment, Pass::Final).expect("it was taken in");
            agreed = core::read_fields(&view).remove("negotiated").map(|values| values.join(","));
        }
        let expected = if cut == Some(2) { Some("MSS 1460/1400, SACK") } else { expected };
        assert_eq!(agreed.as_deref(), expected, "row {cut:?} cut");
    }
}
