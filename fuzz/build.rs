//! Reads the C contract for the feature `abi`, as any other caller of it would.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "abi")]
    bind();
}

#[cfg(feature = "abi")]
fn bind() {
    const HEADER: &str = "../plugin-c/synfin.h";
    println!("cargo::rerun-if-changed={HEADER}");
    let bindings = bindgen::Builder::default()
        .header(HEADER)
        .allowlist_item("(synfin|SYNFIN)_.*")
        .fit_macro_constants(true)
        .use_core()
        .generate()
        .expect("bindgen reads synfin.h");
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    bindings.write_to_file(std::path::Path::new(&folder).join("synfin.rs")).expect("OUT_DIR can be written");
}
