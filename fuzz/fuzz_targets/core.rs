//! libFuzzer: the core, through the same walks and checks as the random driver.
#![no_main]

use libfuzzer_sys::fuzz_target;
use synfin_fuzz::check::Check;
use synfin_fuzz::source::{Octets, Source};
use synfin_fuzz::walk::Walk;

fuzz_target!(|data: &[u8]| {
    let mut source = Octets(data);
    let words = source.take(8) & 15 == 0;
    let mut walk = Walk::new(&mut source);
    let mut check = Check::new(&mut source, words);
    while !source.is_empty() {
        let step = walk.step(&mut source);
        check.observe(&step);
    }
    check.finish(&mut source);
});
