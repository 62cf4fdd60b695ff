//! The programs that use the two sockets: steps that wait for something or do something, in order.

use synfin_core::connection::State;

/// One step of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Listen,
    /// Connects, also again after the end of the connection before.
    Connect,
    /// Gives this many bytes to the socket.
    Send(usize),
    /// Waits until it has got this many bytes in this connection.
    Await(usize),
    /// Waits for the peer's FIN.
    AwaitFin,
    /// Waits until the connection is open.
    AwaitOpen,
    AwaitState(State),
    /// Waits until nothing is on the way.
    AwaitQuiet,
    /// Milliseconds.
    Pause(i64),
    Close,
    /// Closes, unless a SYN has come by now.
    CloseListener,
    /// Closes at once, with a RST.
    Abort,
    /// The machine loses its sockets.
    Crash,
    /// Gives up after so many milliseconds without a segment.
    Timeout(u64),
    /// Probes an idle connection every so many milliseconds.
    KeepAlive(u64),
    /// The link loses everything from now on, both ways.
    Cut,
    Mend,
    StopReading,
    StartReading,
}

/// A program under way.
pub struct Program {
    steps: Vec<Step>,
    at: usize,
    /// Whether it takes what arrives.
    pub reads: bool,
    /// Bytes it has got in this connection.
    pub got: usize,
    wake: Option<i64>,
}

impl Program {
    pub fn new(steps: &[Step]) -> Program {
        Program { steps: steps.to_vec(), at: 0, reads: true, got: 0, wake: None }
    }

    /// When it wants to be asked again.
    pub fn wakes_at(&self, now: i64) -> Option<i64> {
        self.wake.filter(|&at| at > now)
    }

    /// The rest of a Send that did not fit into the buffer.
    pub fn left_to_send(&mut self, bytes: usize) {
        if bytes > 0 {
            self.at -= 1;
            self.steps[self.at] = Step::Send(bytes);
            self.wake = None;
        }
    }

    /// The next step to be performed, when it is time for it. Steps of a connection that is no more are left out.
    pub fn next(&mut self, now: i64, state: State, is_quiet: bool, has_room: bool) -> Option<Step> {
        loop {
            let step = *self.steps.get(self.at)?;
            let is_closed = state == State::Closed;
            let is_open = !state.is_opening();
            let waits_on = match step {
                Step::Await(bytes) => self.got < bytes && !is_closed,
                Step::AwaitFin => {
                    let has_fin = matches!(
                        state,
                        State::CloseWait | State::Closing | State::LastAck | State::TimeWait | State::Closed
                    );
                    !has_fin
                }
                Step::AwaitOpen => !is_open && !is_closed,
                Step::AwaitState(wanted) => state != wanted && !is_closed,
                Step::AwaitQuiet => !is_quiet,
                Step::Pause(ms) => {
                    let until = *self.wake.get_or_insert(now + ms * 1000);
                    now < until
                }
                Step::Send(_) if is_closed || is_over(state) => false,
                Step::Send(_) => !matches!(state, State::Established | State::CloseWait) || !has_room,
                Step::Connect | Step::Listen => !matches!(state, State::Closed | State::TimeWait),
                _ => {
                    let is_call = matches!(step, Step::Close | Step::Abort);
                    self.at += 1;
                    if is_call && is_closed {
                        continue;
                    }
                    return Some(step);
                }
            };
            if waits_on {
                return None;
            }
            self.wake = None;
            self.at += 1;
            match step {
                Step::Send(_) if is_closed || is_over(state) => {}
                Step::Send(_) | Step::Connect | Step::Listen => return Some(step),
                _ => {}
            }
        }
    }
}

/// Whether the program has closed already.
fn is_over(state: State) -> bool {
    matches!(state, State::FinWait1 | State::FinWait2 | State::Closing | State::LastAck | State::TimeWait)
}
