//! Frames by hand, and captures of them.
#![allow(dead_code, reason = "no test uses all of it")]

pub const V4: u16 = 0x0800;
pub const V6: u16 = 0x86dd;
pub const TCP: u8 = 6;

pub fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

pub fn len16(len: usize) -> [u8; 2] {
    u16::try_from(len).expect("short").to_be_bytes()
}

pub fn v4_between(source: [u8; 4], destination: [u8; 4], protocol: u8, flags: u16, payload: &[u8]) -> Vec<u8> {
    let front =
        [&[0x45, 0][..], &len16(20 + payload.len()), &[0x12, 0x34], &flags.to_be_bytes(), &[61, protocol, 0, 0]];
    join(&[&front.concat(), &source, &destination, payload])
}

pub fn ethernet(number: u16, payload: &[u8]) -> Vec<u8> {
    join(&[&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], &number.to_be_bytes(), payload])
}

/// A capture of these frames.
pub fn pcap(link: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = join(&[&0xa1b2_c3d4_u32.to_le_bytes(), &[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]]);
    file.extend(link.to_le_bytes());
    for (nth, frame) in (0_u32..).zip(frames) {
        let len = u32::try_from(frame.len()).expect("short");
        for word in [1_700_000_000, nth * 1000, len, len] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}
