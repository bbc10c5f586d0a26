use std::{
    fs::{self, File},
    io::{self, BufRead, Write},
    path::Path,
    slice,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use memmap2::MmapMut;

use crate::{clock, fail, Content, Endpoint, Plan, ECHO_HEADER};

const WARM_UP: u64 = 1 << 63;
const FOREVER: u64 = u64::MAX;
const FAULTS: [&str; 6] = ["", "reset", "truncate", "stall", "garbage", "drip"];

/// Why an operation was not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Outcome {
    Verified = 0,
    SystemError = 1,
    Timeout = 2,
    WrongContent = 3,
    PrematureEnd = 4,
    Status = 5,
    Malformed = 6,
    UnexpectedBytes = 7,
    Unfinished = 255,
}

/// An operation that was not verified.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    pub outcome: Outcome,
    pub detail: u16,
}

impl From<Outcome> for Failure {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, detail: 0 }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match (error.kind(), error.raw_os_error()) {
            // A blocking socket's own time limit says that it would block.
            (io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock, _) => Outcome::Timeout.into(),
            (_, Some(errno)) => Self { outcome: Outcome::SystemError, detail: errno as u16 },
            _ => Outcome::PrematureEnd.into(),
        }
    }
}

impl Failure {
    /// Whether the connection was found closed.
    pub fn is_of_closed_connection(&self) -> bool {
        match self.outcome {
            Outcome::PrematureEnd => true,
            Outcome::SystemError => [libc::EPIPE, libc::ECONNRESET].contains(&self.detail.into()),
            _ => false,
        }
    }
}

/// An operation that a lane has taken.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its number on the wire.
    pub number: u64,
    /// Its intended start, in an open loop.
    pub due: Option<u64>,
    label: u64,
    place: usize,
    lane: u32,
}

/// A running plan: the counters from which all lanes take operations, and the rows that they write.
pub struct Trial {
    pub plan: Plan,
    pub endpoint: Option<Endpoint>,
    pub content: Content,
    start: u64,
    opens: u64,
    closes: u64,
    starts: Option<Vec<u64>>,
    delays: Option<Vec<u32>>,
    faults: Option<Vec<u8>>,
    rows: Option<MmapMut>,
    numbers: AtomicU64,
    warm_up_numbers: AtomicU64,
    places: AtomicU64,
}

impl Trial {
    /// Reads the plan from standard input.
    pub fn read() -> Self {
        let mut line = String::new();
        let trial = io::stdin().lock().read_line(&mut line).and_then(|_| Self::new(serde_json::from_str(&line)?));
        trial.unwrap_or_else(|error| fail(error))
    }

    fn new(plan: Plan) -> io::Result<Self> {
        let invalid = |reason: String| io::Error::new(io::ErrorKind::InvalidInput, reason);
        if plan.contract != 1 {
            return Err(invalid(format!("contract {} is not known", plan.contract)));
        }
        let endpoint = plan.endpoint.as_deref().map(str::parse).transpose();
        Ok(Self {
            endpoint: endpoint.map_err(|error| invalid(format!("endpoint: {error}")))?,
            content: plan.content.as_deref().map(Content::read).transpose()?.unwrap_or_default(),
            start: 0,
            opens: 0,
            closes: 0,
            starts: table(plan.starts.as_deref(), u64::from_le_bytes)?,
            delays: table(plan.delays.as_deref(), u32::from_le_bytes)?,
            faults: plan.faults.as_deref().map(fs::read).transpose()?,
            rows: if plan.record.unwrap_or(true) { Some(mapped(&plan.rows)?) } else { None },
            numbers: AtomicU64::new(0),
            warm_up_numbers: AtomicU64::new(0),
            places: AtomicU64::new(0),
            plan,
        })
    }

