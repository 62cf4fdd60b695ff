//! THE table of states: RFC 9293 §3.3.2, as far as an observer moves through it. Nothing else writes a state.
//!
//! A state presumes that what was captured arrived and was accepted. Later segments can correct it: a side that repeats
//! itself did not receive the answer; a side that goes on after a RST did not take that RST.

use strum::{IntoStaticStr, VariantArray};

use crate::segment::{End, Ends};

/// The state of one endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, IntoStaticStr, VariantArray)]
#[repr(u8)]
pub enum State {
    /// No connection.
    #[strum(serialize = "CLOSED")]
    Closed,
    /// Waiting for a connection request.
    #[strum(serialize = "LISTEN")]
    Listen,
    /// A SYN was sent.
    #[strum(serialize = "SYN-SENT")]
    SynSent,
    /// A SYN was received; one of the two acknowledgments is missing.
    #[strum(serialize = "SYN-RECEIVED")]
    SynReceived,
    /// Open: data flow both ways.
    #[strum(serialize = "ESTABLISHED")]
    Established,
    /// Its FIN was sent first and is not acknowledged.
    #[strum(serialize = "FIN-WAIT-1")]
    FinWait1,
    /// Its FIN was sent first and is acknowledged.
    #[strum(serialize = "FIN-WAIT-2")]
    FinWait2,
    /// The peer's FIN came first.
    #[strum(serialize = "CLOSE-WAIT")]
    CloseWait,
    /// Both sent a FIN before they saw the peer's.
    #[strum(serialize = "CLOSING")]
    Closing,
    /// Its FIN came second and is not acknowledged.
    #[strum(serialize = "LAST-ACK")]
    LastAck,
    /// Both FINs are known; waits until old segments have died.
    #[strum(serialize = "TIME-WAIT")]
    TimeWait,
}

/// What moves one endpoint from one state to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trigger {
    /// It sends a SYN: it asks to open.
    SendsSyn,
    /// The peer's SYN is on its way to it.
    GetsSyn,
    /// It sends a SYN-ACK.
    SendsSynAck,
    /// A SYN-ACK that it can accept is on its way to it.
    GetsSynAck,
    /// Its own SYN is acknowledged, or it is seen to be open.
    Opens,
    /// A segment of a connection whose handshake was not captured.
    FoundOpen,
    /// It sends its FIN.
    SendsFin,
    /// The peer's FIN is on its way to it.
    GetsFin,
    /// Its FIN and the peer's cross on the way.
    FinsCross,
    /// It acknowledges the peer's FIN.
    AcksFin,
    /// Its FIN is acknowledged.
    FinAcked,
    /// It sends its SYN again, and has acknowledged nothing: the SYN-ACK did not reach it.
    RepeatsSyn,
    /// It sends its SYN-ACK again: the handshake's ACK did not reach it, or was not taken.
    RepeatsSynAck,
    /// It sends its FIN again: the acknowledgment did not reach it.
    RepeatsFin,
    /// The same, and it has not acknowledged the peer's FIN: that one did not reach it either.
    RepeatsFinAlone,
    /// It takes a RST, or sends one that is taken.
    Resets,
    /// It takes a RST of the side that asked it to open, before it is open.
    ResetsToListen,
    /// It answers in the name of an older connection, in which it has this state.
    Remembers(State),
    /// It was not closed after all by the RST before which it had this state.
    Revives(State),
}

impl State {
    /// The spelling of RFC 9293.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether this side has not got as far as ESTABLISHED.
    #[must_use]
    pub const fn is_opening(self) -> bool {
        use State::{CloseWait, Closed, Closing, Established, FinWait1, FinWait2};
        use State::{LastAck, Listen, SynReceived, SynSent, TimeWait};
        match self {
            Closed | Listen | SynSent | SynReceived => true,
            Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait => false,
        }
    }

