//! The connections that a listener met.

use indexmap::IndexSet;
use synfin_core::capture::Tracker;
use synfin_core::view::{ConnectionView, Pass};
use synfin_core::words::servers::{self, Server};

/// Connections by stream, in the order in which they were first met; and their servers, when these were counted.
#[derive(Debug, Default)]
pub struct Set {
    streams: IndexSet<u32>,
    servers: Vec<Server>,
}

impl Set {
    /// A segment of this stream reaches the listener: whether it is the first of its connection here.
    pub fn meet(&mut self, stream: u32) -> bool {
        self.streams.insert(stream)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Set::default();
    }

    /// How many connections there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.streams.len()).unwrap_or(u32::MAX)
    }

    /// The stream of one of them.
    pub fn stream(&self, index: u32) -> Option<u32> {
        self.streams.get_index(usize::try_from(index).ok()?).copied()
    }

    /// All of them, as they are by now.
    pub fn connections<'a>(&self, tracker: &'a Tracker) -> impl Iterator<Item = ConnectionView<'a>> {
        self.streams.iter().filter_map(|&stream| tracker.connection(stream, Pass::Final))
    }

    /// Counts their servers anew. Gives how many there are.
    pub fn count_servers(&mut self, tracker: &Tracker) -> u32 {
        self.servers = servers::count(self.connections(tracker));
        u32::try_from(self.servers.len()).unwrap_or(u32::MAX)
    }

    /// One of the servers that were counted.
    pub fn server(&self, index: u32) -> Option<&Server> {
        self.servers.get(usize::try_from(index).ok()?)
    }
}
