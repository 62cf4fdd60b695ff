//! libFuzzer: arbitrary calls of the C ABI.
#![no_main]

use libfuzzer_sys::fuzz_target;
use synfin_fuzz::abi::Caller;
use synfin_fuzz::source::{Bytes, Source};

fuzz_target!(|data: &[u8]| {
    let mut source = Bytes(data);
    let mut caller = Caller::default();
    while !source.is_empty() {
        caller.call(&mut source);
    }
});
