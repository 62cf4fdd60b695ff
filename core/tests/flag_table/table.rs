//! What the reference says of each kind of segment in each pair of states.

/// Where a connection stands: the segments that led there, and what each kind of segment does there.
///
/// History: `>` from the client, `<` from the server, then the kind. Kinds: S SYN, H SYN-ACK, A ACK, F FIN with ACK,
/// R RST with ACK, r RST without. SYN and SYN-ACK have the initial number of their sender, all others the number after
/// the last one it used; the Ack is the number after the last one that the peer used (a SYN-ACK's: after its SYN). In a
/// history alone: X a FIN whose Ack is one less, for it crosses the peer's; G the FIN again, with the number of the first.
/// Cells: client's state/server's state, then steps: o1 to o3, c1 to c4. `=`: the states stay. `?`: the reference leaves it
/// open; the flags that make no kind must not matter all the same.
pub const TABLE: &[(&str, &str, [&str; 2])] = &[
    // history, states, what S H A F R r from the client and from the server do
    (
        "",
        "C/L",
        [
            "SS/SR o1 | E/SR o2 | E/E      | F1/CW c1    | C/C | C/C",
            "SS/SR o1 | E/SR o2 | E/E      | CW/F1 c1    | C/C | C/C",
        ],
    ),
    (
        ">S",
        "SS/SR",
        [
            // Nobody can accept a SYN-ACK of a side whose own SYN was captured, and no SYN of the other.
            "= o1     | =       | E/E o3   | F1/CW o3 c1 | C/L | C/L",
            "SR/SR o1 | E/SR o2 | =        | CW/F1 c1    | C/C | =",
        ],
    ),
    (
        ">S <H",
        "E/SR",
        [
            // The SYN again: the SYN-ACK did not reach the client.
            "SS/SR o1 | =       | E/E o3   | F1/CW o3 c1 | C/L | C/L",
            "?        | = o2    | =        | CW/F1 c1    | C/C | C/C",
        ],
    ),
    (
        ">S <H >S",
        "SS/SR",
        [
            "= o1     | =       | E/E o3   | F1/CW o3 c1 | C/L | C/L",
            // In SYN-SENT a RST needs an acceptable Ack.
            "?        | E/SR o2 | =        | CW/F1 c1    | C/C | =",
        ],
    ),
    (
        ">S <S",
        "SR/SR",
        [
            "= o1     | SR/E o2 | SR/E o2  | F1/CW o2 c1 | C/C | C/C",
            "= o1     | E/SR o2 | E/SR o2  | CW/F1 o2 c1 | C/C | C/C",
        ],
    ),
    (
        ">S <H >A",
        "E/E",
        [
            "= o1     | =       | =        | F1/CW c1    | C/C | C/C",
            // The SYN-ACK again: the server did not take step 3.
            "?        | E/SR o2 | =        | CW/F1 c1    | C/C | C/C",
        ],
    ),
    (
        ">S <H >A <H",
        "E/SR",
        [
            // The ACK again completes nothing a second time; the server's FIN does.
            "= o1     | =       | = o3     | ?           | C/L | C/L",
            "?        | = o2    | =        | CW/F1 c1    | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F",
        "F1/CW",
        [
            "= o1     | =       | =        | = c1        | C/C | C/C",
            "?        | F1/SR o2 | F2/CW c2 | TW/LA c2 c3 | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F <A",
        "F2/CW",
        [
            "= o1     | =       | =        | = c1        | C/C | C/C",
            "?        | = o2    | =        | TW/LA c3    | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F <A >G",
        "F1/CW",
        [
            "= o1     | =       | =        | = c1        | C/C | C/C",
            "?        | = o2    | F2/CW c2 | TW/LA c3    | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F <F",
        "TW/LA",
        [
            "= o1     | =       | TW/C c4  | TW/C c1 c4  | C/C | C/C",
            "?        | = o2    | =        | = c3        | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F <F >A",
        "TW/C",
        [
            // RFC 9293 section 3.10.7.4: a RST ends TIME-WAIT too; its sender stays what it is.
            "= o1     | =       | =        | = c1        | =   | =",
            "?        | = o2    | =        | = c3        | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F <F >A >G",
        "CL/C",
        [
            "= o1     | =       | =        | = c1        | =   | =",
            "?        | = o2    | TW/C c2  | TW/C c3     | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F <F >A <G",
        "TW/LA",
        [
            "= o1     | =       | TW/C c4  | TW/C c1     | TW/C | TW/C",
            "?        | = o2    | =        | = c3        | C/LA | C/LA",
        ],
    ),
    (
        ">S <H >A >F <X",
        "CL/CL",
        [
            "= o1     | =       | CL/TW c4 | CL/TW c1 c4 | C/C | C/C",
            "?        | = o2    | TW/CL c2 | TW/CL c2 c3 | C/C | C/C",
        ],
    ),
    (
        ">S <H >A >F <X <A",
        "TW/CL",
        [
            "= o1     | =       | TW/TW c4 | TW/TW c1 c4 | C/C | C/C",
            "?        | = o2    | =        | = c3        | C/C | C/C",
        ],
    ),
    (
        ">S <H >A <F",
        "CW/F1",
        [
            "= o1     | =       | CW/F2 c2 | LA/TW c2 c3 | C/C | C/C",
            "?        | = o2    | =        | = c1        | C/C | C/C",
        ],
    ),
    (
        ">S <H >A <F >A",
        "CW/F2",
        [
            "= o1     | =       | =        | LA/TW c3    | C/C | C/C",
            "?        | = o2    | =        | = c1        | C/C | C/C",
        ],
    ),
    (
        ">S <H >A <F >F",
        "LA/TW",
        [
            "= o1     | =       | =        | = c3        | C/C | C/C",
            "?        | = o2    | C/TW c4  | C/TW c1 c4  | C/C | C/C",
        ],
    ),
    (
        ">S <R",
        "C/C",
        [
            "SS/SR o1 | =       | =        | =           | =   | =",
            // The server's SYN-ACK after its own RST: somebody else sent that. The client has not spoken yet.
            "=        | C/SR o2 | =        | =           | =   | =",
        ],
    ),
    (
        ">S <H >A >R",
        "C/C",
        [
            "SS/SR o1 | =       | =        | =           | =   | =",
            "=        | =       | =        | =           | =   | =",
        ],
    ),
];
