//! A client on the standard library: a thread per lane, which blocks in reads and writes of its own connection.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    sync::{mpsc, Arc, Barrier, Condvar, Mutex},
    thread,
};

use iomodes_peers::{clock, fail, http::Head, Endpoint, Failure, Outcome, Trial, Workload, ECHO_WINDOW};

const STACK_SIZE: usize = 256 * 1024;

fn main() {
    let mut trial = Trial::read();
    let mut connections: Vec<Connection> = (0..trial.plan.lanes).map(|_| Connection::default()).collect();
    if trial.plan.workload != Workload::Sleep && trial.plan.keeps_connections() {
        for connection in &mut connections {
            connection.open(&trial).unwrap_or_else(|error| fail(error));
        }
    }
    trial.ready();
    let trial = Arc::new(trial);
    let permits = trial.plan.limit.map(|limit| Arc::new(Semaphore::new(limit)));
    let (finished, lanes) = mpsc::channel::<()>();
    // The first lanes would otherwise keep the processors from the thread that starts the others.
    let start = Arc::new(Barrier::new(connections.len()));
    for (index, connection) in connections.into_iter().enumerate() {
        let (trial, permits, finished) = (trial.clone(), permits.clone(), finished.clone());
        let start = start.clone();
        let body = move || {
            start.wait();
            lane(&trial, index as u32, connection, permits.as_deref());
            drop(finished);
        };
        if let Err(error) = thread::Builder::new().stack_size(STACK_SIZE).spawn(body) {
            eprintln!("thread {index}: {error}");
            std::process::exit(1);
        }
    }
    drop(finished);
    // Nothing is sent: the channel closes once every lane has ended.
    match trial.closes() {
        Some(closes) => drop(lanes.recv_timeout(clock::until(closes).unwrap_or_default())),
        None => drop(lanes.recv()),
    }
    trial.done()
}

fn lane(trial: &Trial, index: u32, mut connection: Connection, permits: Option<&Semaphore>) {
    loop {
        let _permit = permits.map(Semaphore::acquire);
        let Some(operation) = trial.take(index) else { return };
        if let Some(due) = operation.due {
            clock::sleep_until(due);
            trial.begin(&operation);
        }
        let result = if trial.plan.workload == Workload::Sleep {
            thread::sleep(trial.plan.sleep());
            Ok(())
        } else {
            connection.run(trial, operation.number)
        };
        if result.is_err() {
            connection.stream = None;
        }
        trial.finish(&operation, result);
    }
}

/// Permits that threads wait for.
struct Semaphore {
    free: Mutex<usize>,
    released: Condvar,
}

struct Permit<'a>(&'a Semaphore);

impl Semaphore {
    fn new(permits: usize) -> Self {
        Self { free: Mutex::new(permits), released: Condvar::new() }
    }

    fn acquire(&self) -> Permit<'_> {
        let free = self.free.lock().expect("no holder panics");
        *self.released.wait_while(free, |free| *free == 0).expect("no holder panics") -= 1;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().expect("no holder panics") += 1;
        self.0.released.notify_one();
    }
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A lane's connection, which is opened when there is none. Its time limit is that of each call.
#[derive(Default)]
struct Connection {
    stream: Option<Box<dyn Stream>>,
    authority: String,
    is_used: bool,
    is_answered: bool,
    request: Vec<u8>,
    reply: Vec<u8>,
}

impl Connection {
    fn open(&mut self, trial: &Trial) -> io::Result<()> {
        let Some(endpoint) = &trial.endpoint else { return Err(io::ErrorKind::InvalidInput.into()) };
        let timeout = trial.plan.timeout();
        self.stream = Some(match endpoint {
            Endpoint::Tcp(address) => {
                let stream = match timeout {
                    Some(timeout) => TcpStream::connect_timeout(address, timeout)?,
                    None => TcpStream::connect(address)?,
                };
                stream.set_nodelay(true)?;
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)?;
                Box::new(stream)
            }
            Endpoint::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)?;
                Box::new(stream)
            }
        });
        self.authority = endpoint.authority();
        self.is_used = false;
        Ok(())
    }

    fn run(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        let mut result = self.attempt(trial, number);
        if let Err(failure) = result {
            let is_stale = self.is_used && !self.is_answered && failure.is_of_closed_connection();
            if is_stale && !trial.asks_for_fault(number) {
                self.stream = None;
                result = self.attempt(trial, number);
            }
        }
        self.is_used = true;
        if !trial.plan.keeps_connections() {
            self.stream = None;
        }
        result
    }

    fn attempt(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        self.is_answered = false;
        if self.stream.is_none() {
            self.open(trial)?;
        }
        match trial.plan.workload {
            Workload::Echo => self.echo(trial, number),
            _ => self.get(trial, number),
        }
    }

    fn echo(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        let stream = self.stream.as_mut().expect("open");
        trial.write_message(&mut self.request, number);
        for piece in self.request.chunks(ECHO_WINDOW) {
            stream.write_all(piece)?;
            self.reply.resize(piece.len(), 0);
            let mut received = 0;
            while received < piece.len() {
                match stream.read(&mut self.reply[received..])? {
                    0 => return Err(Outcome::PrematureEnd.into()),
                    count => received += count,
                }
                self.is_answered = true;
            }
            if self.reply != piece {
                return Err(Outcome::WrongContent.into());
            }
        }
        Ok(())
    }

    fn get(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        let stream = self.stream.as_mut().expect("open");
        trial.write_request(&mut self.request, number, &self.authority);
        stream.write_all(&self.request)?;
        let mut received = 0;
        let mut head = None;
        let end = loop {
            if head.is_none() {
                head = Head::parse(&self.reply[..received])?;
            }
            let end = head.map(|head| head.length + head.body_length);
            if let Some(end) = end.filter(|&end| received >= end) {
                break end;
            }
            let room = end.unwrap_or(received + 4096);
            if self.reply.len() < room {
                self.reply.resize(room, 0);
            }
            match stream.read(&mut self.reply[received..])? {
                0 => return Err(Outcome::PrematureEnd.into()),
                count => received += count,
            }
            self.is_answered = true;
        };
        if received > end {
            return Err(Outcome::UnexpectedBytes.into());
        }
        let head = head.expect("parsed");
        trial.verify(number, head.status, &self.reply[head.length..end])
    }
}
