//! What bindgen makes of `plugin-c/synfin.h`; sizes and layouts are asserted in it.

#![allow(
    missing_docs,
    dead_code,
    non_camel_case_types,
    clippy::all,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::undocumented_unsafe_blocks,
    unsafe_op_in_unsafe_fn
)]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
