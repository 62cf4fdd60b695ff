//! Whole connections, each a script whose expectations were written from the specification: every kind, outcome,
//! state, reset value and expert item is here. docs/RULES.md says which rule each of them holds.

#[path = "../common/mod.rs"]
mod common;

mod acceptance;
mod after_a_reset;
mod attempts;
mod causes;
mod closing;
mod copies;
mod coverage;
mod double_opens;
#[cfg(not(synfin_abi))]
mod each_state;
#[cfg(not(synfin_abi))]
mod everywhere;
mod experts;
mod icmp;
mod kinds;
mod log;
mod numbering;
mod older_connections;
mod opening;
mod repeats;
mod reset;
mod roles;
mod roles_turned;
mod rollback;
mod third_segment;
mod withdrawal;
mod words;
