from typing import Any, Iterator, List, Optional, Tuple

VERSION: str

class CaptureError(ValueError):
    """A capture is none, ends in the middle of a frame, or is damaged. Its rows up to there were given."""

class Batch:
    def __arrow_c_array__(self, requested_schema: Optional[object] = None) -> Tuple[object, object]: ...

class Schema:
    def __arrow_c_schema__(self) -> object: ...

class Reading:
    def __init__(
        self,
        what: str,
        paths: List[str],
        *,
        wireshark: Optional[str],
        keep_all: bool,
        living: Optional[int],
        rebase: bool,
        language: str,
        jobs: Optional[int],
    ) -> None: ...
    def __iter__(self) -> Iterator[Tuple[int, Any, Optional[str], Optional[BaseException]]]: ...
    def __next__(self) -> Tuple[int, Any, Optional[str], Optional[BaseException]]: ...
    def servers(self) -> str: ...

def connection_schema() -> Schema: ...
def segment_schema() -> Schema: ...
