//! The command `synfin`: the connections of capture files, without Wireshark.

#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

use synfin_cli::command::{Arguments, FAILED, READ};

fn main() -> ExitCode {
    let status = Arguments::of_command_line().run().unwrap_or_else(|error| {
        // Whoever reads has had enough, as `head` does: nothing is wrong.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return READ;
        }
        eprintln!("synfin: the output could not be written: {error}");
        FAILED
    });
    ExitCode::from(status)
}
