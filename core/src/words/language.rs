//! The languages that people read synfin in.

use strum::VariantArray;

/// The language of what people read: titles, descriptions, expert texts, sentences. Names and values are the same in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, VariantArray)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 简体中文
    Chinese,
}

/// One text in every language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Words {
    /// In English.
    pub english: &'static str,
    /// In Chinese.
    pub chinese: &'static str,
}

impl Words {
    /// The text in one language.
    #[must_use]
    pub const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Holds that a text says something in both languages, and that the Chinese one is Chinese.
    #[track_caller]
    pub fn assert_said(words: Words) {
        assert!(!words.english.is_empty() && words.english.is_ascii(), "{words:?}");
        assert!(words.chinese.chars().any(is_han), "{words:?}");
    }

    /// Whether a letter is Chinese.
    pub fn is_han(letter: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&letter)
    }
}
