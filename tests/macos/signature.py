"""Holds the ad-hoc code signature of a Mach-O file of one processor against the file's bytes: signature.py FILE.

macOS on Apple silicon loads no code whose pages have other hashes than the signature says. Layout: Apple's cs_blobs.h.
"""

import hashlib
import struct
import sys
from pathlib import Path

LC_CODE_SIGNATURE = 0x1D
SUPER_BLOB, CODE_DIRECTORY = 0xFADE0CC0, 0xFADE0C02
ADHOC = 0x2
SHA256 = 2


def signature_at(data):
    """Where the signature lies: offset and size."""
    magic, *_, commands, _size, _flags, _reserved = struct.unpack_from("<8I", data)
    if magic != 0xFEEDFACF:
        sys.exit("not a 64-bit Mach-O file of one processor")
    at = 32
    for _ in range(commands):
        command, size = struct.unpack_from("<2I", data, at)
        if command == LC_CODE_SIGNATURE:
            return struct.unpack_from("<2I", data, at + 8)
        at += size
    return sys.exit("there is no signature")


def code_directory(blob):
    magic, _size, count = struct.unpack_from(">3I", blob)
    if magic != SUPER_BLOB:
        sys.exit("the signature is damaged")
    for i in range(count):
        offset = struct.unpack_from(">2I", blob, 12 + 8 * i)[1]
        if struct.unpack_from(">I", blob, offset)[0] == CODE_DIRECTORY:
            return blob[offset:]
    return sys.exit("the signature has no code directory")


def main():
    data = Path(sys.argv[1]).read_bytes()
    start, size = signature_at(data)
    directory = code_directory(data[start : start + size])
    fields = struct.unpack_from(">9I4BI", directory)
    flags, hashes, slots, limit = fields[3], fields[4], fields[7], fields[8]
    hash_size, hash_type, _platform, page_bits = fields[9:13]
    if not flags & ADHOC or hash_type != SHA256 or limit != start:
        sys.exit("the signature is not an ad-hoc one of this whole file, by SHA-256")
    page = 1 << page_bits
    for slot in range(slots):
        digest = hashlib.sha256(data[slot * page : min((slot + 1) * page, limit)]).digest()
        if digest != directory[hashes + slot * hash_size : hashes + (slot + 1) * hash_size]:
            sys.exit(f"page {slot} is not what was signed")
    if slots * page < limit:
        sys.exit("the signature does not cover the file")
    print(f"{slots} pages are as signed")


main()
