//! The C ABI of `plugin-c/synfin.h`: the exported functions and nothing else.
//!
//! Each is a few lines. All that it reads, does and writes runs inside a guard, so that nothing unwinds into C. At the end
//! of each file the compiler checks its functions against the header's declarations.

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

/// Does not compile unless these functions have the types that the header gives them.
macro_rules! as_declared {
    ($($name:ident),+ $(,)?) => {
        const _: () = {
            $( let _same = [c::$name, $name]; )+
        };
    };
}
use as_declared;
