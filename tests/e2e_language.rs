//! The language of `synfin.explain` through the real tshark: the preference, the locale, and every output format.

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::tshark::{read, tshark, tshark_in};

const CAPTURE: &str = "tests/captures/close_by_client.pcap";
const ENGLISH: &str = "The client asks to open a connection and announces its number X.";
const CHINESE: &str = "客户端请求建立连接，并告知自己的初始序号 X。";

/// The arguments that make tshark print the explanation of the first SYN and nothing else.
const FIRST: [&str; 8] = ["-r", CAPTURE, "-Y", "synfin.handshake.step == 1", "-T", "fields", "-e", "synfin.explain"];

#[test]
fn the_preference_chooses() {
    for (language, sentence) in [("en", ENGLISH), ("zh", CHINESE), ("auto", ENGLISH)] {
        let option = format!("synfin.language:{language}");
        let mut arguments = vec!["-o", &option];
        arguments.extend(FIRST);
        assert_eq!(tshark(&arguments), format!("{sentence}\n"), "{language}");
        arguments.push("-2");
        assert_eq!(tshark(&arguments), format!("{sentence}\n"), "{language}, two passes");
    }
}

/// POSIX: LC_ALL before LC_MESSAGES before LANG, empty ones not counted. The locale need not be installed.
#[test]
fn the_locale_is_the_default() {
    // The tshark of another series may run behind a wrapper with an environment of its own; what is read is the same.
    if std::env::var_os("SYNFIN_TSHARK").is_some() {
        return;
    }
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], ENGLISH),
        (&[("LANG", "zh_CN.UTF-8")], CHINESE),
        (&[("LANG", "zh_SG.UTF-8"), ("LC_MESSAGES", "")], CHINESE),
        (&[("LANG", "de_DE.UTF-8")], ENGLISH),
        (&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "zh_CN.UTF-8")], CHINESE),
        (&[("LANG", "zh_CN.UTF-8"), ("LC_MESSAGES", "en_US.UTF-8")], ENGLISH),
        (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], ENGLISH),
        (&[("LANG", "C"), ("LC_ALL", "zh_CN.UTF-8")], CHINESE),
        (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")], CHINESE),
    ];
    for (locale, sentence) in cases {
        assert_eq!(tshark_in(locale, &FIRST), format!("{sentence}\n"), "{locale:?}");
    }
    let mut arguments = vec!["-o", "synfin.language:en"];
    arguments.extend(FIRST);
    assert_eq!(tshark_in(&[("LANG", "zh_CN.UTF-8")], &arguments), format!("{ENGLISH}\n"), "the preference wins");
}

/// Whatever the format, the sentence is there as UTF-8 and not as escapes; that all of it is UTF-8 `tshark_in` checks.
#[test]
fn every_format_has_it_in_utf_8() {
    for locale in [&[("LANG", "zh_CN.UTF-8")][..], &[("LC_ALL", "C")]] {
        for format in [&["-T", "json"][..], &["-T", "pdml"], &["-T", "ek"], &["-V"]] {
            let mut arguments = vec!["-o", "synfin.language:zh", "-r", CAPTURE];
            arguments.extend(format);
            assert!(tshark_in(locale, &arguments).contains(CHINESE), "{format:?} in {locale:?}");
        }
    }
    let json: serde_json::Value =
        serde_json::from_str(&read(CAPTURE.as_ref(), &["-o", "synfin.language:zh", "-T", "json"])).expect("JSON");
    assert_eq!(json[0]["_source"]["layers"]["synfin"]["synfin.explain"], CHINESE);
}

fn captures() -> Vec<PathBuf> {
    let folder = std::fs::read_dir("tests/captures").expect("the captures");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "pcap"));
    files.sort();
    files
}

/// Every segment with a step and every reset has a sentence, no other has: a filter finds no exception in all captures,
/// put behind each other in one file.
#[test]
fn a_sentence_for_each_step_and_reset() {
    let files = captures();
    assert!(files.len() > 50, "only {} captures", files.len());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = folder.path().join("all.pcapng");
    let merged = Command::new("mergecap").arg("-a").arg("-w").arg(&all).args(&files).status().expect("mergecap runs");
    assert!(merged.success());
    let exceptions = "(synfin.explain and not (synfin.handshake.step or synfin.teardown.step or synfin.reset)) or \
                      (not synfin.explain and (synfin.handshake.step or synfin.teardown.step or synfin.reset))";
    assert_eq!(read(&all, &["-o", "synfin.language:zh", "-Y", exceptions]), "");
    let sentences = read(&all, &["-Y", "synfin.explain", "-T", "fields", "-e", "frame.number"]).lines().count();
    assert!(sentences > 1000, "only {sentences} sentences");
}
