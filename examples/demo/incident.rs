//! Ten minutes in which 1,000 connections are opened and three servers fail, each in its own way: the database refuses from
//! the fifth minute on, a firewall drops every SYN to the bank, and the application resets every third connection once it
//! has the request.

use std::net::Ipv4Addr;

use super::network::{ACK, Client, Link, Network, RST, SYN, Server};

const CONNECTIONS: u64 = 1000;
/// Milliseconds from one connection to the next.
const EVERY: u64 = 600;
/// The database is gone from this connection on.
const DATABASE_GONE: u64 = 500;

const WEB: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 80);
const DATABASE: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 54);
const APPLICATION: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 90);
const FAR: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 20);
const BANK: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 40);

/// Of every twenty connections, who is asked.
const ASKED: &[u8; 20] = b"wwawdwwfwwawwdwbwwda";

impl Network {
    pub fn incident(&mut self) {
        for index in 0..CONNECTIONS {
            let round = index / 20;
            let (at, client) = (1_000 + index * EVERY, Ipv4Addr::new(10, 0, 0, 11 + (index * 7 % 16) as u8));
            match ASKED[(index % 20) as usize] {
                b'd' => database(self.link(at, client, DATABASE, 5432, 2), index >= DATABASE_GONE),
                b'b' => bank(self.link(at, client, BANK, 8443, 2)),
                b'a' => application(self.link(at, client, APPLICATION, 8080, 4), index % 20 == 10),
                b'f' => far(self.link(at, client, FAR, 80, 260), round % 5 == 1),
                // The server closes, or the client does, at once or when it has sent all.
                _ => web(self.link(at, client, WEB, 80, 2), index % 3 == 1),
            }
        }
    }
}

fn web(mut link: Link, closes_at_once: bool) {
    link.open().talk();
    if closes_at_once {
        link.close_at_once(Server)
    } else {
        link.close(Client)
    };
}

fn database(mut link: Link, is_gone: bool) {
    if is_gone {
        link.send(Client, SYN, b"").refuse();
    } else {
        link.open().wait(40).close(Client);
    }
}

/// Linux's timers: one second, two, four.
fn bank(mut link: Link) {
    link.send(Client, SYN, b"");
    for seconds in [1, 2, 4] {
        link.wait(seconds * 1000 - 1).again(Client, SYN);
    }
}

fn application(mut link: Link, fails: bool) {
    link.open();
    if fails {
        link.request().wait(20).send(Server, RST | ACK, b"");
    } else {
        link.talk().close_at_once(Client);
    }
}

fn far(mut link: Link, loses_a_syn: bool) {
    if loses_a_syn {
        link.send(Client, SYN, b"").wait(870).again(Client, SYN).send(Server, SYN | ACK, b"").send(Client, ACK, b"");
    } else {
        link.open();
    }
    link.talk().close_at_once(Client);
}
