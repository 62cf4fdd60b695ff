//! The columns of the connection log, with their types, in the examples that want to know them beforehand.

use std::fs;
use std::path::Path;

use serde_json::Value;
use synfin_core::words::json::schema;

/// The longest line.
const WIDTH: usize = 120;

/// What the types of the schema are called.
struct Names {
    text: &'static str,
    time: &'static str,
    integer: &'static str,
    number: &'static str,
    boolean: &'static str,
}

const DUCKDB: Names =
    Names { text: "VARCHAR", time: "TIMESTAMPTZ", integer: "BIGINT", number: "DOUBLE", boolean: "BOOLEAN" };
const SPARK: Names =
    Names { text: "string", time: "timestamp", integer: "bigint", number: "double", boolean: "boolean" };

/// The first type that a property of the schema can have, besides null.
fn type_of(property: &Value) -> &str {
    let types = &property["type"];
    let first = types.as_array().and_then(|types| types.iter().find(|one| **one != "null"));
    // What has words to choose from is a text.
    first.unwrap_or(types).as_str().unwrap_or("string")
}

impl Names {
    /// A property's type; that of an object by `object`.
    fn of(&self, property: &Value, object: &dyn Fn(&Value) -> String) -> String {
        match type_of(property) {
            "integer" => self.integer.to_string(),
            "number" => self.number.to_string(),
            "boolean" => self.boolean.to_string(),
            "object" => object(property),
            _ if property["format"] == "date-time" => self.time.to_string(),
            _ => self.text.to_string(),
        }
    }
}

/// `STRUCT(client BIGINT, server BIGINT)`
fn duckdb_struct(property: &Value) -> String {
    let members = property["properties"].as_object().into_iter().flatten();
    let members: Vec<String> =
        members.map(|(name, property)| format!("{name} {}", DUCKDB.of(property, &duckdb_struct))).collect();
    format!("STRUCT({})", members.join(", "))
}

/// `struct<client: bigint, server: bigint>`
fn spark_struct(property: &Value) -> String {
    let members = property["properties"].as_object().into_iter().flatten();
    let members: Vec<String> =
        members.map(|(name, property)| format!("{name}: {}", SPARK.of(property, &spark_struct))).collect();
    format!("struct<{}>", members.join(", "))
}

/// Words to lines, with `indent` in front of each.
fn filled(words: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => *line += &format!(" {word}"),
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines.join("\n")
}

/// A file with what stands between the two marks replaced.
fn with(path: &'static str, begin: &str, end: &str, new: &str) -> (&'static str, String) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
    let (before, rest) = text.split_once(begin).unwrap_or_else(|| panic!("{path} has no {begin}"));
    let (_, after) = rest.split_once(end).unwrap_or_else(|| panic!("{path} has no {end} after {begin}"));
    (path, format!("{before}{begin}{new}{end}{after}"))
}

/// The examples that name the columns.
pub fn examples() -> [(&'static str, String); 2] {
    let schema = schema();
    let properties = schema["properties"].as_object().expect("properties");
    let listed = |first: &str, column: &dyn Fn(&str, &Value) -> String| {
        let columns = properties.iter().map(|(name, property)| column(name, property));
        [first.to_string()].into_iter().chain(columns).collect::<Vec<_>>().join(", ")
    };
    let duckdb = listed("'capture': 'VARCHAR'", &|name, property| {
        format!("'{name}': '{}'", DUCKDB.of(property, &duckdb_struct))
    });
    let spark = listed("capture string", &|name, property| format!("{name} {}", SPARK.of(property, &spark_struct)));
    [
        with("examples/connections-parquet.sh", "columns = {\n", "})", &filled(&duckdb, "        ")),
        with("examples/spark/connections.py", "CONNECTIONS = \"\"\"\n", "\"\"\"", &format!("{}\n", filled(&spark, ""))),
    ]
}
