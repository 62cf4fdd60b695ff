//! What can be wrong with a capture, as exceptions of Python.

use std::io;

use pyo3::create_exception;
use pyo3::exceptions::{PyIsADirectoryError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use synfin_cli::input::Error;
use synfin_cli::relay::Problem;

create_exception!(
    synfin,
    CaptureError,
    PyValueError,
    "A capture is none, ends in the middle of a frame, or is damaged. Its rows up to there were given."
);

/// The number of "Is a directory", which Rust's library finds without the system.
const EISDIR: i32 = 21;

/// The exception for a problem: `FileNotFoundError` and its kin where a file could not be opened.
pub fn exception(problem: Problem) -> PyErr {
    let text = problem.to_string();
    match problem {
        Problem::Input { name, error: Error::Open(error) } => os_error(name, &error, text),
        Problem::Input { .. } => CaptureError::new_err(text),
        Problem::Output { .. } | Problem::Panic { .. } => PyRuntimeError::new_err(text),
    }
}

fn os_error(name: String, error: &io::Error, text: String) -> PyErr {
    if error.kind() == io::ErrorKind::IsADirectory {
        return PyIsADirectoryError::new_err((EISDIR, "Is a directory", name));
    }
    match error.raw_os_error() {
        // Python makes of the number what it is: FileNotFoundError, PermissionError.
        Some(number) => PyOSError::new_err((number, without_number(error), name)),
        None => PyOSError::new_err(text),
    }
}

/// What the system says, without "(os error 2)".
fn without_number(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().map_or_else(String::new, str::to_string)
}
