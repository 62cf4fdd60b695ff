//! The prototypes of Wireshark's functions that plugin-c calls, in the headers of every series.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use super::{glib, include, included, shim};
use crate::tools::has;

/// The list of functions by which the plugin is compiled.
const FUNCTIONS: &str = "plugin-c/host_functions.h";

/// The prototypes of one root by the functions' names. A header may declare one more than once.
type Prototypes = BTreeMap<String, BTreeSet<String>>;

/// Fails where a function differs, and plugin-c does not know it.
pub fn compare(sh: &Shell, roots: &[PathBuf]) -> Result<()> {
    ensure!(has(sh, "gcc"), "gcc is wanted: its -aux-info lists prototypes");
    let shim = shim(sh)?;
    let work = sh.create_temp_dir()?;
    let all = work.path().join("all.c");
    // A header that only newer series have is left out where it is missing.
    let headers =
        included(&shim).into_iter().filter(|file| file.starts_with("epan/") || file.starts_with("ws_version"));
    let includes: String =
        headers.map(|file| format!("#if __has_include(<{file}>)\n#include <{file}>\n#endif\n")).collect();
    sh.write_file(&all, includes)?;
    let words: BTreeSet<&str> = words(&shim).collect();
    let mut found = Vec::new();
    for root in roots {
        let mut prototypes = declared(sh, root, &all)?;
        prototypes.retain(|name, _| words.contains(name.as_str()));
        ensure!(prototypes.len() > 40, "hardly a function was found in the headers below {}", root.display());
        found.push(prototypes);
    }

    let names: BTreeSet<&String> = found.iter().flat_map(BTreeMap::keys).collect();
    // Those with more than one prototype, and those that not all series have.
    let is_same = |name: &String| found.windows(2).all(|two| two[0].get(name) == two[1].get(name));
    let differ: Vec<&str> = names.iter().filter(|name| !is_same(name)).map(|name| name.as_str()).collect();
    // They are called through prototypes of their own: they stand in the list, and not as SAME.
    let functions = sh.read_file(FUNCTIONS)?;
    let is_listed = |name: &str| self::words(&functions).any(|word| word == name);
    let is_known = |name: &str| is_listed(name) && !functions.contains(&format!("SAME({name})"));
    let unknown: Vec<&str> = differ.iter().copied().filter(|name| !is_known(name)).collect();
    if !unknown.is_empty() {
        for name in &unknown {
            for prototype in
                found.iter().filter_map(|prototypes| prototypes.get(*name)).flatten().collect::<BTreeSet<_>>()
            {
                eprintln!("{name}: {prototype}");
            }
        }
        bail!("not the same in every series, and {FUNCTIONS} does not list them so: {}", unknown.join(" "));
    }
    let (number, differ) = (names.len(), differ.join(" "));
    println!("{number} functions of Wireshark are called; those that differ are listed so in {FUNCTIONS}: {differ}");
    Ok(())
}

/// What the headers below a root declare.
fn declared(sh: &Shell, root: &Path, all: &Path) -> Result<Prototypes> {
    let include = include(root)?;
    let glib = glib(sh)?;
    let list = all.with_file_name("aux-info");
    cmd!(sh, "gcc -std=gnu11 -w -I{include} {glib...} -fsyntax-only -aux-info {list} {all}")
        .quiet()
        .run()
        .with_context(|| format!("the headers below {} do not compile", root.display()))?;
    let mut prototypes = Prototypes::new();
    for (name, prototype) in sh.read_file(list)?.lines().filter_map(prototype) {
        prototypes.entry(name).or_default().insert(prototype);
    }
    Ok(prototypes)
}

/// Name and prototype from a line of gcc's list, where it is from a header of Wireshark's:
/// `/* /usr/include/wireshark/epan/tap.h:49:NC */ extern int f (gint);`
fn prototype(line: &str) -> Option<(String, String)> {
    let (file, declaration) = line.strip_prefix("/* ")?.split_once("*/ extern ")?;
    if !file.split_once(' ')?.0.contains("/wireshark/") {
        return None;
    }
    let declaration = plain(declaration);
    let (head, arguments) = declaration.split_once('(')?;
    let head = head.strip_suffix(' ')?;
    let name = head.rsplit([' ', '*']).next()?;
    let result = &head[..head.len() - name.len()];
    let is_name = !name.is_empty() && name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    (is_name && !result.is_empty()).then(|| (name.to_string(), format!("{result}({arguments}")))
}

/// Without glib's names of C's types, which are the same types; bool and gboolean are not.
fn plain(declaration: &str) -> String {
    let mut text = String::new();
    for part in declaration.split_inclusive(|c: char| !is_word(c)) {
        let word = part.trim_end_matches(|c: char| !is_word(c));
        text.push_str(match word {
            "gchar" => "char",
            "gint" | "gboolean" | "gint32" | "int32_t" => "int",
            "gdouble" => "double",
            "guint" | "guint32" | "uint32_t" => "unsigned int",
            "gint8" => "int8_t",
            "gint16" => "int16_t",
            "gint64" => "int64_t",
            "guint8" => "uint8_t",
            "guint16" => "uint16_t",
            "guint64" => "uint64_t",
            "gconstpointer" => "const void *",
            "gpointer" => "void *",
            "gsize" => "size_t",
            word => word,
        });
        text.push_str(&part[word.len()..]);
    }
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_list_is_read() {
        let line =
            "/* /usr/include/wireshark/epan/x.h:9:NC */ extern const gchar *a_name (guint32, gboolean,  gpointer);";
        let expected = ("a_name".to_string(), "const char *(unsigned int, int, void *);".to_string());
        assert_eq!(prototype(line), Some(expected));
        assert_eq!(prototype("/* /usr/include/stdio.h:9:NC */ extern int puts (const char *);"), None);
        assert_eq!(prototype("/* /a/wireshark/x.h:9:NC */ extern int (*f (void)) (int);"), None);
    }

    #[test]
    fn a_boolean_is_no_bool() {
        assert_ne!(plain("bool f (void)"), plain("gboolean f (void)"));
        assert_eq!(plain("guint f (gsize)"), "unsigned int f (size_t)");
        assert_eq!(plain("my_gint f (gintptr)"), "my_gint f (gintptr)");
    }
}
