//! The table of Wireshark's series, and what holds the rest of the repository against it.

use std::fmt;

use anyhow::{Result, bail};

/// scripts/series.tsv, which the release ships too.
const TABLE: &str = include_str!("../../scripts/series.tsv");

/// A series of Wireshark.
pub struct Series {
    /// `4.0`
    pub number: &'static str,
    /// The Debian release that has it; without one it is known by its headers alone.
    pub debian: Option<&'static str>,
    /// That release's package of Wireshark's library; numbered by its ABI.
    pub library: Option<&'static str>,
    /// A system that has it, in words.
    pub system: &'static str,
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let state = match self.debian {
            Some(release) => format!("tested in {release}"),
            None => "expected, from its headers alone".to_string(),
        };
        write!(f, "Wireshark {} ({}): {state}", self.number, self.system)
    }
}

/// All of them, oldest first.
pub fn all() -> Vec<Series> {
    let given = |word: &'static str| (word != "-").then_some(word);
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let [number, debian, library, system] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
            Some(Series { number, debian: given(debian), library: given(library), system })
        })
        .collect()
}

/// Those of these numbers; all of them where none is named.
pub fn chosen(numbers: &[String]) -> Result<Vec<Series>> {
    let mut chosen = all();
    if let Some(unknown) = numbers.iter().find(|number| !chosen.iter().any(|series| series.number == *number)) {
        bail!("no series {unknown}; `cargo xtask series` lists them");
    }
    chosen.retain(|series| numbers.is_empty() || numbers.iter().any(|number| series.number == number));
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use xshell::{Shell, cmd};

    use super::*;

    /// What may name all series: the table, what is generated from headers, the page about series, and reports of the past.
    const LISTS: [&str; 5] =
        ["scripts/series.tsv", "plugin-c/host_layout.h", "docs/VERSIONS.md", "CHANGELOG.md", "docs/ROBUSTNESS.md"];

    fn read(name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Whether a text names a series: not as the beginning of a release's number, nor as the end of another one.
    fn names(text: &str, series: &str) -> bool {
        let is_part = |c: char| c.is_ascii_digit();
        text.match_indices(series).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let mut after = text[at + found.len()..].chars();
            let next = after.next();
            let is_release = next.is_some_and(is_part) || (next == Some('.') && after.next().is_some_and(is_part));
            !is_release && !before.is_some_and(|c| is_part(c) || c == '.')
        })
    }

    #[test]
    fn every_line_is_a_series() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all().len(), lines, "a line has other than four columns");
        assert!(lines > 0, "no series");
        let parts =
            |series: &Series| series.number.split('.').map(|n| n.parse().expect("a number")).collect::<Vec<u32>>();
        assert!(all().windows(2).all(|two| parts(&two[0]) < parts(&two[1])), "oldest first");
    }

    #[test]
    fn series_are_chosen_by_number() {
        let of = |numbers: &[&str]| chosen(&numbers.iter().map(|number| number.to_string()).collect::<Vec<_>>());
        assert_eq!(of(&[]).expect("all").len(), all().len());
        let newest = all().remove(all().len() - 1).number;
        assert_eq!(of(&[newest]).expect("one").iter().map(|series| series.number).collect::<Vec<_>>(), [newest]);
        assert!(of(&[newest, "3.6"]).is_err(), "a series that there is not");
    }

    #[test]
    fn names_are_found() {
        assert!(names("Wireshark 4.4.", "4.4"));
        assert!(names("4.0, 4.4 and", "4.4"));
        assert!(!names("4.4.19", "4.4"));
        assert!(!names("14.4", "4.4"));
        assert!(!names("1.4.4", "4.4"));
        assert!(!names("4.40", "4.4"));
    }

    /// To add a series is a line of the table, what is generated, and words about it: no other file lists them.
    #[test]
    fn no_other_file_lists_the_series() {
        let sh = Shell::new().expect("a shell");
        sh.change_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        let Ok(files) = cmd!(sh, "git ls-files --cached --others --exclude-standard").quiet().ignore_stderr().read()
        else {
            println!("not a git checkout: nothing is looked through");
            return;
        };
        let series = all();
        let newest = series.last().expect("a series");
        let mut lists = Vec::new();
        for file in files.lines().filter(|file| !LISTS.contains(file) && !file.starts_with("tests/captures/")) {
            let Ok(text) = sh.read_file(file) else { continue };
            for (number, line) in text.lines().enumerate() {
                let named = series.iter().filter(|one| names(line, one.number)).count();
                if named >= 3 && names(line, newest.number) {
                    lists.push(format!("{file}:{}: {}", number + 1, line.trim()));
                }
            }
        }
        assert!(lists.is_empty(), "read scripts/series.tsv there, or say it without numbers: {lists:#?}");
    }

    #[test]
    fn the_page_about_versions_names_each() {
        let page = read("docs/VERSIONS.md");
        let promised =
            page.split("## What is promised").nth(1).expect("the section").split("\n## ").next().expect("its text");
        for series in all() {
            let column = format!("| {} ({}) |", series.number, series.system);
            let is_said = promised.lines().any(|line| line.starts_with('|') && line.contains(&column));
            assert!(is_said, "docs/VERSIONS.md, What is promised: no column is headed {column:?}");
        }
    }

    #[test]
    fn the_generated_layout_has_each() {
        let layout = read("plugin-c/host_layout.h");
        for series in all() {
            let rows = format!("#define HOST_LAYOUT_{}(ROW)", series.number.replace('.', "_"));
            assert!(layout.contains(&rows), "plugin-c/host_layout.h has no rows of {series}: cargo xtask host layout");
        }
    }

    #[test]
    fn documents_name_the_oldest() {
        let oldest = all().remove(0).number;
        for document in ["README.md", "README.zh-CN.md", "docs/INSTALL.md"] {
            assert!(names(&read(document), oldest), "{document}: not from {oldest} on");
        }
    }
}
