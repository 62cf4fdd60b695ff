//! The values of one column.

use std::fmt::{self, Write};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder, TimestampNanosecondBuilder, UInt8Builder,
    UInt32Builder, UInt64Builder,
};
use arrow_schema::{ArrowError, DataType, Field as Column, TimeUnit};
use synfin_core::view::Negotiation;
use synfin_core::words::fields::{Sink, Type};

use super::negotiation::{self, NegotiationColumns};

/// The time zone of all times.
const UTC: &str = "UTC";

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// One value a row, or none.
    One(Type),
    /// Small numbers, several a row.
    List,
    /// What a handshake agreed.
    Negotiation,
}

impl Kind {
    /// The same, as Arrow says it.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::One(Type::String) => DataType::Utf8,
            Kind::One(Type::Uint8 | Type::Uint32 | Type::Frame) => DataType::UInt32,
            Kind::One(Type::Uint64) => DataType::UInt64,
            Kind::One(Type::Int32 | Type::Int64) => DataType::Int64,
            Kind::One(Type::Time) => DataType::Float64,
            Kind::One(Type::AbsoluteTime) => DataType::Timestamp(TimeUnit::Nanosecond, Some(UTC.into())),
            Kind::One(Type::Boolean) => DataType::Boolean,
            Kind::List => DataType::List(Arc::new(Column::new_list_field(DataType::UInt8, true))),
            Kind::Negotiation => DataType::Struct(negotiation::columns()),
        }
    }
}

/// The values of a column as far as there are any.
pub(super) enum Values {
    Text(StringBuilder),
    Number(UInt32Builder),
    Large(UInt64Builder),
    Signed(Int64Builder),
    Seconds(Float64Builder),
    Time(TimestampNanosecondBuilder),
    Truth(BooleanBuilder),
    List(ListBuilder<UInt8Builder>),
    Negotiation(Box<NegotiationColumns>),
}

/// A value of a row.
pub(super) enum Value<'a> {
    None,
    Number(i64),
    Numbers(&'a [i64]),
    Text(&'a str),
    Negotiation(&'a Negotiation),
}

impl<'a> Value<'a> {
    pub fn text(text: Option<&'a str>) -> Value<'a> {
        text.map_or(Value::None, Value::Text)
    }

    pub fn number(number: Option<i64>) -> Value<'a> {
        number.map_or(Value::None, Value::Number)
    }
}

impl Values {
    pub fn new(kind: Kind) -> Values {
        match kind {
            Kind::One(Type::String) => Values::Text(StringBuilder::new()),
            Kind::One(Type::Uint8 | Type::Uint32 | Type::Frame) => Values::Number(UInt32Builder::new()),
            Kind::One(Type::Uint64) => Values::Large(UInt64Builder::new()),
            Kind::One(Type::Int32 | Type::Int64) => Values::Signed(Int64Builder::new()),
            Kind::One(Type::Time) => Values::Seconds(Float64Builder::new()),
            Kind::One(Type::AbsoluteTime) => Values::Time(TimestampNanosecondBuilder::new().with_timezone(UTC)),
            Kind::One(Type::Boolean) => Values::Truth(BooleanBuilder::new()),
            Kind::List => Values::List(ListBuilder::new(UInt8Builder::new())),
            Kind::Negotiation => Values::Negotiation(Box::default()),
        }
    }

    /// Adds the value of a row; one of another kind is none.
    pub fn add(&mut self, value: &Value) {
        // A row has one value: the last one.
        let number = match value {
            Value::Number(number) => Some(*number),
            Value::Numbers(numbers) => numbers.last().copied(),
            Value::None | Value::Text(_) | Value::Negotiation(_) => None,
        };
        match self {
            Values::Text(all) => all.append_option(if let Value::Text(text) = value { Some(text) } else { None }),
            Values::Number(all) => all.append_option(number.and_then(|number| u32::try_from(number).ok())),
            Values::Large(all) => all.append_option(number.and_then(|number| u64::try_from(number).ok())),
            Values::Signed(all) => all.append_option(number),
            Values::Seconds(all) => all.append_option(number.map(|ns| ns as f64 / 1e9)),
            Values::Time(all) => all.append_option(number),
            Values::Truth(all) => all.append_option(number.map(|number| number != 0)),
            Values::List(all) => {
                if let Value::Numbers(numbers) = value {
                    numbers.iter().for_each(|number| all.values().append_option(u8::try_from(*number).ok()));
                }
                all.append(true);
            }
            Values::Negotiation(all) => {
                all.add(if let Value::Negotiation(negotiation) = value { Some(*negotiation) } else { None })
            }
        }
    }

    /// All of them; there are none then.
    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Values::Text(all) => Arc::new(all.finish()),
            Values::Number(all) => Arc::new(all.finish()),
            Values::Large(all) => Arc::new(all.finish()),
            Values::Signed(all) => Arc::new(all.finish()),
            Values::Seconds(all) => Arc::new(all.finish()),
            Values::Time(all) => Arc::new(all.finish()),
            Values::Truth(all) => Arc::new(all.finish()),
            Values::List(all) => Arc::new(all.finish()),
            Values::Negotiation(all) => Arc::new(all.finish()?),
        })
    }
}

/// What a field says of a row: the field writes it here.
#[derive(Debug, Default)]
pub(super) struct RowValue {
    numbers: Vec<i64>,
    has_text: bool,
    text: String,
    negotiation: Option<Negotiation>,
}

impl RowValue {
    /// Nothing yet: for the next field.
    pub fn clear(&mut self) {
        self.numbers.clear();
        self.has_text = false;
        self.negotiation = None;
    }

    /// Takes what a handshake agreed.
    pub fn negotiation(&mut self, negotiation: Option<Negotiation>) {
        self.negotiation = negotiation;
    }

    pub fn value(&self) -> Value<'_> {
        if let Some(negotiation) = &self.negotiation {
            Value::Negotiation(negotiation)
        } else if !self.numbers.is_empty() {
            Value::Numbers(&self.numbers)
        } else if self.has_text {
            Value::Text(&self.text)
        } else {
            Value::None
        }
    }
}

impl Sink for RowValue {
    fn number(&mut self, number: i64) {
        self.numbers.push(number);
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        self.text.clear();
        self.has_text = write(&mut self.text) == Ok(true);
    }

    fn hide(&mut self) {}
}
