//! What the two SYNs agreed on.

use super::connection::Connection;
use super::findings::Findings;
use super::segment::SynOptions;
use super::side::Side;

/// What the two SYNs announced and agreed on, where both were captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Negotiated {
    /// The client's options.
    pub client: SynOptions,
    /// The server's options.
    pub server: SynOptions,
    /// Both can do explicit congestion notification (RFC 3168 §6.1.1).
    pub ecn: bool,
    /// Fast Open: both sent the option, or the server took the data of a SYN that carried it (RFC 7413 §4).
    pub fast_open: bool,
}

impl Connection {
    /// What the two SYNs agreed on; none unless both were captured.
    #[must_use]
    pub fn negotiated(&self) -> Option<Negotiated> {
        let client = self.known.options(Side::Client)?;
        let server = self.known.options(Side::Server)?;
        Some(Negotiated {
            client,
            server,
            ecn: client.ecn && server.ecn,
            fast_open: client.fast_open && (server.fast_open || self.opening.found(Findings::ACKED_SYN_DATA)),
        })
    }
}
