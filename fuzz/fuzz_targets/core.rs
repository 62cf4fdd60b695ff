//! libFuzzer: the core, through the same walks and checks as the random driver.
#![no_main]

use libfuzzer_sys::fuzz_target;
use synfin_fuzz::check::{self, Check};
use synfin_fuzz::source::{Bytes, Source};
use synfin_fuzz::walk::Walk;

fuzz_target!(|data: &[u8]| {
    check::parse(&mut Bytes(data));
    let mut source = Bytes(data);
    let words = source.take(8) & 15 == 0;
    let mut walk = Walk::new(&mut source);
    let mut check = Check::new(&mut source, words);
    while !source.is_empty() {
        let step = walk.step(&mut source);
        check.observe(&step);
        if source.take(8) & 63 == 0 {
            check.observe_icmp(&mut source);
        }
    }
    check.finish(&mut source);
});
