//! What is played: programs for the two hosts, and what each is for.

use fastrand::Rng;
use synfin_core::connection::State;

use super::program::Step::{self, *};

/// The programs of one connection.
pub struct Programs {
    pub client: Vec<Step>,
    pub server: Vec<Step>,
    /// Bytes of each socket buffer.
    pub buffer: usize,
}

impl Programs {
    fn new(client: Vec<Step>, server: Vec<Step>) -> Programs {
        Programs { client, server, buffer: 4096 }
    }
}

/// A kind of connection.
pub struct Scenario {
    pub name: &'static str,
    pub purpose: &'static str,
    pub programs: fn(&mut Rng) -> Programs,
}

fn bytes(rng: &mut Rng) -> usize {
    1 + usize::try_from(rng.u64(..1500)).expect("small")
}

fn pause(rng: &mut Rng, most_ms: u64) -> Step {
    Pause(i64::try_from(rng.u64(..=most_ms)).expect("small"))
}

/// Open, a question and an answer; then each side goes on as told.
fn exchange(rng: &mut Rng, client: &[Step], server: &[Step]) -> Programs {
    let (question, answer) = (bytes(rng), bytes(rng));
    Programs::new(
        [&[Connect, AwaitOpen, Send(question), Await(answer)], client].concat(),
        [&[Listen, AwaitOpen, Await(question), Send(answer)], server].concat(),
    )
}

/// After the exchange, the client closes and the server waits for it; somewhere on this way one side aborts.
fn abort_in(rng: &mut Rng, state: State, by_client: bool) -> Programs {
    let late = pause(rng, 30);
    match (by_client, state) {
        (true, State::SynSent) => Programs::new(vec![Connect, late, Abort], vec![Listen, AwaitOpen]),
        (false, State::SynReceived) => {
            Programs::new(vec![Connect, AwaitOpen], vec![Listen, AwaitState(State::SynReceived), late, Abort])
        }
        (true, State::Established) => exchange(rng, &[late, Abort], &[AwaitFin, Close]),
        (false, State::Established) => exchange(rng, &[AwaitFin, Close], &[late, Abort]),
        (true, State::FinWait2) => exchange(rng, &[Close, AwaitState(state), late, Abort], &[AwaitFin]),
        (true, State::Closing) => exchange(rng, &[Close, AwaitState(state), Abort], &[Pause(10), Close]),
        (true, _) => exchange(rng, &[Close, AwaitState(state), late, Abort], &[AwaitFin, Close]),
        (false, State::CloseWait) => exchange(rng, &[Close], &[AwaitFin, late, Abort]),
        (false, _) => exchange(rng, &[Close], &[AwaitFin, Close, AwaitState(state), Abort]),
    }
}

macro_rules! scenarios {
    ($( $name:ident, $purpose:literal, |$rng:ident| $programs:expr; )*) => {
        /// All of them.
        pub const SCENARIOS: &[Scenario] = &[$(
            Scenario { name: stringify!($name), purpose: $purpose, programs: |$rng| $programs }
        ),*];
    };
}

