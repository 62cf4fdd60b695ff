"""Fails where a PowerShell script does not parse: powershell_syntax.py FILE. No PowerShell is in reach to run it."""

import sys
from pathlib import Path

import tree_sitter
import tree_sitter_powershell


def errors(node):
    """The places that the grammar does not know."""
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from errors(child)


def main():
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    text = Path(sys.argv[1]).read_bytes()
    found = list(errors(parser.parse(text).root_node))
    for node in found:
        print(f"{sys.argv[1]}:{node.start_point[0] + 1}: not PowerShell: {node.text.decode()[:60]!r}")
    sys.exit(1 if found else 0)


main()
