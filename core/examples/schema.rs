//! Prints the JSON Schema of the connection log: `docs/connection.schema.json`.

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(&synfin_core::words::json::schema())?);
    Ok(())
}
