//! The plugin for other systems, run or examined as far as that can be done on this one (docs/VERSIONS.md).

mod checks;
mod macos;

pub use macos::TestMacos;
