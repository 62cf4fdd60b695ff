//! The words that a front end shows by itself, apart from fields and sentences: menus, subtrees, preferences.

use strum::VariantArray;

use super::language::Language;

/// A word, or a few of them, of the interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug, VariantArray)]
#[repr(u8)]
pub enum Word {
    /// The name of the protocol, and of the item of each segment.
    Protocol,
    /// The subtree on the connection.
    ThisConnection,
    /// The subtree on the numbers.
    XAndY,
    /// The table of connections.
    Connections,
    /// The table of servers.
    Servers,
    /// The statistics tree.
    Outcomes,
    /// The conversation filter on a connection's handshake.
    HandshakeFilter,
    /// The conversation filter on a connection's teardown.
    TeardownFilter,
    /// The conversation filter on a whole connection.
    ConnectionFilter,
    /// The label of the preference `synfin.rebase`.
    RebaseTitle,
    /// What it does.
    RebaseText,
    /// The label of the preference `synfin.info_column`.
    InfoTitle,
    /// What it does.
    InfoText,
    /// The label of the preference `synfin.language`.
    LanguageTitle,
    /// What it does.
    LanguageText,
}

impl Word {
    /// All of them.
    pub const ALL: &[Word] = Word::VARIANTS;
}

/// A word in a language.
#[must_use]
pub const fn word(language: Language, word: Word) -> &'static str {
    match language {
        Language::English => english(word),
        Language::Chinese => chinese(word),
    }
}

const fn english(word: Word) -> &'static str {
    match word {
        Word::Protocol => "TCP Lifecycle",
        Word::ThisConnection => "This connection",
        Word::XAndY => "X and Y",
        Word::Connections => "Connections",
        Word::Servers => "Servers",
        Word::Outcomes => "Outcomes",
        Word::HandshakeFilter => "This connection's handshake",
        Word::TeardownFilter => "This connection's teardown",
        Word::ConnectionFilter => "This connection",
        Word::RebaseTitle => "Number the teardown from its own start",
        Word::RebaseText => {
            "From the first FIN on, X is the sequence number of that FIN, and Y is what it acknowledges. When off, X and Y \
             are those of the handshake all the way."
        }
        Word::InfoTitle => "Show the step in the Info column",
        Word::InfoText => "A segment with a step, and a RST, says so in the Info column: [Open 2/3: Seq=Y Ack=X+1].",
        Word::LanguageTitle => "Language",
        Word::LanguageText => {
            "The language of all that synfin shows; auto is that of the system. Sentences change at once; labels, menus \
             and the columns of tables when Wireshark starts with this in its preferences, or in the profile's."
        }
    }
}

const fn chinese(word: Word) -> &'static str {
    match word {
        // A name, as in Wireshark's lists of protocols.
        Word::Protocol => "TCP Lifecycle",
        Word::ThisConnection => "本连接",
        Word::XAndY => "X 和 Y",
        Word::Connections => "连接列表",
        Word::Servers => "服务器",
        Word::Outcomes => "连接结果",
        Word::HandshakeFilter => "本连接的握手",
        Word::TeardownFilter => "本连接的挥手",
        Word::ConnectionFilter => "本连接的全部报文段",
        Word::RebaseTitle => "挥手时 X、Y 重新编号",
        Word::RebaseText => {
            "从第一个 FIN 起，X 是该 FIN 的序号，Y 是它所确认的序号；关闭此项时，始终使用握手时的 X 和 Y。"
        }
        Word::InfoTitle => "在 Info 列中显示步骤",
        Word::InfoText => "属于某一步骤的报文段以及 RST 会在 Info 列中标明，例如 [Open 2/3: Seq=Y Ack=X+1]。",
        Word::LanguageTitle => "语言",
        Word::LanguageText => {
            "synfin 全部文字的语言；auto 为跟随系统。说明语句立即切换；标签、菜单和表格的列标题，要等首选项（或配置文件的首选项）中保存了此设置并重新启动 Wireshark 之后才切换。"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_in_both_languages() {
        for &one in Word::ALL {
            let [english, chinese] = [Language::English, Language::Chinese].map(|language| word(language, one));
            assert!(!english.is_empty() && english.is_ascii(), "{one:?}");
            assert!(!chinese.is_ascii() || one == Word::Protocol, "{one:?} is not translated");
        }
    }
}
