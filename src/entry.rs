//! The symbols by which Wireshark knows a plugin.
//!
//! They are defined here because rustc hides every symbol of a cdylib that Rust does not export. The C shim is linked
//! into the cdylib alone: its constructor fills in [`synfin_shim_entry`] and, when it knows the running Wireshark, the
//! two wanted versions. Programs that link the rlib have the symbols without the shim, and nothing happens in them.

use core::ffi::{c_int, c_void};
use core::mem;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

#[allow(missing_docs, dead_code)]
mod built_with {
    include!(concat!(env!("OUT_DIR"), "/ws_version.rs"));
}

const _: () = assert!(size_of::<AtomicI32>() == size_of::<c_int>());

/// What Wireshark reads ends with the first NUL. The version again, in words, is for `make doctor`, which finds it in a
/// file that does not load.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0synfin-version=", env!("CARGO_PKG_VERSION"), "\0");

const fn version_bytes() -> [u8; VERSION.len()] {
    match VERSION.as_bytes().first_chunk() {
        Some(bytes) => *bytes,
        None => [0; VERSION.len()],
    }
}

/// The version of synfin, as `tshark -G plugins` shows it.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
pub static plugin_version: [u8; VERSION.len()] = version_bytes();

/// The major version that the running Wireshark must have.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
pub static plugin_want_major: AtomicI32 = AtomicI32::new(built_with::WIRESHARK_VERSION_MAJOR as c_int);

/// The minor version that the running Wireshark must have: its own when the shim knows it, else that of the headers,
/// so that Wireshark declines what was not made for it.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
pub static plugin_want_minor: AtomicI32 = AtomicI32::new(built_with::WIRESHARK_VERSION_MINOR as c_int);

/// The shim's registration function, a `void (void)`; null where no shim is linked.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
static synfin_shim_entry: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// Wireshark calls this once it has accepted the version.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_register() {
    let entry = synfin_shim_entry.load(Ordering::Relaxed);
    if entry.is_null() {
        return;
    }
    // SAFETY: the shim's constructor is the only writer, and stores a function of this type.
    let register = unsafe { mem::transmute::<*mut c_void, extern "C" fn()>(entry) };
    register();
}

/// What the plugin provides, from Wireshark 4.4 on: `WS_PLUGIN_DESC_DISSECTOR`.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_describe() -> u32 {
    1
}