scenarios! {
    close_by_client, "a question, an answer; the client closes first",
        |rng| exchange(rng, &[Close], &[AwaitFin, Close]);
    close_by_server, "the server closes first",
        |rng| exchange(rng, &[AwaitFin, Close], &[Close]);
    close_by_client_without_data, "opened and closed without data",
        |rng| Programs::new(vec![Connect, AwaitOpen, pause(rng, 40), Close], vec![Listen, AwaitOpen, AwaitFin, Close]);
    close_by_server_without_data, "opened and closed without data, by the server",
        |rng| Programs::new(vec![Connect, AwaitOpen, AwaitFin, Close], vec![Listen, AwaitOpen, pause(rng, 40), Close]);
    half_close_by_client, "the client has sent everything, the server goes on, then closes",
        |rng| { let more = Send(bytes(rng)); exchange(rng, &[Close], &[AwaitFin, more, Pause(30), more, Close]) };
    half_close_by_server, "the same the other way round",
        |rng| { let more = Send(bytes(rng)); exchange(rng, &[AwaitFin, more, Pause(30), more, Close], &[Close]) };
    half_closed, "the server never closes",
        |rng| exchange(rng, &[Close], &[]);
    fin_with_data, "data and close at once: the FIN stands on the last data or waits behind them",
        |rng| Programs::new(
            vec![Connect, AwaitOpen, Send(bytes(rng)), Close],
            vec![Listen, AwaitOpen, Send(bytes(rng)), AwaitFin, Close]);
    close_behind_queue, "closed with much that is not sent yet",
        |rng| Programs::new(
            vec![Connect, AwaitOpen, Send(2500 + bytes(rng)), Close],
            vec![Listen, AwaitOpen, pause(rng, 50), Send(2500 + bytes(rng)), Close]);
    simultaneous_close, "both close at about the same time and the FINs cross",
        |rng| { let [a, b] = [pause(rng, 6), pause(rng, 6)]; exchange(rng, &[a, Close], &[Pause(8), b, Close]) };
    simultaneous_open, "both connect and the SYNs cross",
        |rng| { let sent = bytes(rng); Programs::new(
            vec![Connect, AwaitOpen, Send(sent), Await(sent), Close],
            vec![pause(rng, 9), Connect, AwaitOpen, Await(sent), Send(sent), AwaitFin, Close]) };
    refused, "nothing listens on the port",
        |_rng| Programs::new(vec![Connect], vec![]);
    listener_closes, "the listener closes while SYNs come",
        |rng| Programs::new(vec![Connect, AwaitOpen, Close], vec![Listen, pause(rng, 20), CloseListener, AwaitFin, Close]);
    no_answer, "nothing comes back; the client repeats its SYN until the end",
        |_rng| Programs::new(vec![Cut, Connect], vec![Listen]);
    no_answer_given_up, "the client gives up: smoltcp sends a RST then",
        |rng| Programs::new(vec![Cut, Timeout(2000 + rng.u64(..9000)), Connect, Pause(1500), Mend], vec![Listen]);
    closed_while_opening, "the client closes in SYN-SENT: smoltcp sends a RST then",
        |rng| Programs::new(vec![Connect, pause(rng, 30), Close], vec![Listen, AwaitFin, Close]);
    abort_in_syn_sent, "the client aborts while it opens",
        |rng| abort_in(rng, State::SynSent, true);
    abort_in_syn_received, "the server aborts in SYN-RECEIVED",
        |rng| abort_in(rng, State::SynReceived, false);
    abort_by_client, "the client aborts in ESTABLISHED",
        |rng| abort_in(rng, State::Established, true);
    abort_by_server, "the server aborts in ESTABLISHED",
        |rng| abort_in(rng, State::Established, false);
    abort_in_fin_wait_1, "the closing client aborts at once",
        |rng| abort_in(rng, State::FinWait1, true);
    abort_in_fin_wait_2, "the closing client aborts when its FIN is acknowledged",
        |rng| abort_in(rng, State::FinWait2, true);
    abort_in_close_wait, "the server aborts after the client's FIN",
        |rng| abort_in(rng, State::CloseWait, false);
    abort_in_closing, "the client aborts when the FINs have crossed",
        |rng| abort_in(rng, State::Closing, true);
    abort_in_last_ack, "the server aborts right after its FIN",
        |rng| abort_in(rng, State::LastAck, false);
    abort_in_time_wait, "the client aborts in TIME-WAIT",
        |rng| abort_in(rng, State::TimeWait, true);
    abort_while_sending, "the server aborts in the middle of a transfer",
        |rng| Programs::new(
            vec![Connect, AwaitOpen, Send(3000), AwaitFin, Close],
            vec![Listen, AwaitOpen, Send(3000), pause(rng, 60), Abort]);
    server_crashes, "the server loses its socket; the client's data are answered by RST",
        |rng| exchange(rng, &[Pause(500), AwaitQuiet, Send(10), AwaitFin, Close], &[Pause(100), AwaitQuiet, Crash]);
    client_crashes_and_opens_again, "RFC 9293 figures 9 and 10: the server is still in the old connection",
        |rng| exchange(rng,
            &[Pause(300), AwaitQuiet, Crash, Connect, AwaitOpen, Send(100), Close],
            &[Pause(1500), Send(50), Listen, AwaitOpen, AwaitFin, Close]);
    link_breaks, "the link is cut in the middle; both give up in the end, one sooner",
        |rng| { let sent = Send(bytes(rng)); exchange(rng,
            &[Cut, Timeout(5000), sent], &[Timeout(9000), sent]) };
    link_breaks_for_a_while, "the link is cut for some seconds",
        |rng| { let sent = Send(bytes(rng)); let s = i64::try_from(rng.u64(..6000)).expect("small"); exchange(rng,
            &[Cut, sent, Close, Pause(s), Mend], &[sent, AwaitFin, Close]) };
    keep_alive, "probes of an idle connection, with a byte that is none",
        |rng| exchange(rng, &[KeepAlive(700), Pause(3000), Close], &[AwaitFin, Close]);
    zero_window, "the server does not read for a while",
        |rng| Programs { buffer: 700, ..Programs::new(
            vec![Connect, AwaitOpen, Send(2000), Close],
            vec![StopReading, Listen, AwaitOpen, Pause(500 + i64::try_from(rng.u64(..4000)).expect("small")),
                StartReading, AwaitFin, Close]) };
    transfer, "some ten thousand bytes each way",
        |rng| { let sent = 6000 + 5 * bytes(rng); Programs::new(
            vec![Connect, AwaitOpen, Send(sent), Await(sent), Close],
            vec![Listen, AwaitOpen, Send(sent), Await(sent), AwaitFin, Close]) };
    port_reuse_client_time_wait, "a new connection from the port that the client keeps in TIME-WAIT",
        |rng| exchange(rng,
            &[Close, AwaitState(State::TimeWait), Pause(200), AwaitQuiet, Connect, AwaitOpen, Send(40), Close],
            &[AwaitFin, Close, AwaitState(State::Closed), Listen, AwaitOpen, AwaitFin, Close]);
    port_reuse_server_time_wait, "a new connection from the port of one that the server keeps in TIME-WAIT",
        |rng| exchange(rng,
            &[AwaitFin, Close, AwaitState(State::Closed), Pause(50), AwaitQuiet, Connect, AwaitOpen, Send(40), Close],
            &[Close, AwaitState(State::Closed), Listen, AwaitOpen, AwaitFin, Close]);
    port_reuse_after_abort, "a new connection from the port of one that was aborted",
        |rng| exchange(rng,
            &[Abort, Pause(100), AwaitQuiet, Connect, AwaitOpen, Send(40), Close],
            &[AwaitState(State::Closed), Listen, AwaitOpen, AwaitFin, Close]);
    any_life, "both sides do anything",
        |rng| any_life(rng);
}

fn any_life(rng: &mut Rng) -> Programs {
    let mut life = |opening: &[Step]| {
        let mut steps = opening.to_vec();
        for _ in 0..rng.u64(..6) {
            steps.push(match rng.u64(..6) {
                0 | 1 => Send(1 + usize::try_from(rng.u64(..2500)).expect("small")),
                2 => Await(usize::try_from(rng.u64(..1500)).expect("small")),
                3 => KeepAlive(1000),
                _ => Pause(i64::try_from(rng.u64(..120)).expect("small")),
            });
        }
        match rng.u64(..10) {
            0 => steps.push(Abort),
            1 => steps.extend([AwaitFin, Close]),
            2 => steps.extend([Close, Pause(20), Abort]),
            3 => steps.extend([AwaitFin, Send(300), Close]),
            4 => steps.extend([Timeout(20_000), AwaitFin]),
            _ => steps.push(Close),
        }
        steps
    };
    let client = life(&[Connect, AwaitOpen]);
    let server = life(&[Listen, AwaitOpen]);
    Programs::new(client, server)
}