    /// Reports that the lanes are connected, and returns at the start.
    pub fn ready(&mut self) {
        say("ready");
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).unwrap_or_else(|error| fail(error));
        let Some(start) = line.trim().strip_prefix("start ").and_then(|start| start.parse().ok()) else {
            std::process::exit(0)
        };
        self.start = start;
        self.opens = start + self.plan.warmup_ns;
        self.closes = self.plan.duration_ns.map_or(FOREVER, |duration| self.opens + duration);
        clock::sleep_until(start);
    }

    /// When the window ends, unless it does with its last operation.
    pub fn closes(&self) -> Option<u64> {
        self.plan.duration_ns.map(|_| self.closes)
    }

    /// Reports that all rows are written, and exits when standard input ends.
    pub fn done(&self) -> ! {
        say("done");
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        std::process::exit(0)
    }

    /// Takes the next operation, which begins now, except in an open loop; `None` if none is left.
    pub fn take(&self, lane: u32) -> Option<Operation> {
        let now = clock::now();
        if now >= self.closes {
            return None;
        }
        let mut due = None;
        let (number, label) = if self.starts.is_none() && now < self.opens {
            let number = self.warm_up_numbers.fetch_add(1, Relaxed);
            (number, number | WARM_UP)
        } else {
            // An open loop has one schedule, warm-up included.
            let number = self.numbers.fetch_add(1, Relaxed);
            if self.plan.count.is_some_and(|count| number >= count) {
                return None;
            }
            if let Some(starts) = &self.starts {
                due = Some(self.start + starts.get(number as usize)?).filter(|&due| due < self.closes);
                due?;
            }
            (number, number)
        };
        let place = self.places.fetch_add(1, Relaxed);
        if place >= self.plan.capacity {
            return None;
        }
        let operation = Operation { number, due, label, place: place as usize, lane };
        self.begin_at(&operation, if due.is_none() { now } else { 0 });
        Some(operation)
    }

    /// An operation of an open loop begins.
    pub fn begin(&self, operation: &Operation) {
        self.begin_at(operation, clock::now());
    }

    /// Writes an operation's row, which says unfinished until it ends. `now` is 0 until its time has come.
    fn begin_at(&self, operation: &Operation, now: u64) {
        if now < self.closes {
            if let Some([number, start, _, outcome]) = self.row(operation) {
                number.store(operation.label, Relaxed);
                start.store(now, Relaxed);
                outcome.store(Outcome::Unfinished as u64 | u64::from(operation.lane) << 32, Relaxed);
            }
        }
    }

    /// Records how an operation ended, unless the window ended first.
    pub fn finish(&self, operation: &Operation, result: Result<(), Failure>) {
        let now = clock::now();
        let failure = result.err().unwrap_or(Outcome::Verified.into());
        if now < self.closes {
            if let Some([_, _, end, outcome]) = self.row(operation) {
                let detail = u64::from(failure.detail) << 16 | u64::from(operation.lane) << 32;
                outcome.store(failure.outcome as u64 | detail, Relaxed);
                end.store(now, Relaxed);
            }
        }
    }

    /// The four words of an operation's row.
    fn row(&self, operation: &Operation) -> Option<&[AtomicU64; 4]> {
        let rows = self.rows.as_ref()?;
        // SAFETY: a mapping is aligned to a page, any bytes are an AtomicU64, and nobody uses the mapping otherwise.
        let words = unsafe { slice::from_raw_parts(rows.as_ptr().cast::<AtomicU64>(), rows.len() / 8) };
        words[4 * operation.place..][..4].try_into().ok()
    }

    fn delay(&self, number: u64) -> u32 {
        self.delays.as_ref().map_or(self.plan.delay_us, |delays| delays[number as usize])
    }

    /// Whether the server must fail this operation. It is never repeated, because the server counts its faults.
    pub fn asks_for_fault(&self, number: u64) -> bool {
        self.fault(number) != 0
    }

    fn fault(&self, number: u64) -> u8 {
        self.faults.as_ref().map_or(0, |faults| faults[number as usize])
    }

    /// Makes `bytes` an operation's echo message.
    pub fn write_message(&self, bytes: &mut Vec<u8>, number: u64) {
        let size = self.plan.size.unwrap_or(ECHO_HEADER);
        bytes.clear();
        bytes.extend_from_slice(&(number | u64::from(self.fault(number)) << 56).to_le_bytes());
        bytes.extend_from_slice(&(size as u32).to_le_bytes());
        bytes.extend_from_slice(&self.delay(number).to_le_bytes());
        self.content.append(bytes, number, ECHO_HEADER, size - ECHO_HEADER);
    }

    /// Makes `bytes` an operation's request.
    pub fn write_request(&self, bytes: &mut Vec<u8>, number: u64, authority: &str) {
        bytes.clear();
        self.write_request_to(bytes, number, authority).expect("a vector takes what is written");
    }

    fn write_request_to(&self, bytes: &mut Vec<u8>, number: u64, authority: &str) -> io::Result<()> {
        let (fault, delay) = (self.fault(number), self.delay(number));
        write!(bytes, "GET /")?;
        let mut separator = '?';
        if fault != 0 {
            write!(bytes, "{separator}fault={}", FAULTS[usize::from(fault)])?;
            separator = '&';
        }
        if delay != 0 {
            write!(bytes, "{separator}delay={delay}us")?;
            separator = '&';
        }
        if let Some(size) = self.plan.size {
            write!(bytes, "{separator}size={size}")?;
            separator = '&';
        }
        if separator == '&' {
            write!(bytes, "&op={number}")?;
        }
        write!(bytes, " HTTP/1.1\r\nHost: {authority}\r\n")?;
        if !self.plan.keeps_connections() {
            write!(bytes, "Connection: close\r\n")?;
        }
        write!(bytes, "\r\n")
    }

    /// What is wrong with the reply to an operation.
    pub fn verify(&self, number: u64, status: u16, body: &[u8]) -> Result<(), Failure> {
        let is_right = match self.plan.size {
            Some(size) => body.len() == size && self.content.matches(body, number),
            None => body == self.plan.greeting.as_bytes(),
        };
        match status {
            200..=299 if is_right => Ok(()),
            200..=299 => Err(Outcome::WrongContent.into()),
            _ => Err(Failure { outcome: Outcome::Status, detail: status }),
        }
    }
}

fn table<T, const SIZE: usize>(path: Option<&Path>, value: fn([u8; SIZE]) -> T) -> io::Result<Option<Vec<T>>> {
    let Some(path) = path else { return Ok(None) };
    let bytes = fs::read(path)?;
    Ok(Some(bytes.chunks_exact(SIZE).map(|chunk| value(chunk.try_into().expect("of that size"))).collect()))
}

fn mapped(path: &Path) -> io::Result<MmapMut> {
    let file = File::options().read(true).write(true).open(path)?;
    // SAFETY: the harness reads the rows, and changes nothing while the client runs.
    unsafe { MmapMut::map_mut(&file) }
}

fn say(word: &str) {
    let mut output = io::stdout().lock();
    writeln!(output, "{word}").and_then(|()| output.flush()).unwrap_or_else(|_| std::process::exit(0));
}
