//! `synfin.explain`, sentence by sentence, in both languages. The sentences were read one by one before they came here.

#[path = "../common/mod.rs"]
mod common;

mod plain;
mod resets;
mod told;
mod trouble;
mod whole;
