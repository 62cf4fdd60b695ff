//! Prints docs/REFERENCE.md from the one field table, so that it cannot go stale:
//! `cargo run --quiet --no-default-features --example reference > docs/REFERENCE.md`

use synfin::experts::{EXPERTS, Severity};
use synfin::fields::{FIELDS, Type};

fn main() {
    println!("# Fields and expert information of synfin\n");
    println!("Made from the field table by `examples/reference.rs`; do not edit.\n");
    println!("## Fields\n\n| field | type | what a value means |\n| --- | --- | --- |");
    for field in FIELDS {
        let kind = match field.kind {
            Type::String => "string",
            Type::Uint8 => "8-bit number",
            Type::Uint32 => "32-bit number",
            Type::Uint64 => "64-bit number",
            Type::Int64 => "signed 64-bit number",
            Type::Boolean => "boolean",
            Type::Time => "duration",
            Type::Frame => "frame number",
        };
        println!("| `{}` | {kind} | {} |", field.name, field.blurb);
    }
    println!("\n## Expert information\n\n| filter | severity | message |\n| --- | --- | --- |");
    for expert in EXPERTS {
        let severity = match expert.severity {
            Severity::Chat => "Chat",
            Severity::Note => "Note",
            Severity::Warning => "Warning",
            Severity::Error => "Error",
        };
        println!("| `{}` | {severity} | {} |", expert.name, expert.text);
    }
}
