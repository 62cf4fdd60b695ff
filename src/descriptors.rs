//! The tables and words as C sees them: made once a process and language, never freed.

use core::ptr;
use std::ffi::CString;

use libc::{c_char, size_t};
use once_cell::sync::Lazy;
use synfin_core::words::experts::{self, Group, Severity};
use synfin_core::words::fields::{self, Subtree, Type};
use synfin_core::words::interface::{self, Word};
use synfin_core::words::language::Language;
use synfin_core::words::{connections, servers, stats};

use crate::bindings as c;
use crate::guard::without_handle;

/// The pointer to no text.
pub const NO_TEXT: *const c_char = ptr::null();

/// The language of a number; an unknown one is English.
pub const fn language(number: u8) -> Language {
    match number {
        c::SYNFIN_LANGUAGE_CHINESE => Language::Chinese,
        _ => Language::English,
    }
}

/// A table for C.
pub struct Table<T: 'static>(&'static [T]);

// SAFETY: the table and every string it points to are immutable and live as long as the process.
unsafe impl<T> Sync for Table<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Table<T> {}

impl<T> Table<T> {
    fn new(rows: impl Iterator<Item = T>) -> Table<T> {
        Table(Vec::leak(rows.collect()))
    }

    /// One of its rows.
    pub fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index)
    }
}

/// One table for each language, made when it is first asked for.
pub type Tables<T> = Lazy<[Table<T>; 2]>;

/// The tables that `make` makes.
fn in_each<T, R: Iterator<Item = T>>(make: impl Fn(Language) -> R) -> [Table<T>; 2] {
    [Language::English, Language::Chinese].map(|language| Table::new(make(language)))
}

