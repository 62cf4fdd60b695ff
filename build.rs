//! Finds Wireshark, compiles plugin-c into the cdylib, and runs bindgen on synfin.h and ws_version.h.
//!
//! SYNFIN_HEADERS, a folder made by `cargo xtask host headers`, stands for the installed Wireshark: for another system
//! (`cargo xtask cross`), or where no package has the headers. {os} in it stands for the system that is built for.
//!
//! The TCP core needs none of this: it is the crate synfin-core.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The tests of this package have the C ABI as a reader of scripts; those of the core have not.
    println!("cargo::rustc-cfg=synfin_abi");
    if let Err(message) = plugin::build() {
        println!("cargo::error={message}; or build the TCP core alone: cargo build -p synfin-core");
    }
}

mod plugin {
    use std::env;
    use std::fs;
    use std::panic;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    const SHIM: &str = "plugin-c";
    const HEADERS: &str = "SYNFIN_HEADERS";
    const SOURCES: [&str; 15] = [
        "every_frame.c",
        "host_load.c",
        "host_lookup.c",
        "host_graph.c",
        "plugin.c",
        "language.c",
        "draw.c",
        "stats.c",
        "host_table.c",
        "table.c",
        "connections.c",
        "servers.c",
        "print.c",
        "ladder.c",
        "filters.c",
    ];

    type Outcome<T> = Result<T, String>;

    pub fn build() -> Outcome<()> {
        println!("cargo::rerun-if-changed={SHIM}");
        println!("cargo::rerun-if-env-changed={HEADERS}");
        let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
        let includes = match env::var_os(HEADERS) {
            Some(folder) => {
                vec![Path::new(&folder.to_string_lossy().replace("{os}", &system)).join("usr/include/wireshark")]
            }
            None if env::var("HOST") != env::var("TARGET") || system == "windows" => {
                return Err(format!(
                    "set {HEADERS} to a folder of Wireshark's headers for {system}, or use cargo xtask cross"
                ));
            }
            None => find_wireshark()?,
        };
        let version_header = find_header(&includes, "ws_version.h", "libwireshark-dev")?;
        find_header(&includes, "epan/packet.h", "libwireshark-dev")?;
        find_header(&includes, "glib.h", "libglib2.0-dev")?;
        println!("cargo::rerun-if-changed={}", version_header.display());
        check_series(&version_header)?;
        bind(Path::new(SHIM).join("synfin.h").as_path(), "bindings.rs", "(synfin|SYNFIN)_.*")?;
        bind(&version_header, "ws_version.rs", "WIRESHARK_VERSION_.*")?;
        for object in compile(&includes)? {
            println!("cargo::rustc-link-arg-cdylib={}", object.display());
        }
        link_against_the_host(&system);
        Ok(())
    }

    /// The folders of Wireshark's headers and of what they include.
    fn find_wireshark() -> Outcome<Vec<PathBuf>> {
        let found = pkg_config::Config::new().cargo_metadata(false).env_metadata(true).probe("wireshark");
        match found {
            Ok(library) => Ok(library.include_paths),
            Err(pkg_config::Error::Command { .. }) => {
                Err("pkg-config cannot be run: install it (Debian: apt install pkgconf)".to_string())
            }
            Err(error) if error.to_string().contains("'glib-2.0'") => {
                Err("pkg-config finds no glib-2.0.pc: install it (Debian: apt install libglib2.0-dev)".to_string())
            }
            Err(_) => Err("pkg-config finds no wireshark.pc, so Wireshark's headers are missing: install them \
                           (Debian: apt install libwireshark-dev wireshark-dev)"
                .to_string()),
        }
    }

    fn find_header(includes: &[PathBuf], name: &str, package: &str) -> Outcome<PathBuf> {
        includes
            .iter()
            .map(|folder| folder.join(name))
            .find(|path| path.is_file())
            .ok_or_else(|| format!("the header {name} is missing: install it (Debian: apt install {package})"))
    }

