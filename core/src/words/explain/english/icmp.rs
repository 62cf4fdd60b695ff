//! Sentences on ICMP errors, in English.

use std::fmt::{self, Write};

use super::name;
use crate::view::{Address, IcmpKind, Side};
use crate::words::text;

/// What an error says, after "that": `about` is who sent the segment that it quotes.
pub fn says(kind: IcmpKind, about: Side) -> String {
    let (who, whom) = (name(about), name(about.peer()));
    match kind {
        IcmpKind::NetUnreachable => format!("there is no route to the {whom}'s network"),
        IcmpKind::HostUnreachable => format!("the {whom}'s host cannot be reached"),
        IcmpKind::PortUnreachable => format!("the {whom}'s port cannot be reached (often a firewall that rejects)"),
        IcmpKind::ProtocolUnreachable => format!("the {whom}'s host does not speak TCP"),
        IcmpKind::Prohibited => "a filter (firewall) forbids the connection".to_string(),
        IcmpKind::FragmentationNeeded => {
            format!("the {who}'s segment is too big for a link on the way (path MTU)")
        }
        IcmpKind::TimeExceeded => {
            format!("the {who}'s segment ran out of hops on the way (a routing loop, or a hop count set low)")
        }
        IcmpKind::Other => format!("there is something to say about the {who}'s segment (see the ICMP message)"),
    }
}

/// Writes the sentence on an error.
pub fn write(out: &mut dyn Write, kind: IcmpKind, from: Address, about: Side, is_about_syn: bool) -> fmt::Result {
    match from {
        Some(address) => text::address(out, address)?,
        None => out.write_str("A host or router")?,
    }
    write!(out, " reports that {}", says(kind, about))?;
    if is_about_syn && kind != IcmpKind::Other {
        write!(out, ": so it answers the {}'s SYN", name(about))?;
    }
    out.write_char('.')
}
