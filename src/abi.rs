//! The C ABI of `plugin-c/synfin.h`: the exported functions and nothing else.
//!
//! Each is a few lines: what it reads, what it does and what it writes stand in a guard, so that nothing unwinds into C.
//! That it is the function which the header declares is held by the compiler, at the end of its file.

mod set;
mod tables;
mod tally;
mod tracker;

#[cfg(test)]
mod tests;

pub use set::*;
pub use tables::*;
pub use tally::*;
pub use tracker::*;

/// Holds that these functions are of the type that the header gives them.
macro_rules! as_declared {
    ($($name:ident),+ $(,)?) => {
        const _: () = {
            $( let _same = [c::$name, $name]; )+
        };
    };
}
use as_declared;
