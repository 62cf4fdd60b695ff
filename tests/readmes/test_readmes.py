"""README.md and README.zh-CN.md say the same, as far as scripts/readmes.py can tell; and that it can tell. The values that
README.md lists are those that the connection log can have, and the documents use the words that the fields use.

What the commands in README.md print is held by tests/e2e_readme.rs, with the real tshark."""

import json
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import readmes  # noqa: E402  (it lies in scripts/)

ENGLISH = """# name

It does `this` for 4 reasons, see [there](docs/THERE.md) and [below](#use).

    $ command --option
    output

    more output

## Use

| field | values |
| --- | --- |
| `a.b` | `x`, `y` |
| `a.c` | a number |

- One thing.
- Another
  thing, `too`.

```console
# not a heading
```
"""

CHINESE = """[English](README.md)

# 名称

因为 4 个理由它做 `this`，见[那里](docs/THERE.md)和[下文](#用法)。

    $ command --option
    output

    more output

## 用法

| 字段 | 取值 |
| --- | --- |
| `a.b` | `y`、`x` |
| `a.c` | 一个数字 |

- 一件事。
- `too`，
  另一件事。

```console
# not a heading
```
"""


def problems(english=ENGLISH, chinese=None):
    return list(readmes.differences(english, chinese if chinese is not None else readmes.stamped(ENGLISH, CHINESE)))


class Readmes(unittest.TestCase):
    def test_the_two_say_the_same(self):
        done = subprocess.run([sys.executable, ROOT / "scripts/readmes.py"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_comments_in_code_and_pictures_may_be_translated(self):
        english = ENGLISH.replace("    output\n", "    output  # seconds\n", 1).replace("docs/THERE.md", "docs/there.png")
        chinese = CHINESE.replace("    output\n", "    output  # 几秒钟\n", 1).replace("docs/THERE.md", "docs/there-zh.png")
        self.assertEqual(problems(english, readmes.stamped(english, chinese)), [])
        other = chinese.replace("output  #", "put  #", 1)
        self.assertEqual(len(problems(english, readmes.stamped(english, other))), 1)

    def test_a_faithful_translation_passes(self):
        self.assertEqual(problems(), [])

    def test_another_line_break_is_no_other_text(self):
        self.assertEqual(problems(ENGLISH.replace("this` for 4", "this`\nfor 4")), [])

    def test_a_line_to_the_other_language_is_not_counted(self):
        for switch in ["English | [简体中文](README.zh-CN.md)\n\n# name", "# name\n\n[简体中文](README.zh-CN.md)"]:
            self.assertEqual(problems(ENGLISH.replace("# name", switch, 1)), [])

    def test_each_change_of_the_english_text_is_noticed(self):
        for old, new, said in [
            ("It does", "It never does", "translated from another text"),
            ("Another\n", "No other\n", "translated from another text"),
            ("## Use", "## Using", "translated from another text"),
            ("## Use", "### Use", "headings"),
            ("## Use", "## Use\n\n## More", "headings"),
            ("--option", "--other", "the code is not the same"),
            ("    more output", "    more  output", "the code is not the same"),
            ("# not a heading", "# no heading", "the code is not the same"),
            ("`this`", "`that`", "names"),
            ("`too`", "`to`", "names"),
            ("4 reasons", "5 reasons", "numbers"),
            ("THERE.md", "HERE.md", "links"),
            ("`a.c`", "`a.d`", "the tables do not match"),
            ("| `a.c` | a number |\n", "", "the tables do not match"),
            ("| field | values |", "| field | values | more |", "the tables do not match"),
            ("- One thing.\n", "", "blocks against"),
            ("## Use\n", "## Use\n\nA new paragraph.\n", "blocks against"),
        ]:
            with self.subTest(old=old, new=new):
                self.assertIn(old, ENGLISH)
                self.assertTrue(any(said in line for line in problems(ENGLISH.replace(old, new, 1))), said)

    def test_each_change_of_the_translation_is_noticed(self):
        stamped = readmes.stamped(ENGLISH, CHINESE)
        for old, new, said in [
            ("## 用法", "### 用法", "headings"),
            ("--option", "--选项", "the code is not the same"),
            ("`this`", "`这个`", "names"),
            ("| `a.c` | 一个数字 |\n", "", "the tables do not match"),
            ("`y`、`x`", "`y`", "the tables do not match"),
            ("- 一件事。\n", "", "blocks against"),
            ("[English](README.md)", "[English](OTHER.md)", "first line"),
        ]:
            with self.subTest(old=old, new=new):
                self.assertIn(old, stamped)
                self.assertTrue(any(said in line for line in problems(chinese=stamped.replace(old, new, 1))), said)

    def test_a_translation_without_stamps_does_not_pass(self):
        self.assertEqual(len(problems(chinese=CHINESE)), 2)

    def test_a_stamp_is_renewed_and_nothing_else(self):
        once = readmes.stamped(ENGLISH, CHINESE)
        self.assertEqual(readmes.stamped(ENGLISH, once), once)
        self.assertEqual("\n".join(line for line in once.splitlines() if not readmes.STAMP.fullmatch(line)) + "\n", CHINESE)


class Facts(unittest.TestCase):
    """What README.md says of the fields, against docs/connection.schema.json, which a test of the core holds."""

    def setUp(self):
        self.text = (ROOT / "README.md").read_text(encoding="utf-8")
        schema = json.loads((ROOT / "docs/connection.schema.json").read_text(encoding="utf-8"))
        self.properties = schema["properties"]
        tables = [readmes.rows(text) for section in readmes.sections(self.text) for kind, text in readmes.blocks(section[3])
                  if kind == "table"]
        self.rows = [[readmes.CODE.findall(cell) for cell in row] for table in tables for row in table if len(row) == 2]

    def values(self, key):
        return sorted(value for value in self.properties[key]["enum"] if value is not None)

    def test_all_values_are_listed(self):
        for name in ["handshake.outcome", "handshake.kind", "teardown.kind", "reset", "reset.cause"]:
            with self.subTest(field=name):
                listed = [values for names, values in self.rows if names == [f"synfin.{name}"]]
                self.assertEqual([sorted(values) for values in listed], [self.values(name.replace(".", "_"))])

    def test_zeek_s_words_are_all_explained(self):
        explained = [name for names, _ in self.rows for name in names if re.fullmatch("[A-Z][A-Z0-9]+", name)]
        self.assertEqual(sorted(explained), self.values("conn_state"))

    def test_shown_keys_are_keys(self):
        shown = re.findall(r'^ {8}"(\w+)": ', self.text, re.MULTILINE)
        self.assertGreater(len(shown), 5)
        self.assertEqual(shown, list(self.properties)[: len(shown)])

    def test_fields_are_fields(self):
        reference = (ROOT / "docs/REFERENCE.md").read_text(encoding="utf-8")
        for names, _ in self.rows:
            for name in names:
                if name.startswith("synfin.") and name not in ("synfin.rebase", "synfin.info_column", "synfin.language"):
                    self.assertIn(f"| `{name}` |", reference)

    def test_one_word_for_one_thing(self):
        for path in ["README.md", "docs/INSTALL.md", "docs/VERSIONS.md", "docs/ROBUSTNESS.md"]:
            text = (ROOT / path).read_text(encoding="utf-8")
            for word in ["octet", "the opening", "the closing", "openings", "closings"]:
                self.assertNotIn(word, text, path)


if __name__ == "__main__":
    unittest.main()
