//! The language of all that synfin shows through the real tshark: the preference, the locale, and every output format.

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::tshark::{program, read, tshark, tshark_in};
use synfin_core::words::experts::EXPERTS;
use synfin_core::words::fields::FIELDS;

const CAPTURE: &str = "tests/captures/close_by_client.pcap";
const ENGLISH: &str = "The client asks for a connection and announces its initial sequence number X (ISN).";
const CHINESE: &str = "客户端请求建立连接，并告知自己的初始序号 X（ISN）。";

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
        // As gettext: LANGUAGE wins, but not over the locale C.
        (&[("LANG", "en_US.UTF-8"), ("LANGUAGE", "zh_CN:en")], CHINESE),
        (&[("LANG", "zh_CN.UTF-8"), ("LANGUAGE", "en_GB:zh")], ENGLISH),
        (&[("LANG", "en_US.UTF-8"), ("LANGUAGE", "fr:zh")], CHINESE),
        (&[("LC_ALL", "C"), ("LANGUAGE", "zh_CN")], ENGLISH),
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

/// Labels, descriptions and statistics are in the language of the locale: Wireshark takes them when it starts.
#[test]
fn labels_and_statistics() {
    if std::env::var_os("SYNFIN_TSHARK").is_some() {
        return;
    }
    for (locale, is_chinese) in [(&[("LANG", "zh_CN.UTF-8")][..], true), (&[("LC_ALL", "C.UTF-8")], false)] {
        let fields = tshark_in(locale, &["-G", "fields"]);
        let rows: Vec<Vec<&str>> = fields.lines().map(|line| line.split('\t').collect()).collect();
        for field in FIELDS {
            let words = if is_chinese {
                (field.title.chinese, field.blurb.chinese)
            } else {
                (field.title.english, field.blurb.english)
            };
            let row = rows.iter().find(|row| row.len() > 3 && row[2] == field.name).expect("registered");
            assert!(row[1] == words.0 && row.contains(&words.1), "{row:?} {words:?}");
        }
        let expert = EXPERTS.iter().find(|expert| expert.name == "synfin.expert.refused").expect("an item");
        let refused = ["-q", "-r", "tests/captures/refused_port.pcap", "-z"];
        let print = |what: &str| tshark_in(locale, &[&refused[..], &[what]].concat());
        for (what, english, chinese) in [
            ("expert", expert.text.english, expert.text.chinese),
            ("synfin,tree", "Handshake outcome", "握手结果"),
            ("synfin,conn", "Closed by", "关闭发起方"),
            ("synfin,servers", "No answer", "无应答"),
            ("synfin,report", "Servers that fail most", "失败最多的服务器"),
        ] {
            let printed = print(what);
            let (there, not) = if is_chinese { (chinese, english) } else { (english, chinese) };
            assert!(printed.contains(there) && !printed.contains(not), "{what}: {printed}");
        }
    }
}

/// What is saved in the preferences, the profile's where there is one, is the language of labels too: Wireshark takes those
/// before it reads its preferences.
#[test]
fn saved_preference() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join(".config/wireshark");
    let profile = folder.join("profiles/other");
    std::fs::create_dir_all(&profile).expect("a folder");
    let save =
        |folder: &std::path::Path, text: &str| std::fs::write(folder.join("preferences"), text).expect("written");
    save(&folder, "# synfin.language: en\nsynfin.language:\tzh\n#synfin.language: en\n");
    save(&profile, "synfin.language: zh\nsynfin.language: en\n");
    let print = |more: &[&str]| {
        let arguments = [more, &["-q", "-z", "synfin,servers"]].concat();
        common::tshark::read_at(home.path(), "tests/captures/refused_port.pcap".as_ref(), &arguments)
    };
    assert!(print(&[]).contains("无应答"));
    assert!(print(&["-C", "other"]).contains("No answer"), "the last line counts, and the profile's alone");
    save(&folder, "#synfin.language: zh\n");
    assert!(print(&[]).contains("No answer"), "a comment does not count");
}

/// `synfin.language` takes three words and says so of others.
#[test]
fn no_other_language() {
    let output = Command::new(program())
        .args(["-o", "synfin.language:klingon", "-r", CAPTURE, "-c", "1"])
        .env("HOME", "/nonexistent")
        .output()
        .expect("tshark runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("klingon") || complaint.contains("synfin.language"), "{complaint}");
    let lines = complaint.lines().filter(|line| line.contains("klingon") || line.contains("synfin")).count();
    assert_eq!(lines, 1, "{complaint}");
}

fn captures() -> Vec<PathBuf> {
    let folder = std::fs::read_dir("tests/captures").expect("the captures");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "pcap"));
    files.sort();
    files
}

/// Every segment with a step and every reset has a sentence; besides them what shows trouble, and ICMP errors: a filter
/// finds no exception in all captures, put behind each other in one file.
#[test]
fn a_sentence_for_each_step_and_reset() {
    let files = captures();
    assert!(files.len() > 50, "only {} captures", files.len());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = folder.path().join("all.pcapng");
    let merged = Command::new("mergecap").arg("-a").arg("-w").arg(&all).args(&files).status().expect("mergecap runs");
    assert!(merged.success());
    let exceptions = "(synfin.explain and not (synfin.handshake.step or synfin.teardown.step or synfin.reset or synfin.icmp \
                      or synfin.copy or synfin.retransmission or _ws.expert)) or \
                      (not synfin.explain and (synfin.handshake.step or synfin.teardown.step or synfin.reset or synfin.icmp))";
    assert_eq!(read(&all, &["-o", "synfin.language:zh", "-Y", exceptions]), "");
    let sentences = read(&all, &["-Y", "synfin.explain", "-T", "fields", "-e", "frame.number"]).lines().count();
    assert!(sentences > 1000, "only {sentences} sentences");
}
