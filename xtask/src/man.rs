//! The manual pages of the command `synfin`: `synfin.1`, and one for each of its commands. They say what `--help` says, because
//! they are made from the same definition.

use std::fs;
use std::path::Path;

use anyhow::Result;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use synfin_cli::command::{Arguments, CUT, FAILED, READ};

/// Writes them into a folder.
pub fn write(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, page) in pages()? {
        fs::write(folder.join(name), page)?;
    }
    Ok(())
}

/// All of them, each with the name of its file.
fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let mut commands = vec![command.clone()];
    commands.extend(command.get_subcommands().cloned());
    let source = format!("synfin {}", command.get_version().unwrap_or_default());
    commands.into_iter().map(|command| page(command, &source)).collect()
}

fn page(command: Command, source: &str) -> Result<(String, Vec<u8>)> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_string();
    let is_one = !command.has_subcommands();
    let man = Man::new(command).manual("synfin").source(source);
    let mut page = Vec::new();
    man.render(&mut page)?;
    rest(is_one).to_writer(&mut page)?;
    Ok((format!("{name}.1"), page))
}

/// What the definition does not say. `is_one`: of one of the commands.
fn rest(is_one: bool) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    let statuses = [
        (READ, "Everything was read and written."),
        (FAILED, "A capture could not be opened or is none, or the output could not be written."),
        (2, "The arguments were wrong."),
        (CUT, "A capture ends in the middle of a frame or is damaged: what was read of it until then is written."),
    ];
    for (status, when) in statuses {
        roff.control("TP", []).text([bold(status.to_string())]).text([roman(when)]);
    }
    roff.control("SH", ["SEE ALSO"]);
    let others = if is_one { "synfin(1), synfin(4), tshark(1)" } else { "synfin(4), tshark(1), tcpdump(8)" };
    roff.text([roman(others)]);
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_for_each_command() {
        let pages = pages().expect("pages");
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["synfin.1", "synfin-conns.1", "synfin-segments.1", "synfin-report.1", "synfin-servers.1"]);
        for (name, page) in &pages {
            let text = String::from_utf8(page.clone()).expect("UTF-8");
            let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "\"EXIT STATUS\"", "\"SEE ALSO\""] {
                assert!(sections.contains(&section), "{name}: {sections:?}");
            }
            let options = Arguments::command();
            let own = options.find_subcommand(name.trim_start_matches("synfin-").trim_end_matches(".1"));
            for option in own.into_iter().flat_map(Command::get_arguments).filter_map(|option| option.get_long()) {
                assert!(text.contains(&option.replace('-', "\\-")), "{name} leaves out --{option}");
            }
        }
    }
}