/// That of a language.
pub fn of<T>(tables: &'static Tables<T>, language: Language) -> &'static Table<T> {
    let [english, chinese] = Lazy::force(tables);
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// Gives a table to C: its first row, and the number of rows where `count` is not NULL.
///
/// # Safety
/// `count` is NULL or writable.
pub unsafe fn give<T: 'static>(count: *mut size_t, table: impl FnOnce() -> &'static Table<T>) -> *const T {
    // A table that cannot be made has no rows; the pointer is not NULL.
    let rows = without_handle(table).map_or::<&[T], _>(&[], |table| table.0);
    // SAFETY: the caller's promise.
    if let Some(count) = unsafe { count.as_mut() } {
        *count = rows.len();
    }
    rows.as_ptr()
}

/// A string that C may keep. The tables hold no NUL; a string that did would show as empty.
fn c_string(text: &str) -> *const c_char {
    CString::new(text).unwrap_or_default().into_raw()
}

/// The number of a type in the header.
pub const fn type_number(kind: Type) -> u8 {
    match kind {
        Type::String => c::SYNFIN_TYPE_STRING,
        Type::Uint8 => c::SYNFIN_TYPE_UINT8,
        Type::Uint32 => c::SYNFIN_TYPE_UINT32,
        Type::Uint64 => c::SYNFIN_TYPE_UINT64,
        Type::Int32 => c::SYNFIN_TYPE_INT32,
        Type::Int64 => c::SYNFIN_TYPE_INT64,
        Type::Boolean => c::SYNFIN_TYPE_BOOLEAN,
        Type::Time => c::SYNFIN_TYPE_TIME,
        Type::Frame => c::SYNFIN_TYPE_FRAME,
        Type::AbsoluteTime => c::SYNFIN_TYPE_ABSOLUTE_TIME,
    }
}

const fn subtree_number(subtree: Subtree) -> u8 {
    match subtree {
        Subtree::Top => c::SYNFIN_SUBTREE_TOP,
        Subtree::Connection => c::SYNFIN_SUBTREE_CONNECTION,
        Subtree::Numbers => c::SYNFIN_SUBTREE_NUMBERS,
    }
}

const fn word_number(word: Word) -> u8 {
    match word {
        Word::Protocol => c::SYNFIN_WORD_PROTOCOL,
        Word::ThisConnection => c::SYNFIN_WORD_THIS_CONNECTION,
        Word::XAndY => c::SYNFIN_WORD_X_AND_Y,
        Word::Connections => c::SYNFIN_WORD_CONNECTIONS,
        Word::Servers => c::SYNFIN_WORD_SERVERS,
        Word::Outcomes => c::SYNFIN_WORD_OUTCOMES,
        Word::HandshakeFilter => c::SYNFIN_WORD_HANDSHAKE_FILTER,
        Word::TeardownFilter => c::SYNFIN_WORD_TEARDOWN_FILTER,
        Word::ConnectionFilter => c::SYNFIN_WORD_CONNECTION_FILTER,
        Word::RebaseTitle => c::SYNFIN_WORD_REBASE_TITLE,
        Word::RebaseText => c::SYNFIN_WORD_REBASE_TEXT,
        Word::InfoTitle => c::SYNFIN_WORD_INFO_TITLE,
        Word::InfoText => c::SYNFIN_WORD_INFO_TEXT,
        Word::LanguageTitle => c::SYNFIN_WORD_LANGUAGE_TITLE,
        Word::LanguageText => c::SYNFIN_WORD_LANGUAGE_TEXT,
    }
}

const _: () = assert!(fields::FIELDS.len() <= c::SYNFIN_FIELDS_MAX as usize);
const _: () = assert!(experts::EXPERTS.len() <= 64);
const _: () = assert!(servers::COLUMNS <= c::SYNFIN_VALUES_MAX as usize);
const _: () = assert!(servers::COUNTS == c::SYNFIN_SERVER_COUNTS as usize);

/// The fields.
pub static FIELDS: Tables<c::synfin_field> = Lazy::new(|| {
    in_each(|language| {
        fields::FIELDS.iter().map(move |field| c::synfin_field {
            name: c_string(field.name),
            title: c_string(field.title.in_language(language)),
            blurb: c_string(field.blurb.in_language(language)),
            type_: type_number(field.kind),
            subtree: subtree_number(field.subtree),
            reserved: [0; 6],
        })
    })
});

/// The items of expert information.
pub static EXPERTS: Tables<c::synfin_expert> = Lazy::new(|| {
    in_each(|language| {
        experts::EXPERTS.iter().map(move |expert| c::synfin_expert {
            name: c_string(expert.name),
            text: c_string(expert.text.in_language(language)),
            severity: match expert.severity {
                Severity::Chat => c::SYNFIN_SEVERITY_CHAT,
                Severity::Note => c::SYNFIN_SEVERITY_NOTE,
                Severity::Warning => c::SYNFIN_SEVERITY_WARNING,
                Severity::Error => c::SYNFIN_SEVERITY_ERROR,
            },
            group: match expert.group {
                Group::Sequence => c::SYNFIN_GROUP_SEQUENCE,
                Group::Protocol => c::SYNFIN_GROUP_PROTOCOL,
                Group::Response => c::SYNFIN_GROUP_RESPONSE,
            },
            reserved: [0; 6],
        })
    })
});

/// The words, each at its number in the header.
pub static WORDS: Tables<*const c_char> = Lazy::new(|| {
    in_each(|language| {
        let last = Word::ALL.iter().map(|&word| word_number(word)).max().unwrap_or(0);
        (0..=last).map(move |number| {
            let word = Word::ALL.iter().find(|&&word| word_number(word) == number);
            c_string(word.map_or("", |&word| interface::word(language, word)))
        })
    })
});

/// The headings of the table of connections.
pub static CONNECTION_COLUMNS: Tables<*const c_char> =
    Lazy::new(|| in_each(|language| connections::columns(language).iter().map(|heading| c_string(heading))));

/// The headings of the table of servers.
pub static SERVER_COLUMNS: Tables<*const c_char> =
    Lazy::new(|| in_each(|language| servers::columns(language).iter().map(|heading| c_string(heading))));

/// The nodes of the statistics tree.
pub static STAT_NODES: Tables<c::synfin_stat_node> = Lazy::new(|| {
    in_each(|language| {
        stats::nodes(language).into_iter().map(|node| c::synfin_stat_node {
            name: c_string(node.name),
            parent: node.parent.map_or(-1, i32::from),
            reserved: [0; 4],
        })
    })
});
