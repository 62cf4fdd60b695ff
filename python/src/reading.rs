//! Captures that are being read.

use std::io;
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::RecordBatch;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use serde_json::Value;
use synfin_cli::arrow::{Connections, Segments};
use synfin_cli::capture::{Options, Sink};
use synfin_cli::input::Source;
use synfin_cli::living_connections::Limits;
use synfin_cli::output::server_object;
use synfin_cli::relay::{Out, Relay, Step};
use synfin_cli::streams::Series;
use synfin_core::view::ConnectionView;
use synfin_core::words::language::Language;
use synfin_core::words::report::Reporter;
use synfin_core::words::servers::Counter;

use crate::capsules::Batch;
use crate::problems::exception;

/// So long nobody looks whether Ctrl-C was pressed.
const DEAF: Duration = Duration::from_millis(50);

/// What is made of a capture.
enum Product {
    Rows(RecordBatch),
    Report(String),
}

/// What comes of a capture, for Python: its number, then a batch or a text, a remark, or a problem.
type PythonItem = (usize, Option<Py<PyAny>>, Option<String>, Option<PyErr>);

/// Captures that are being read, in threads that know nothing of Python. An iterator.
#[pyclass(frozen)]
pub struct Reading {
    state: Mutex<State>,
    counter: Arc<Mutex<Counter>>,
    /// Whose threads read: a process that forks keeps none of them.
    process: u32,
}

struct State {
    relay: Relay<Product>,
    /// Captures whose end was reached.
    ended: usize,
}

#[pymethods]
impl Reading {
    #[new]
    #[pyo3(signature = (what, paths, *, wireshark, keep_all, living, rebase, language, jobs))]
    #[allow(clippy::too_many_arguments, reason = "Python's side has names for them")]
    fn new(
        what: &str,
        paths: Vec<PathBuf>,
        wireshark: Option<&str>,
        keep_all: bool,
        living: Option<usize>,
        rebase: bool,
        language: &str,
        jobs: Option<usize>,
    ) -> PyResult<Reading> {
        let series = match wireshark {
            Some(name) => name.parse().map_err(|says| PyValueError::new_err(format!("wireshark={name:?}: {says}")))?,
            None => Series::default(),
        };
        let language = match language {
            "en" => Language::English,
            "zh" => Language::Chinese,
            other => return Err(PyValueError::new_err(format!("language={other:?}: the languages are en, zh"))),
        };
        let mut limits = Limits::default();
        limits.living = living.unwrap_or(limits.living).max(1);
        let options = Options { series, rebase, limits: (!keep_all).then_some(limits) };
        let sources = paths.iter().map(|path| Source::of(path)).collect();
        let counter = Arc::new(Mutex::new(Counter::default()));
        let relay = match what {
            "connections" => {
                Relay::new(sources, options, jobs, move |out| Connections::new(out, language, Product::Rows))
            }
            "segments" => Relay::new(sources, options, jobs, move |out| Segments::new(out, language, Product::Rows)),
            "report" => Relay::new(sources, options, jobs, |out| Summary { out, reporter: Reporter::default() }),
            "servers" => {
                let counter = Arc::clone(&counter);
                Relay::new(sources, options, jobs, move |_| ServerSink(Arc::clone(&counter)))
            }
            other => return Err(PyValueError::new_err(format!("{other:?} is not made of captures"))),
        };
        Ok(Reading { state: Mutex::new(State { relay, ended: 0 }), counter, process: process::id() })
    }

    fn __iter__(reading: PyRef<'_, Self>) -> PyRef<'_, Self> {
        reading
    }

    /// What comes next. Python's other threads run in the meantime.
    fn __next__(&self, py: Python) -> PyResult<Option<PythonItem>> {
        loop {
            if process::id() != self.process {
                return Err(PyRuntimeError::new_err(
                    "synfin: reading was begun before a fork; begin it in the new process",
                ));
            }
            let (number, step) = py.detach(|| {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let (number, step) = (state.ended, state.relay.step(DEAF));
                state.ended = number.saturating_add(usize::from(matches!(step, Step::End(_))));
                (number, step)
            });
            py.check_signals()?;
            return Ok(Some(match step {
                Step::Item(Product::Rows(rows)) => (number, Some(Py::new(py, Batch(rows))?.into_any()), None, None),
                Step::Item(Product::Report(text)) => {
                    (number, Some(text.into_pyobject(py)?.into_any().unbind()), None, None)
                }
                Step::Remark(text) => (number, None, Some(text), None),
                Step::End(Err(problem)) => (number, None, None, Some(exception(problem))),
                Step::End(Ok(())) | Step::Later => continue,
                Step::Nothing => return Ok(None),
            }));
        }
    }

    /// The servers counted until now, most failures first: a line of JSON.
    fn servers(&self) -> String {
        let counter = std::mem::take(&mut *self.counter.lock().unwrap_or_else(PoisonError::into_inner));
        Value::from_iter(counter.finish().iter().map(server_object)).to_string()
    }
}

/// Sums a capture up.
struct Summary {
    out: Out<Product>,
    reporter: Reporter,
}

impl Sink for Summary {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.reporter.add(connection);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let report = std::mem::take(&mut self.reporter).finish();
        self.out.give(Product::Report(report.to_json().to_string()))
    }
}

/// Counts the servers of all captures.
struct ServerSink(Arc<Mutex<Counter>>);

impl Sink for ServerSink {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(connection);
        Ok(())
    }
}
