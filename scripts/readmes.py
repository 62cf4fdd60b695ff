#!/usr/bin/env python3
"""Holds README.zh-CN.md against README.md: the same headings, code, tables, lists, links, names and numbers, in the same order.

    readmes.py            says where the two differ; status 1 when they do
    readmes.py --stamp    notes in README.zh-CN.md that its sections now say what README.md says

Sentences cannot be compared. So each section of the translation has a stamp, a comment below its heading with a checksum of
the English section that it was made from: who changes README.md has to look at the translation of that section, and stamps.
"""

import hashlib
import pathlib
import re
import sys

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
HEADING = re.compile(r"(#{1,6}) (.*)")
STAMP = re.compile(r"<!-- README\.md ([0-9a-f]{8}) -->")
# The line that leads to the other language.
SWITCH = re.compile(r"[^\n]*\]\(README(\.zh-CN)?\.md\)[^\n]*")
ITEM = re.compile(r"(?:[-*]|\d+\.) ")
# What a translation translates in code, and where it has a picture of its own.
COMMENT = re.compile(r"  +# .*")
OWN_PICTURE = re.compile(r"-zh(?=\.png$)|-zh(?= my\.pcapng$)", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def sections(text):
    """The sections in order: (heading's level, heading, stamp or None, lines). What precedes a heading has level 0."""
    found, fenced = [(0, "", None, [])], False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        heading, stamp = HEADING.fullmatch(line), STAMP.fullmatch(line)
        if heading and not fenced:
            found.append((len(heading[1]), heading[2], None, []))
        elif stamp and not fenced:
            level, title, _, lines = found[-1]
            found[-1] = (level, title, stamp[1], lines)
        elif not (SWITCH.fullmatch(line) and len(found) <= 2):
            found[-1][3].append(line.rstrip())
    return [section for section in found if section[0] or "".join(section[3])]


def blocks(lines):
    """The blocks of a section: ("code", text), ("table", rows), ("item", text) or ("text", text)."""
    found, fenced = [], False
    previous = ""
    for line in lines:
        kind = found[-1][0] if found else ""
        if line.startswith("```"):
            fenced = not fenced
            if fenced:
                found.append(["code", [line]])
            else:
                found[-1][1].append(line)
        elif fenced or (line.startswith("    ") and (kind == "code" or not previous)):
            if kind == "code" and (fenced or not found[-1][1][0].startswith("```")):
                found[-1][1].append(line)
            else:
                found.append(["code", [line]])
        elif not line:
            if kind == "code":
                found[-1][1].append(line)
        elif line.startswith("|"):
            if kind == "table" and previous:
                found[-1][1].append(line)
            else:
                found.append(["table", [line]])
        elif ITEM.match(line):
            found.append(["item", [line]])
        elif kind in ("item", "text") and previous:
            found[-1][1].append(line)
        else:
            found.append(["text", [line]])
        previous = line
    return [(kind, "\n".join(content).rstrip()) for kind, content in found]


def marks(text):
    """What a translation leaves as it is, sorted: names and commands, where links lead, and numbers."""
    codes = CODE.findall(text)
    links = [OWN_PICTURE.sub("", target) for target in LINK.findall(text) if not target.startswith("#")]
    prose = LINK.sub(" ", CODE.sub(" ", text))
    return sorted(codes), sorted(links), sorted(NUMBER.findall(prose))


def plain(code):
    """Code without its comments."""
    return COMMENT.sub("", code)


def rows(text):
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in text.splitlines()]


def compare_blocks(one, other):
    """How two blocks differ; None when they do not."""
    (kind, text), (other_kind, other_text) = one, other
    if kind != other_kind:
        return f"{kind} against {other_kind}"
    if kind == "code":
        same = plain(text) == OWN_PICTURE.sub("", plain(other_text))
        return None if same else "the code is not the same"
    if kind == "table":
        shape = [[marks(cell) for cell in row] for row in rows(text)]
        return None if shape == [[marks(cell) for cell in row] for row in rows(other_text)] else "the tables do not match"
    for name, here, there in zip(("names", "links", "numbers"), marks(text), marks(other_text), strict=True):
        if here != there:
            return f"{name}: {here} against {there}"
    return None


def checksum(section):
    level, title, _, lines = section
    # Another line break is no other text, but in code.
    parts = [text if kind in ("code", "table") else " ".join(text.split()) for kind, text in blocks(lines)]
    return hashlib.sha256("\n".join([f"{level} {title}", *parts]).encode()).hexdigest()[:8]


def differences(english, chinese):
    """All that is wrong with the translation, a line each."""
    first = chinese.splitlines()[0] if chinese else ""
    if f"]({ENGLISH})" not in first:
        yield f"the first line of {CHINESE} does not lead to {ENGLISH}"
    ours, theirs = sections(english), sections(chinese)
    levels = [[level for level, *_ in those] for those in (ours, theirs)]
    if levels[0] != levels[1]:
        yield f"headings: levels {levels[0]} against {levels[1]}"
        return
    for section, other in zip(ours, theirs, strict=True):
        where = f"{section[1]!r} / {other[1]!r}"
        pairs = blocks(section[3]), blocks(other[3])
        if len(pairs[0]) != len(pairs[1]):
            yield f"{where}: {len(pairs[0])} blocks against {len(pairs[1])}"
        else:
            for one, another in zip(*pairs, strict=True):
                problem = compare_blocks(one, another)
                if problem:
                    yield f"{where}: {problem}; at: {one[1][:60]!r}"
        if other[2] != checksum(section):
            yield f"{where}: translated from another text (stamp {other[2]}); bring it up to date, then scripts/readmes.py --stamp"


def stamped(english, chinese):
    """The translation with the stamps of the English sections of today."""
    sums = iter([checksum(section) for section in sections(english) if section[0]])
    lines, fenced = [], False
    for line in chinese.splitlines():
        fenced ^= line.startswith("```")
        if STAMP.fullmatch(line) and not fenced:
            continue
        lines.append(line)
        if HEADING.fullmatch(line) and not fenced:
            lines.append(f"<!-- README.md {next(sums)} -->")
    return "\n".join(lines) + "\n"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    english, chinese = ((root / name).read_text(encoding="utf-8") for name in (ENGLISH, CHINESE))
    if sys.argv[1:] == ["--stamp"]:
        chinese = stamped(english, chinese)
        (root / CHINESE).write_text(chinese, encoding="utf-8")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    problems = list(differences(english, chinese))
    for problem in problems:
        print(f"readmes: {problem}", file=sys.stderr)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
