//! One hour of a small office, with most of what can happen to a connection in it.

use std::net::Ipv4Addr;

use super::network::{ACK, Client, FIN, Network, PSH, RST, SYN, Server};

const ANNA: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 11);
const BEN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 12);
const CHEN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 13);
const SCANNER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 66);
const WEB: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 80);
const DATABASE: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 54);
const BACKUP: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 90);
const FAR: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 20);

impl Network {
    /// Which hour it is says who fails: the database is down from hour 1 on.
    pub fn one_hour(&mut self, hour: u64) {
        self.link(1_000, ANNA, WEB, 80, 2).open().talk().close(Client);
        self.link(2_000, BEN, WEB, 80, 2).open().talk().close_at_once(Server);
        self.link(3_000, CHEN, FAR, 80, 260).open().talk().close_at_once(Client);
        if hour == 0 {
            self.link(5_000, ANNA, DATABASE, 5432, 2).open().wait(40).close(Client);
        }
        for attempt in 0..hour + 2 {
            self.link(6_000 + attempt * 1_000, BEN, DATABASE, 5432, 2).send(Client, SYN, b"").refuse();
        }
        // The far server does not answer at first: a SYN is sent again, one and three seconds later.
        let mut slow = self.link(20_000, ANNA, FAR, 80, 180);
        slow.send(Client, SYN, b"").wait(910).again(Client, SYN).send(Server, SYN | ACK, b"").send(Client, ACK, b"");
        slow.talk().close(Server);
        let mut lost = self.link(24_000, CHEN, BACKUP, 873, 2);
        lost.send(Client, SYN, b"").wait(999).again(Client, SYN).wait(1_999).again(Client, SYN);
        // A half-closed connection: the client is done, and the server goes on sending.
        let mut half = self.link(30_000, BEN, BACKUP, 9000, 2);
        half.open().send(Client, FIN | ACK, b"").send(Server, ACK, b"");
        half.send(Server, PSH | ACK, &[b'.'; 600])
            .send(Client, ACK, b"")
            .send(Server, FIN | ACK, b"")
            .send(Client, ACK, b"");
        self.link(32_000, CHEN, WEB, 80, 2).open().talk().send(Server, RST | ACK, b"");
        self.link(33_000, ANNA, WEB, 80, 2).open().talk().send(Client, FIN | ACK, b"").send(Client, RST | ACK, b"");
        // A scanner opens half-way: a SYN to every port, a RST to whoever answers, or nothing more.
        for (index, port) in [21, 22, 23, 25, 80, 110, 143, 443, 873, 3306, 5432, 8080].into_iter().enumerate() {
            let mut probe = self.link(40_000 + index as u64 * 5, SCANNER, WEB, port, 2);
            probe.send(Client, SYN, b"");
            match port {
                80 => probe.send(Server, SYN | ACK, b""),
                443 => probe.send(Server, SYN | ACK, b"").send(Client, RST, b""),
                _ => probe.refuse(),
            };
        }
        self.link(50_000, CHEN, WEB, 80, 2).open().talk();
    }
}