    /// The state that a trigger leads to; none: no such move, it stays.
    #[must_use]
    pub const fn after(self, trigger: Trigger) -> Option<State> {
        use State::{CloseWait, Closed, Closing, Established, FinWait1, FinWait2};
        use State::{LastAck, Listen, SynReceived, SynSent, TimeWait};
        match (trigger, self) {
            // RFC 9293 §3.10.1: OPEN. LISTEN may turn into an active open too.
            (Trigger::SendsSyn, Closed | Listen) => Some(SynSent),
            (
                Trigger::SendsSyn,
                SynSent | SynReceived | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait,
            ) => None,
            // §3.10.7.2: a SYN in LISTEN; §3.10.7.3, fourth: a SYN without an acceptable ACK in SYN-SENT (figure 7). A
            // side that a RST put into CLOSED is one that listens again.
            (Trigger::GetsSyn, Closed | Listen | SynSent) => Some(SynReceived),
            (
                Trigger::GetsSyn,
                SynReceived | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait,
            ) => None,
            // §3.10.7.2: the answer to a SYN, which was not captured where it listened. A side that answered in the name of an
            // older connection has given that one up.
            (
                Trigger::SendsSynAck,
                Closed | Listen | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait,
            ) => Some(SynReceived),
            (Trigger::SendsSynAck, SynSent | SynReceived) => None,
            // §3.10.7.3, fourth: our SYN has been ACKed.
            (Trigger::GetsSynAck, Closed | SynSent) => Some(Established),
            (
                Trigger::GetsSynAck,
                Listen | SynReceived | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait,
            ) => None,
            // §3.10.7.4, fifth: SYN-RECEIVED. The earlier states: segments that were not captured led through it.
            (Trigger::Opens | Trigger::FoundOpen, Closed | Listen | SynSent | SynReceived) => Some(Established),
            (
                Trigger::Opens | Trigger::FoundOpen,
                Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait,
            ) => None,
            // §3.10.4: CLOSE.
            (Trigger::SendsFin, SynSent | SynReceived | Established | Closed | Listen) => Some(FinWait1),
            (Trigger::SendsFin, CloseWait) => Some(LastAck),
            (Trigger::SendsFin, FinWait1 | FinWait2 | Closing | LastAck | TimeWait) => None,
            // §3.10.7.4, eighth: the FIN bit.
            (Trigger::GetsFin, SynSent | SynReceived | Established | Closed | Listen) => Some(CloseWait),
            (Trigger::GetsFin, FinWait1) => Some(Closing),
            (Trigger::GetsFin, FinWait2) => Some(TimeWait),
            (Trigger::GetsFin, CloseWait | Closing | LastAck | TimeWait) => None,
            // §3.6 figure 13: the side thought to be in CLOSE-WAIT had not seen the FIN when it sent its own.
            (Trigger::FinsCross, SynSent | SynReceived | Established | FinWait1 | CloseWait | LastAck) => Some(Closing),
            (Trigger::FinsCross, Closed | Listen | FinWait2 | Closing | TimeWait) => None,
            // It has the FIN, whatever was thought before.
            (Trigger::AcksFin, SynReceived | Established) => Some(CloseWait),
            // Its own FIN, sent again, had taken that back.
            (Trigger::AcksFin, FinWait1) => Some(Closing),
            (Trigger::AcksFin, FinWait2) => Some(TimeWait),
            (Trigger::AcksFin, Closed | Listen | SynSent | CloseWait | Closing | LastAck | TimeWait) => None,
            // §3.10.7.4, fifth: FIN-WAIT-1, CLOSING, LAST-ACK.
            (Trigger::FinAcked, FinWait1) => Some(FinWait2),
            (Trigger::FinAcked, Closing) => Some(TimeWait),
            (Trigger::FinAcked, LastAck) => Some(Closed),
            (
                Trigger::FinAcked,
                Closed | Listen | SynSent | SynReceived | Established | FinWait2 | CloseWait | TimeWait,
            ) => None,
            // Taken back: a side repeats a SYN only in SYN-SENT (§3.8.1, RFC 6298 §5) ...
            (Trigger::RepeatsSyn, Established) => Some(SynSent),
            (
                Trigger::RepeatsSyn,
                Closed | Listen | SynSent | SynReceived | FinWait1 | FinWait2 | CloseWait | Closing | LastAck
                | TimeWait,
            ) => None,
            // ... a SYN-ACK only in SYN-RECEIVED ...
            (Trigger::RepeatsSynAck, Established | CloseWait) => Some(SynReceived),
            (
                Trigger::RepeatsSynAck,
                Closed | Listen | SynSent | SynReceived | FinWait1 | FinWait2 | Closing | LastAck | TimeWait,
            ) => None,
            // ... and a FIN only while it is not acknowledged.
            (Trigger::RepeatsFin | Trigger::RepeatsFinAlone, FinWait2) => Some(FinWait1),
            (Trigger::RepeatsFin | Trigger::RepeatsFinAlone, Closed) => Some(LastAck),
            (Trigger::RepeatsFin, TimeWait) => Some(Closing),
            (Trigger::RepeatsFinAlone, TimeWait) => Some(FinWait1),
            (
                Trigger::RepeatsFin | Trigger::RepeatsFinAlone,
                Listen | SynSent | SynReceived | Established | FinWait1 | CloseWait | Closing | LastAck,
            ) => None,
            // §3.10.7.4, second: the RST bit; §3.10.5: ABORT.
            (
                Trigger::Resets,
                Listen | SynSent | SynReceived | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck
                | TimeWait,
            ) => Some(Closed),
            (Trigger::Resets, Closed) => None,
            // §3.10.7.4, second, SYN-RECEIVED: after a passive OPEN it returns to LISTEN.
            (Trigger::ResetsToListen, SynReceived) => Some(Listen),
            (
                Trigger::ResetsToListen,
                Closed | Listen | SynSent | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck
                | TimeWait,
            ) => None,
            // §3.5 figure 10: half-open connection discovery; or what a side's own segment shows.
            (
                Trigger::Remembers(state) | Trigger::Revives(state),
                Closed | Listen | SynSent | SynReceived | Established | FinWait1 | FinWait2 | CloseWait | Closing
                | LastAck | TimeWait,
            ) => Some(state),
        }
    }
}

/// The states of both ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct States(Ends<State>);

impl Default for States {
    fn default() -> States {
        States::before(End::Low)
    }
}

impl States {
    /// Before anything: the client has not begun, the server listens.
    #[must_use]
    pub fn before(client: End) -> States {
        States(Ends::of(client, State::Closed, State::Listen))
    }

    /// That of one end.
    #[must_use]
    #[inline(always)]
    pub fn of(&self, end: End) -> State {
        self.0[end]
    }

    /// Something happens to an end.
    pub fn after(&mut self, end: End, trigger: Trigger) {
        if let Some(state) = self.0[end].after(trigger) {
            self.0[end] = state;
        }
    }
}
