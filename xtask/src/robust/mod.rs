//! The robustness runs, small and large (docs/ROBUSTNESS.md).

mod build;
mod fuzz;
mod runs;

pub use fuzz::{GuidedFuzz, Smoke};
pub use runs::Robust;
