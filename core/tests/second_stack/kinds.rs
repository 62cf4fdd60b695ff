//! The kinds of facts that did not pass an observer, by name.

/// A kind of fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u32)]
pub enum Limit {
    InFlight,
    Ahead,
    NotSeen,
    LostLater,
    Duplicated,
    Crossed,
    Queued,
    Silent,
    NoListener,
    NoSocket,
    Listener,
    OutOfOrder,
    Unacceptable,
    OldSocket,
    OldFin,
    OldAck,
    FinOnOldData,
    InexactReset,
    AfterBothFins,
    OldData,
}

impl Limit {
    pub const ALL: [Limit; 20] = [
        Limit::InFlight,
        Limit::Ahead,
        Limit::NotSeen,
        Limit::LostLater,
        Limit::Duplicated,
        Limit::Crossed,
        Limit::Queued,
        Limit::Silent,
        Limit::NoListener,
        Limit::NoSocket,
        Limit::Listener,
        Limit::OutOfOrder,
        Limit::Unacceptable,
        Limit::OldSocket,
        Limit::OldFin,
        Limit::OldAck,
        Limit::FinOnOldData,
        Limit::InexactReset,
        Limit::AfterBothFins,
        Limit::OldData,
    ];

    /// The names of tests/stacks/truth.py where it has them.
    pub const fn name(self) -> &'static str {
        match self {
            Limit::InFlight => "in-flight",
            Limit::Ahead => "ahead",
            Limit::NotSeen => "not-seen",
            Limit::LostLater => "lost-later",
            Limit::Crossed => "crossed",
            Limit::Queued => "queued",
            Limit::Silent => "silent",
            Limit::NoListener => "no-listener",
            Limit::NoSocket => "no-socket",
            Limit::Listener => "listener",
            Limit::OutOfOrder => "out-of-order",
            Limit::Unacceptable => "unacceptable",
            Limit::OldSocket => "old-socket",
            Limit::OldFin => "old-fin",
            Limit::OldAck => "smoltcp-old-ack",
            Limit::FinOnOldData => "smoltcp-fin-on-old-data",
            Limit::Duplicated => "duplicated",
            Limit::InexactReset => "smoltcp-inexact-rst",
            Limit::AfterBothFins => "after-both-fins",
            Limit::OldData => "old-data",
        }
    }

    pub const fn text(self) -> &'static str {
        match self {
            Limit::InFlight => {
                "what one side has sent already changes that side; the observer learns of it when the segment arrives"
            }
            Limit::Ahead => "the segment passed the observer and is still on its way to the other side",
            Limit::NotSeen => "the segment that made the change was lost before the observer",
            Limit::LostLater => {
                "the segment passed the observer and was lost behind it: the core assumes that it arrived"
            }
            Limit::Crossed => {
                "segments of both sides crossed on the way: which came first at either end, the observer cannot see"
            }
            Limit::Queued => {
                "RFC 9293 section 3.10.4: a socket told to close is in FIN-WAIT-1 or LAST-ACK at once, while its FIN \
                 waits behind data"
            }
            Limit::Silent => "a socket changed without sending anything (time-out of TIME-WAIT, crash, a new listener)",
            Limit::NoListener => "a SYN may find no listener; the observer learns that from the RST",
            Limit::NoSocket => {
                "a segment that was on its way when its receiver ended (aborted, say) changes nothing there any more"
            }
            Limit::Listener => {
                "RFC 9293 section 3.10.7.2: a listener takes nothing but a SYN; a segment that overtook its SYN looks \
                 like one of an open connection"
            }
            Limit::OutOfOrder => {
                "a FIN that arrives before the data in front of it: Linux keeps it until they come, smoltcp takes its \
                 repeat; synfin's specification takes it at once, for the gap may be the capture's"
            }
            Limit::Unacceptable => {
                "RFC 9293 section 3.10.7.4: a segment with nothing in the window is answered and dropped, its Ack too \
                 (figure 7 and Linux take such an Ack); synfin's specification takes every Ack"
            }
            Limit::OldSocket => {
                "the port is still one of an earlier connection's socket; smoltcp drops the SYN without an answer"
            }
            Limit::OldFin => {
                "RFC 9293 section 3.10.7.3: a client in SYN-SENT drops the FIN of an earlier connection; synfin's \
                 specification takes the first FIN for one of this connection"
            }
            Limit::OldAck => {
                "smoltcp, against RFC 9293 section 3.10.7.4: a segment whose Ack is older than the last is dropped \
                 whole, with its FIN and data"
            }
            Limit::FinOnOldData => {
                "smoltcp, against RFC 9293 section 3.10.7.4: a FIN on a segment whose bytes are all known is dropped"
            }
            Limit::Duplicated => {
                "the link delivered one segment twice, more than some milliseconds apart: it looks like one sent twice, \
                 which its sender does in fewer states"
            }
            Limit::InexactReset => {
                "smoltcp, against RFC 9293 section 3.10.7.4: a RST anywhere in the window is taken, not challenged"
            }
            Limit::AfterBothFins => {
                "a side aborts in TIME-WAIT or CLOSING; in synfin's specification a RST after both FINs were acknowledged \
                 changes its receiver alone"
            }
            Limit::OldData => {
                "data of an older connection whose Ack lies, by chance, less than 2^24 past X+1: synfin's specification has \
                 the capture lack segments then"
            }
        }
    }
}
