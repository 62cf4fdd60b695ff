//! Zeek's words for how a connection went (Zeek manual, "conn.log").

use strum::{IntoStaticStr, VariantArray};

/// Zeek's `conn_state`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "UPPERCASE")]
pub enum ConnState {
    /// A normal end.
    Sf,
    /// Open, not closed.
    S1,
    /// Closed by the client alone.
    S2,
    /// Closed by the server alone.
    S3,
    /// A SYN without any answer.
    S0,
    /// The SYN was refused.
    Rej,
    /// Reset by the client.
    Rsto,
    /// Reset by the server.
    Rstr,
    /// A SYN, then the client's RST; nothing of the server.
    Rstos0,
    /// A SYN-ACK, then the server's RST; no SYN of the client.
    #[strum(serialize = "RSTRH")]
    Rsth,
    /// A SYN, then the client's FIN; nothing of the server.
    Sh,
    /// A SYN-ACK, then the server's FIN; no SYN of the client.
    Shr,
    /// Anything else: the handshake was not captured.
    Oth,
}

impl ConnState {
    /// Zeek's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
