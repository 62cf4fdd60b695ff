//! The page to hand on: all there is to say of one or several captures, in one HTML file that needs nothing else.
//!
//! The layers, lowest first; each uses those above it in this list alone:
//!
//! - `fate`: what became of a connection, in nine words.
//! - `ladder`, `timeline`: what is kept of connections, in bounded memory. `failures`: those that are told of one by one.
//! - [`gather`]: connections in, all of the above out.
//! - `draw`: the charts. `html`: the page.

mod draw;
mod failures;
mod fate;
pub mod gather;
mod html;
mod ladder;
mod timeline;

pub use failures::MOST;
pub use gather::{Gatherer, PageData};
pub use html::page;
