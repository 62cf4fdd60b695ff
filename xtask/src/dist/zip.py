"""Packs FOLDER/NAME as the zip TARGET: its files in order, with one date."""

import os
import sys
import time
import zipfile
from pathlib import Path

work, name, target = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
date = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
with zipfile.ZipFile(target, "w") as archive:
    for path in sorted(path for path in (work / name).rglob("*") if path.is_file()):
        entry = zipfile.ZipInfo(path.relative_to(work).as_posix(), date)
        entry.external_attr = path.stat().st_mode << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, path.read_bytes())
