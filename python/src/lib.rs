//! The module `synfin._native`: captures that are read in threads of their own, as an iterator of Python.
//!
//! It knows no pyarrow: batches and schemas are handed over by the Arrow PyCapsule interface. What people call stands in
//! `synfin/__init__.py`.

#![deny(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod capsules;
mod problems;
mod reading;

use pyo3::pymodule;

/// What `synfin` is made of.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::capsules::{Batch, Schema, connection_schema, segment_schema};
    #[pymodule_export]
    use crate::problems::CaptureError;
    #[pymodule_export]
    use crate::reading::Reading;
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
