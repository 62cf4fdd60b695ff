//! Columns, and their values as far as there are any.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Field as Column, Schema, SchemaRef};
use synfin_core::words::fields::{Field, Type};

use super::values::{Kind, RowValue, Value, Values};

/// The columns in front of those of fields.
pub(super) type Front = &'static [(&'static str, Type)];

/// A table: some columns in front, then one a field.
pub(super) struct Table {
    schema: SchemaRef,
    front: Vec<Values>,
    fields: Vec<(&'static Field, Values)>,
    len: usize,
    value: RowValue,
}

impl Table {
    /// One without rows. The fields come with the names of their columns and what these hold.
    pub fn new(front: Front, fields: impl Iterator<Item = (String, &'static Field, Kind)>) -> Table {
        let mut columns: Vec<Column> =
            front.iter().map(|(name, kind)| Column::new(*name, Kind::One(*kind).data_type(), true)).collect();
        let fields = fields.map(|(name, field, kind)| {
            columns.push(Column::new(name, kind.data_type(), true));
            (field, Values::new(kind))
        });
        let fields = fields.collect();
        let front = front.iter().map(|(_, kind)| Values::new(Kind::One(*kind))).collect();
        Table { schema: Arc::new(Schema::new(columns)), front, fields, len: 0, value: RowValue::default() }
    }

    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds a row. `read` says what a field is there.
    pub fn add<const N: usize>(&mut self, front: [Value; N], mut read: impl FnMut(&Field, &mut RowValue)) {
        for (values, value) in self.front.iter_mut().zip(front) {
            values.add(&value);
        }
        for (field, values) in &mut self.fields {
            self.value.clear();
            read(field, &mut self.value);
            values.add(&self.value.value());
        }
        self.len = self.len.saturating_add(1);
    }

    /// The rows as a batch; there are none then.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.len = 0;
        let all = self.front.iter_mut().chain(self.fields.iter_mut().map(|(_, values)| values));
        RecordBatch::try_new(Arc::clone(&self.schema), all.map(Values::finish).collect::<Result<_, _>>()?)
    }
}
