//! The help in Chinese. Its words come from here, those of clap too: headings, defaults, `--help` itself. What clap says of
//! wrong arguments stays in English: it has no place for other words.

use clap::{Arg, ArgAction, Command};

/// Above the options of a command that reads captures.
const READING: &str = "{about}\n\n用法：{usage}\n\n参数：\n{positionals}\n\n选项：\n{options}";
/// Above the list of commands.
const ALL: &str = "{about}\n\n用法：{usage}\n\n命令：\n{subcommands}\n\n选项：\n{options}";

/// What stands for a format.
const FORMAT: &str = "格式";

/// The same command line with its help in Chinese.
pub fn help(command: Command) -> Command {
    let about = "捕获文件中的 TCP 连接：如何建立、如何关闭、出了什么问题。\n\n捕获文件为 pcap 或 pcapng，也可用 gzip 或 zstd 压缩；- 表示标准输入。";
    let mut command = with_flags(command, "显示版本")
        .about(about)
        .long_about(about)
        .help_template(ALL)
        .override_usage("synfin <命令> [选项] <文件>...")
        .mut_subcommands(of_command);
    // Now clap has added the command `help`.
    command.build();
    command.mut_subcommand("help", |help| help.about("显示某个命令的帮助"))
}

fn of_command(command: Command) -> Command {
    let about = match command.get_name() {
        "conns" => "每条连接一行：连接日志。",
        "segments" => "每个报文段一行，内容为它到达时已知的情况。",
        "report" => "一屏概括一个捕获文件：结果、失败的服务器、原因、慢握手。",
        "servers" => "每台服务器一行，失败最多的在前；全部捕获文件合并统计。",
        _ => return command,
    };
    let usage = format!("synfin {} [选项] <文件>...", command.get_name());
    with_flags(command, "").about(about).help_template(READING).override_usage(usage).mut_args(of_argument)
}

/// `--help`, and `--version` where there is one, in words of our own.
fn with_flags(command: Command, version: &'static str) -> Command {
    let command = command
        .disable_help_flag(true)
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助"));
    if version.is_empty() {
        return command;
    }
    command
        .disable_version_flag(true)
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help(version))
}

fn of_argument(argument: Arg) -> Arg {
    let (value, text) = match argument.get_id().as_str() {
        "files" => ("文件", "要读取的捕获文件；- 表示标准输入"),
        "wireshark" => ("系列", "按 Wireshark 的这个系列给 TCP 流编号"),
        "keep_all" => ("", "什么都不忘记：全部读完之后才按连接开始的先后输出，与 tshark 相同"),
        "forget_over" => ("秒", "连接已结束且静默这么久之后，输出并忘记"),
        "forget_opening" => ("秒", "握手未完成的连接静默这么久之后，输出并忘记"),
        "forget_idle" => ("秒", "其他连接静默这么久之后，输出并忘记"),
        "living" => ("数目", "同时记住多少条连接：超过时，最先该忘记的提前忘记"),
        "no_rebase" => ("", "挥手时仍使用握手的 X 和 Y"),
        "jobs" => ("数目", "同时读取多少个捕获文件；默认与处理器数目相同"),
        "language" => ("语言", "说明语句和标题的语言：en 英文，zh 中文，auto 跟随系统 [默认：auto]"),
        "quiet" => ("", "不在终端显示进度"),
        "format" => (FORMAT, "输出格式："),
        "json" => ("", "每个捕获文件输出一个 JSON 对象"),
        "html" => ("文件.html", "把全部捕获文件写成一个网页：任何浏览器都能打开，不需要网络，语言随读者"),
        _ => return argument,
    };
    if !argument.get_action().takes_values() {
        return argument.help(text);
    }
    let formats = argument.get_possible_values().iter().map(|value| of_format(value.get_name())).collect::<Vec<_>>();
    let text = if value == FORMAT { format!("{text}{}", formats.join("，")) } else { text.to_string() };
    let default =
        argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let text = if default.is_empty() { text } else { format!("{text} [默认：{default}]") };
    argument.value_name(value).help(text).hide_default_value(true).hide_possible_values(true)
}

fn of_format(name: &str) -> String {
    let text = match name {
        "jsonl" => " 每行一个 JSON 对象",
        "csv" => " 首行为列名",
        "table" => " 供人阅读",
        "parquet" => " 只能用于一个捕获文件",
        _ => "",
    };
    format!("{name}{text}")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Arguments;
    use super::*;

    /// Whether it is written in Chinese letters.
    fn is_chinese(text: &str) -> bool {
        text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
    }

    #[test]
    fn every_argument_is_explained() {
        let command = help(Arguments::command());
        assert_eq!(command.get_subcommands().count(), 5);
        for one in command.get_subcommands().chain([&command]) {
            assert!(is_chinese(&one.get_about().expect("what it does").to_string()), "{}", one.get_name());
            for argument in one.get_arguments() {
                let text = argument.get_help().expect("what it does").to_string();
                assert!(is_chinese(&text), "{} {}: {text}", one.get_name(), argument.get_id());
            }
        }
    }

    #[test]
    fn no_word_of_clap_is_left() {
        let mut command = help(Arguments::command());
        let names: Vec<String> =
            command.get_subcommands().map(|one| one.get_name().to_string()).filter(|name| name != "help").collect();
        let mut pages = vec![command.render_help().to_string(), command.render_long_help().to_string()];
        for name in names {
            let one = command.find_subcommand_mut(&name).expect("a command");
            pages.extend([one.render_help().to_string(), one.render_long_help().to_string()]);
        }
        for page in pages {
            for word in ["Usage", "Options", "Arguments", "Commands", "OPTIONS", "Print", "default", "ossible", "FILE"]
            {
                assert!(!page.contains(word), "{word} in\n{page}");
            }
            assert!(page.contains("用法：synfin ") && page.contains("选项：") && page.contains("显示帮助"), "{page}");
        }
    }
}
