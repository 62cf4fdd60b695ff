//! What handshakes agreed, as a column of structures: the same names as in the log.

use std::sync::Arc;

use arrow_array::builder::{BooleanBufferBuilder, BooleanBuilder, StringBuilder, UInt32Builder};
use arrow_array::{ArrayRef, StructArray};
use arrow_schema::{ArrowError, DataType, Field as Column, Fields};
use synfin_core::view::{NegotiatedEcn, Negotiation, Offers};

/// Which rows have a structure.
struct Validity(BooleanBufferBuilder);

impl Default for Validity {
    fn default() -> Self {
        Validity(BooleanBufferBuilder::new(0))
    }
}

/// A number of each side.
#[derive(Default)]
struct Pairs {
    client: UInt32Builder,
    server: UInt32Builder,
    is_there: Validity,
}

impl Pairs {
    fn columns() -> Fields {
        ["client", "server"].map(|side| Column::new(side, DataType::UInt32, true)).into_iter().collect()
    }

    fn add(&mut self, pair: Option<[Option<u32>; 2]>) {
        let [client, server] = pair.unwrap_or_default();
        self.client.append_option(client);
        self.server.append_option(server);
        self.is_there.0.append(pair.is_some());
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let arrays: Vec<ArrayRef> = vec![Arc::new(self.client.finish()), Arc::new(self.server.finish())];
        Ok(Arc::new(StructArray::try_new(Pairs::columns(), arrays, Some(self.is_there.0.finish().into()))?))
    }
}

/// What was agreed, row by row.
#[derive(Default)]
pub(super) struct NegotiationColumns {
    mss: Pairs,
    window_scale: Pairs,
    sack: BooleanBuilder,
    timestamps: BooleanBuilder,
    ecn: StringBuilder,
    fast_open: BooleanBuilder,
    multipath: BooleanBuilder,
    is_there: Validity,
}

/// The columns of the structure.
pub(super) fn columns() -> Fields {
    let pairs = || DataType::Struct(Pairs::columns());
    let all = [
        ("mss", pairs()),
        ("window_scale", pairs()),
        ("sack", DataType::Boolean),
        ("timestamps", DataType::Boolean),
        ("ecn", DataType::Utf8),
        ("fast_open", DataType::Boolean),
        ("multipath", DataType::Boolean),
    ];
    all.into_iter().map(|(name, kind)| Column::new(name, kind, true)).collect()
}

impl NegotiationColumns {
    pub fn add(&mut self, agreed: Option<&Negotiation>) {
        let both = |option| agreed.map(|agreed| agreed.client.has(option) && agreed.server.has(option));
        self.mss.add(agreed.map(|agreed| [agreed.client.mss, agreed.server.mss].map(|mss| mss.map(u32::from))));
        self.window_scale.add(agreed.and_then(|agreed| {
            let (client, server) = (agreed.client.window_scale?, agreed.server.window_scale?);
            Some([Some(client.into()), Some(server.into())])
        }));
        self.sack.append_option(both(Offers::SACK));
        self.timestamps.append_option(both(Offers::TIMESTAMPS));
        self.ecn.append_option(agreed.and_then(|agreed| agreed.ecn).map(|ecn| match ecn {
            NegotiatedEcn::Classic => "ECN",
            NegotiatedEcn::Accurate => "AccECN",
        }));
        self.fast_open.append_option(agreed.map(|agreed| agreed.fast_open));
        self.multipath.append_option(both(Offers::MULTIPATH));
        self.is_there.0.append(agreed.is_some());
    }

    pub fn finish(&mut self) -> Result<StructArray, ArrowError> {
        let arrays: Vec<ArrayRef> = vec![
            self.mss.finish()?,
            self.window_scale.finish()?,
            Arc::new(self.sack.finish()),
            Arc::new(self.timestamps.finish()),
            Arc::new(self.ecn.finish()),
            Arc::new(self.fast_open.finish()),
            Arc::new(self.multipath.finish()),
        ];
        StructArray::try_new(columns(), arrays, Some(self.is_there.0.finish().into()))
    }
}
