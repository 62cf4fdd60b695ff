"""The TCP connections of capture files: how each was opened, how it was closed, and what went wrong.

Captures are pcap or pcapng, also compressed with gzip or zstd. Wireshark is not needed::

    synfin.connections("my.pcapng").read_pandas()           # pandas
    polars.from_arrow(synfin.connections("my.pcapng"))      # polars
    log = synfin.connections("my.pcapng")                   # DuckDB
    duckdb.sql("SELECT handshake_outcome, count(*) FROM log GROUP BY ALL")

Rows come while the capture is being read, in memory that does not grow with it.
"""

from __future__ import annotations

import json
import os
import warnings
from typing import Any, Dict, Iterable, Iterator, List, Literal, Optional, Union

import pyarrow

from . import _native
from ._native import CaptureError

__all__ = ["CaptureError", "CaptureWarning", "connections", "report", "segments", "servers"]
__version__: str = _native.VERSION

Path = Union[str, "os.PathLike[str]"]
Paths = Union[Path, Iterable[Path]]
Errors = Literal["raise", "warn"]
Language = Literal["en", "zh"]


class CaptureWarning(UserWarning):
    """Something is to be said of a capture: layers that synfin does not know; with ``errors="warn"`` what is wrong with it."""


def connections(
    paths: Paths,
    *,
    errors: Errors = "raise",
    capture_column: Optional[str] = None,
    wireshark: Optional[str] = None,
    keep_all: bool = False,
    living: Optional[int] = None,
    rebase: bool = True,
    language: Language = "en",
    jobs: Optional[int] = None,
) -> pyarrow.RecordBatchReader:
    """Read captures, a row for each TCP connection.

    The columns are the keys of the connection log (docs/connection.schema.json): ``start`` is a time stamp in UTC to the
    nanosecond, durations are seconds, ``negotiated`` is a structure. A connection is given when it is over, or when nothing
    came of it for some time, so that memory is bounded by the connections that live.

    :param paths: a capture, or several; ``-`` is the standard input. Several are read at once, and given in their order.
    :param errors: what becomes of a capture that cannot be read, or not to its end. Its rows until there are given; then
        ``"raise"`` raises: an ``OSError`` where it cannot be opened, else a :class:`CaptureError`. ``"warn"`` warns with a
        :class:`CaptureWarning`, and goes on with the next capture.
    :param capture_column: the name of a further column in front, with the path of the capture. Each capture has streams of
        its own.
    :param wireshark: number the streams as this series of Wireshark does, ``"4.0"``; without it as the newest.
    :param keep_all: forget nothing: connections are given at the end, in the order in which they began, as tshark does.
        Memory grows with their number.
    :param living: how many connections are remembered at once; 500,000 without it.
    :param rebase: whether X and Y change at the first FIN.
    :param language: the language of sentences.
    :param jobs: how many captures are read at once; without it, as many as there are processors.
    """
    reading = _reading(
        "connections", paths, errors, wireshark=wireshark, keep_all=keep_all, living=living, rebase=rebase, language=language, jobs=jobs
    )
    return _reader(pyarrow.schema(_native.connection_schema()), reading, capture_column)


def segments(
    paths: Paths,
    *,
    errors: Errors = "raise",
    capture_column: Optional[str] = None,
    wireshark: Optional[str] = None,
    living: Optional[int] = None,
    rebase: bool = True,
    language: Language = "en",
    jobs: Optional[int] = None,
) -> pyarrow.RecordBatchReader:
    """Read captures, a row for each TCP segment: what is known of it when it comes.

    The columns are the keys of ``synfin segments``; steps are lists, as a segment can perform two. The parameters are
    those of :func:`connections`.
    """
    reading = _reading(
        "segments", paths, errors, wireshark=wireshark, keep_all=False, living=living, rebase=rebase, language=language, jobs=jobs
    )
    return _reader(pyarrow.schema(_native.segment_schema()), reading, capture_column)


def report(
    path: Path,
    *,
    errors: Errors = "raise",
    wireshark: Optional[str] = None,
    keep_all: bool = False,
    living: Optional[int] = None,
) -> Dict[str, Any]:
    """Sum a capture up: what became of its connections, which servers fail, the causes, the slowest handshakes.

    It is what ``synfin report --json`` writes. With ``errors="warn"`` a capture that is broken half-way has a report too.
    """
    reading = _reading("report", [path], errors, wireshark=wireshark, keep_all=keep_all, living=living)
    for _, text in reading.items():
        found: Dict[str, Any] = json.loads(text)
        # What is wrong with the capture comes after.
        for _ in reading.items():
            pass
        return found
    raise CaptureError(f"{os.fspath(path)} could not be read")


def servers(
    paths: Paths,
    *,
    errors: Errors = "raise",
    wireshark: Optional[str] = None,
    keep_all: bool = False,
    living: Optional[int] = None,
    jobs: Optional[int] = None,
) -> List[Dict[str, Any]]:
    """Count the connections of each server, over all captures; most failures first.

    It is what ``synfin servers --format jsonl`` writes. The parameters are those of :func:`connections`.
    """
    reading = _reading("servers", paths, errors, wireshark=wireshark, keep_all=keep_all, living=living, jobs=jobs)
    for _ in reading.items():
        pass
    found: List[Dict[str, Any]] = json.loads(reading.native.servers())
    return found


class _Reading:
    """Captures that are being read, and what becomes of those that cannot be."""

    def __init__(self, native: _native.Reading, paths: List[str], errors: Errors) -> None:
        self.native = native
        self.paths = paths
        self.errors = errors

    def items(self) -> Iterator[Any]:
        """Each thing that is made of a capture, with the path of that."""
        for number, item, remark, problem in self.native:
            if remark is not None:
                warnings.warn(remark, CaptureWarning, stacklevel=3)
            if problem is not None:
                if self.errors == "raise":
                    raise problem
                warnings.warn(str(problem), CaptureWarning, stacklevel=3)
            if item is not None:
                yield self.paths[number], item


def _reading(
    what: str,
    paths: Paths,
    errors: Errors,
    *,
    wireshark: Optional[str],
    keep_all: bool,
    living: Optional[int],
    rebase: bool = True,
    language: Language = "en",
    jobs: Optional[int] = None,
) -> _Reading:
    if errors not in ("raise", "warn"):
        raise ValueError(f"errors={errors!r}: it is 'raise' or 'warn'")
    found = [os.fspath(paths)] if isinstance(paths, (str, os.PathLike)) else [os.fspath(path) for path in paths]
    if errors == "raise":
        # Better now than after hours of other captures.
        for path in found:
            if path != "-":
                os.stat(path)
    native = _native.Reading(
        what, found, wireshark=wireshark, keep_all=keep_all, living=living, rebase=rebase, language=language, jobs=jobs
    )
    return _Reading(native, found, errors)


def _reader(schema: pyarrow.Schema, reading: _Reading, capture_column: Optional[str]) -> pyarrow.RecordBatchReader:
    if capture_column is not None:
        schema = pyarrow.schema([pyarrow.field(capture_column, pyarrow.string()), *schema])

    def batches() -> Iterator[pyarrow.RecordBatch]:
        for path, native in reading.items():
            batch = pyarrow.record_batch(native)
            if capture_column is not None:
                batch = pyarrow.RecordBatch.from_arrays([pyarrow.repeat(path, len(batch)), *batch.columns], schema=schema)
            yield batch

    return pyarrow.RecordBatchReader.from_batches(schema, batches())