    /// A series that host_layout.h does not know would fail in the C compiler, with many lines.
    fn check_series(version_header: &Path) -> Outcome<()> {
        let text = read(version_header)?;
        let number = |name: &str| {
            text.lines()
                .filter_map(|line| line.strip_prefix("#define ")?.trim().strip_prefix(name))
                .map(|value| value.trim().to_string())
                .next()
                .ok_or_else(|| format!("{} does not define {name}", version_header.display()))
        };
        let major = number("WIRESHARK_VERSION_MAJOR")?;
        let minor = number("WIRESHARK_VERSION_MINOR")?;
        let table = read(&Path::new(SHIM).join("host_layout.h"))?;
        if table.contains(&format!("HOST_LAYOUT_{major}_{minor}(ROW)")) {
            return Ok(());
        }
        Err(format!(
            "the installed headers are of Wireshark {major}.{minor}, which {SHIM}/host_layout.h does not know: build \
             with the headers of a series that it knows (the plugin runs in all of them), or add this one with \
             `cargo xtask host layout`"
        ))
    }

    fn read(path: &Path) -> Outcome<String> {
        fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    }

    fn out_dir() -> Outcome<PathBuf> {
        env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| "cargo has set no OUT_DIR".to_string())
    }

    /// bindgen panics when it finds no libclang; that too has to be one line.
    fn bind(header: &Path, file: &str, items: &str) -> Outcome<()> {
        let builder = bindgen::Builder::default()
            .header(header.to_string_lossy())
            .allowlist_item(items)
            .fit_macro_constants(true)
            .use_core();
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| ()));
        let generated = panic::catch_unwind(panic::AssertUnwindSafe(|| builder.generate()));
        panic::set_hook(hook);
        let bindings = match generated {
            Ok(Ok(bindings)) => bindings,
            Ok(Err(error)) => {
                let line = error.to_string().replace('\n', " ");
                return Err(format!("bindgen cannot read {}: {line}", header.display()));
            }
            Err(_) => {
                return Err("bindgen finds no libclang: install it (Debian: apt install libclang-dev)".to_string());
            }
        };
        let path = out_dir()?.join(file);
        bindings.write_to_file(&path).map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }

    fn compile(includes: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
        let mut build = cc::Build::new();
        build
            .cargo_warnings(false)
            .std("c11")
            .warnings(true)
            .extra_warnings(true)
            .force_frame_pointer(false)
            .warnings_into_errors(true)
            .flag_if_supported("-fvisibility=hidden")
            .include(SHIM)
            .files(SOURCES.iter().map(|source| Path::new(SHIM).join(source)));
        for folder in includes {
            // Wireshark's and glib's own warnings are not ours to treat as errors.
            build.flag("-isystem").flag(folder);
        }
        if let Ok(root) = env::var("CARGO_MANIFEST_DIR") {
            // The same bytes wherever the sources lie.
            build.flag_if_supported(format!("-ffile-prefix-map={root}=."));
        }
        find_compiler(&build)?;
        build.try_compile_intermediates().map_err(|error| {
            let line = error.to_string().replace('\n', " ");
            format!("the C shim does not compile: {line}")
        })
    }

    fn find_compiler(build: &cc::Build) -> Outcome<()> {
        let missing = || "there is no C compiler: install one (Debian: apt install gcc libc6-dev)".to_string();
        let compiler = build.try_get_compiler().map_err(|_| missing())?;
        let status = Command::new(compiler.path())
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if matches!(status, Ok(status) if status.success()) { Ok(()) } else { Err(missing()) }
    }

    /// Wireshark's functions are those of the program that loads the plugin: no library is named, and the shim looks each up
    /// by its name (host_load.c). What is linked is the C library, all of it looked up while loading.
    fn link_against_the_host(system: &str) {
        let arguments: &[&str] = match system {
            // Windows keeps the file loaded by GetModuleHandleEx; macOS unloads none that has thread-local variables.
            "macos" | "windows" => &[],
            _ => &["-Wl,-z,now", "-Wl,-z,nodelete", "-Wl,-Bsymbolic"],
        };
        for argument in arguments {
            println!("cargo::rustc-link-arg-cdylib={argument}");
        }
    }
}
