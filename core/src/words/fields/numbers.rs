//! The rows on X and Y.

use super::{About, Field, Subtree, Type, Words, field};

const SUBTREE: Subtree = Subtree::Numbers;

/// In the order in which they are shown.
pub(super) const FIELDS: &[Field] = &[
    field!(
        "basis",
        String,
        About::Segment(|view, out| {
            let numbers = &view.verdict.numbers;
            if numbers.x.is_some() || numbers.y.is_some() {
                out.word(numbers.basis.name());
            }
        }),
        ["Basis of X and Y", "X 和 Y 的依据"],
        [
            "Where X and Y come from: handshake (the two SYNs), teardown (the first FIN and what it acknowledges), first-seen (the first numbers captured: the handshake was not)",
            "X 和 Y 取自何处：handshake（双方的 SYN）、teardown（第一个 FIN 及其确认号）、first-seen（未捕获握手，取最先看到的序号）"
        ]
    ),
    field!(
        "x",
        Uint32,
        About::Segment(|view, out| out.maybe(view.verdict.numbers.x)),
        ["X", "X"],
        [
            "The number that X stands for: the client's initial sequence number, and from the first FIN on the number of that FIN",
            "X 所代表的绝对序号：客户端的初始序号；从第一个 FIN 起为该 FIN 的序号"
        ]
    ),
    field!(
        "y",
        Uint32,
        About::Segment(|view, out| out.maybe(view.verdict.numbers.y)),
        ["Y", "Y"],
        ["The number that Y stands for: of the other side", "Y 所代表的绝对序号：属于另一方"]
    ),
    field!(
        "seq.offset",
        Int64,
        About::Segment(|view, out| out.maybe(view.verdict.numbers.seq)),
        ["Sequence offset", "序号偏移"],
        [
            "The sequence number minus X or Y, in bytes, as a number to compare; goes on counting beyond 4 GiB",
            "序号减去 X 或 Y 的差值（字节），可用于比较大小；超过 4 GiB 后继续累加，不回绕"
        ]
    ),
    field!(
        "ack.offset",
        Int64,
        About::Segment(|view, out| out.maybe(view.verdict.numbers.ack)),
        ["Acknowledgment offset", "确认号偏移"],
        [
            "The acknowledgment number minus X or Y, in bytes, as a number to compare; goes on counting beyond 4 GiB",
            "确认号减去 X 或 Y 的差值（字节），可用于比较大小；超过 4 GiB 后继续累加，不回绕"
        ]
    ),
];
