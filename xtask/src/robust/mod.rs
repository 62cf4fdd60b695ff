//! The robustness runs, small and large (docs/ROBUSTNESS.md).

mod build;
mod fuzz;
mod runs;

pub use fuzz::{Guided, Smoke};
pub use runs::Robust;
