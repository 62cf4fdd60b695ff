//! `synfin.explain`, sentence by sentence, in both languages. The sentences were read one by one before they came here.

#[path = "../common/mod.rs"]
mod common;

mod connection;
mod open_and_close;
mod resets;
mod sentences;
mod trouble;
