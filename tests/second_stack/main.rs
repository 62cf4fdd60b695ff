//! A second, independent TCP: two smoltcp hosts on a seeded faulty link, and synfin held against their sockets.

mod history;
mod host;
mod limits;
mod link;
mod observe;
mod outcome;
mod program;
mod scenarios;
mod world;

use std::collections::BTreeMap;

use link::{Link, Rng};
use observe::{Observer, Tap};
use scenarios::SCENARIOS;
use synfin::tcp::Side;

#[test]
fn try_it() {
    let per: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    let only = std::env::var("ONLY").ok();
    let only_link = std::env::var("LINK").ok();
    let mut seed = 0;
    let mut connections = 0;
    let mut agree = [0u64; 3];
    let mut counts: BTreeMap<(&str, String), u64> = BTreeMap::new();
    let mut bad: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for scenario in SCENARIOS {
        for link in Link::ALL {
            let mut observers = Tap::ALL.map(Observer::new);
            for _ in 0..per {
                seed += 1;
                if only.as_ref().is_some_and(|o| o != scenario.name) || only_link.as_ref().is_some_and(|o| o != link.name) {
                    continue;
                }
                let mut rng = Rng::new(seed * 7919);
                let programs = (scenario.programs)(&mut rng);
                let isn = |rng: &mut Rng| match rng.below(4) {
                    0 => 0u32.wrapping_sub(rng.below(1200) as u32),
                    1 => 0x8000_0000u32.wrapping_sub(rng.below(1200) as u32),
                    _ => rng.next() as u32,
                };
                let setting = world::Setting {
                    seed: rng.next(),
                    link,
                    client: programs.client,
                    server: programs.server,
                    ports: [40_000 + (seed % 20000) as u16, 80],
                    isns: [isn(&mut rng), isn(&mut rng)],
                    buffer: programs.buffer,
                };
                for (n, history) in world::play(&setting).iter().enumerate() {
                    connections += 1;
                    let verbose = std::env::var("V").is_ok();
                    if verbose { println!("== seed {seed} n{n}"); dump(history); }
                    for m in &history.moments {
                        for side in [Side::Client, Side::Server] {
                            let told = limits::told_all(history, Tap::At(side), side, m.tick);
                            let truth = m.truth[side];
                            if told != truth && m.tick >= first_tick(history, side) {
                                let key = format!("INSIDE {} {side:?} told {} truth {}", scenario.name, told.name(), truth.name());
                                let e = bad.entry(key).or_insert((0, format!("{} n{n} seed{seed} tick {}", link.name, m.tick)));
                                e.0 += 1;
                            }
                        }
                    }
                    for (t, observer) in observers.iter_mut().enumerate() {
                        let said = observer.watch(history, n > 0);
                        if t == 0 && let (Some(truth), Some(whole)) = (outcome::truth(history), &said.whole) {
                            let parts: [limits::Part; 2] = [observe::Whole::opened_as, observe::Whole::closed_as];
                            for part in parts {
                                if part(whole, &truth) { continue; }
                                if let Some(set) = limits::explain_whole(history, &truth, part) {
                                    *counts.entry(("whole", set.names())).or_default() += 1;
                                } else {
                                    let e = bad.entry(format!("WHOLE {}\n   truth {truth:?}\n   said  {whole:?}", scenario.name)).or_insert((0, format!("{} n{n} seed{seed}", link.name)));
                                    e.0 += 1;
                                }
                            }
                            if let Some(b) = truth.half_close_bytes && whole.half_close_bytes != Some(b) {
                                let e = bad.entry(format!("WHOLE {}\n   truth {truth:?}\n   said  {whole:?}", scenario.name)).or_insert((0, format!("{} n{n} seed{seed}", link.name)));
                                e.0 += 1;
                            }
                        }
                        for (m, states) in history.moments.iter().zip(&said.states) {
                            let Some(states) = states else { continue };
                            for side in [Side::Client, Side::Server] {
                                let truth = m.truth[side];
                                if states[side] == truth { agree[t] += 1; continue; }
                                match limits::explain(history, Tap::ALL[t], side, m.tick, truth) {
                                    Some(set) => *counts.entry((Tap::ALL[t].name(), set.names())).or_default() += 1,
                                    None => {
                                        let key = format!("{} {} {side:?} said {} truth {}", Tap::ALL[t].name(), scenario.name, states[side].name(), truth.name());
                                        let e = bad.entry(key).or_insert((0, format!("{} n{n} seed{seed} tick {}", link.name, m.tick)));
                                        e.0 += 1;
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    println!("{connections} connections, agree {agree:?}");
    for (k, v) in counts { println!("{v:8} {k:?}"); }
    for (k, v) in bad { println!("BAD {v:?} {k}"); }
}

fn first_tick(_history: &history::History, _side: Side) -> u32 { 0 }

fn dump(history: &history::History) {
    for m in &history.moments {
        let what = match m.happened {
            history::Happened::Sent(i) => format!("sent    #{i} {:?}", history.emissions[i].side),
            history::Happened::Arrived(i) => format!("arrived #{i} {:?}", history.emissions[i].side),
            history::Happened::Ended => "end".into(),
        };
        let seg = match m.happened {
            history::Happened::Sent(i) | history::Happened::Arrived(i) => {
                let s = history.emissions[i].segment;
                let taken = history.emissions[i].arrivals.iter().find(|a| a.tick == m.tick).map(|a| a.taken);
                format!("{:03x} seq {} ack {} len {} win {} {:?} copies {}", s.flags.0, s.seq.0, s.ack.0, s.payload_len, s.window, taken, history.emissions[i].copies)
            }
            _ => String::new(),
        };
        println!("{:5} {:9} {what} {seg}   {} / {}", m.tick, m.at, m.truth.client.name(), m.truth.server.name());
    }
    println!("client {:?}\nserver {:?}", history.client, history.server);
}
