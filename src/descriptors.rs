//! The tables as C sees them: made once a process, never freed.

use core::ptr;
use std::ffi::CString;

use libc::{c_char, size_t};
use once_cell::sync::Lazy;

use super::bindings as c;
use crate::experts::{EXPERTS as EXPERT_TABLE, Group, Severity};
use crate::fields::{FIELDS as FIELD_TABLE, TABLE as COLUMNS, Type, is_of_connection};

/// A table for C.
pub struct Table<T: 'static>(&'static [T]);

// SAFETY: the table and every string it points to are immutable and live as long as the process.
unsafe impl<T> Sync for Table<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Table<T> {}

impl<T> Table<T> {
    fn new(rows: Vec<T>) -> Table<T> {
        Table(Vec::leak(rows))
    }

    /// The first row, and the number of rows where `count` is not NULL.
    ///
    /// # Safety
    /// `count` is NULL or writable.
    pub unsafe fn give(&self, count: *mut size_t) -> *const T {
        // SAFETY: the caller's promise.
        if let Some(count) = unsafe { count.as_mut() } {
            *count = self.0.len();
        }
        self.0.as_ptr()
    }
}

/// A string that C may keep. Table strings hold no NUL; one that did would show as empty.
fn c_string(text: &str) -> *const c_char {
    let text = CString::new(text).unwrap_or_default();
    text.into_raw()
}

/// The number of a type in the header.
pub fn type_number(kind: Type) -> u8 {
    match kind {
        Type::String => c::SYNFIN_TYPE_STRING,
        Type::Uint8 => c::SYNFIN_TYPE_UINT8,
        Type::Uint32 => c::SYNFIN_TYPE_UINT32,
        Type::Uint64 => c::SYNFIN_TYPE_UINT64,
        Type::Int64 => c::SYNFIN_TYPE_INT64,
        Type::Boolean => c::SYNFIN_TYPE_BOOLEAN,
        Type::Time => c::SYNFIN_TYPE_TIME,
        Type::Frame => c::SYNFIN_TYPE_FRAME,
    }
}

const _: () = assert!(FIELD_TABLE.len() <= c::SYNFIN_FIELDS_MAX as usize);
const _: () = assert!(EXPERT_TABLE.len() <= 64);

pub static FIELDS: Lazy<Table<c::synfin_field>> = Lazy::new(|| {
    let row = |field: &crate::fields::Field| c::synfin_field {
        name: c_string(field.name),
        title: c_string(field.title),
        blurb: c_string(field.blurb),
        type_: type_number(field.kind),
        reserved: [0; 7],
    };
    Table::new(FIELD_TABLE.iter().map(row).collect())
});

pub static EXPERTS: Lazy<Table<c::synfin_expert>> = Lazy::new(|| {
    let row = |expert: &crate::experts::Expert| c::synfin_expert {
        name: c_string(expert.name),
        text: c_string(expert.text),
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
    };
    Table::new(EXPERT_TABLE.iter().map(row).collect())
});

/// The places of these fields in the table of fields.
fn places<'a>(names: impl Iterator<Item = &'a str>) -> Table<u16> {
    let place = |name: &str| FIELD_TABLE.iter().position(|field| field.name == name);
    Table::new(names.filter_map(place).filter_map(|place| u16::try_from(place).ok()).collect())
}

pub static TABLE: Lazy<Table<u16>> = Lazy::new(|| places(COLUMNS.iter().copied()));

pub static CONNECTION: Lazy<Table<u16>> = Lazy::new(|| {
    let names = FIELD_TABLE.iter().map(|field| field.name);
    places(names.filter(|name| is_of_connection(name)))
});

pub static STAT_NODES: Lazy<Table<c::synfin_stat_node>> = Lazy::new(|| {
    let row = |node: crate::stats::Node| c::synfin_stat_node {
        name: c_string(node.name),
        parent: node.parent.map_or(-1, i32::from),
        reserved: [0; 4],
    };
    Table::new(crate::stats::nodes().into_iter().map(row).collect())
});

/// The pointer to no text.
pub const NO_TEXT: *const c_char = ptr::null();
