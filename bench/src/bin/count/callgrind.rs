//! Switches callgrind's counting on and off from within: two of the requests of valgrind's `callgrind.h`. Outside valgrind, and
//! on processors for which they are not written here, they do nothing.

const START: usize = request(4);
const STOP: usize = request(5);

/// The number of a request of the tool whose letters are `CT`.
const fn request(number: usize) -> usize {
    (b'C' as usize) << 24 | (b'T' as usize) << 16 | number
}

/// Counts from here on.
pub fn start() {
    ask(START);
}

/// Counts no more.
pub fn stop() {
    ask(STOP);
}

#[cfg(target_arch = "x86_64")]
fn ask(request: usize) {
    let arguments = [request, 0, 0, 0, 0, 0];
    // SAFETY: four rotations that come to nothing and an exchange of a register with itself; valgrind knows them by their order
    // (`valgrind.h`, amd64) and reads the arguments, which are live. It writes its answer to rdx alone.
    unsafe {
        core::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") 0_usize => _,
            options(nostack),
        );
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn ask(_request: usize) {}
