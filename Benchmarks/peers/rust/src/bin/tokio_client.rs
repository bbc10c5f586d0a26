//! A client on tokio: a task per lane, on one thread or on as many as there are processors (`--multi-thread`).

use std::{future::Future, io, sync::Arc};

use iomodes_peers::{clock, fail, http::Head, Endpoint, Failure, Operation, Outcome, Trial, Workload, ECHO_WINDOW};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    runtime::Builder,
    sync::{Semaphore, SemaphorePermit},
    task::JoinSet,
    time,
};

fn main() {
    let is_multi_thread = std::env::args().any(|argument| argument == "--multi-thread");
    let mut builder = if is_multi_thread { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    match builder.enable_all().build() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => fail(error),
    }
}

async fn run() {
    let mut trial = Trial::read();
    let mut connections = Vec::new();
    if trial.plan.workload != Workload::Sleep {
        connections.resize_with(trial.plan.lanes, Connection::default);
        if trial.plan.keeps_connections() {
            for connection in &mut connections {
                connection.open(&trial).await.unwrap_or_else(|error| fail(error));
            }
        }
    }
    trial.ready();
    let trial = Arc::new(trial);
    let permits = trial.plan.limit.map(|limit| Arc::new(Semaphore::new(limit)));
    let mut lanes = JoinSet::new();
    if trial.plan.workload == Workload::Sleep {
        for index in 0..trial.plan.lanes {
            lanes.spawn(sleep_lane(trial.clone(), index as u32, permits.clone()));
        }
    }
    for (index, connection) in connections.into_iter().enumerate() {
        lanes.spawn(lane(trial.clone(), index as u32, connection, permits.clone()));
    }
    let finished = async { while lanes.join_next().await.is_some() {} };
    match trial.closes() {
        Some(closes) => {
            let left = clock::until(closes).unwrap_or_default();
            let _ = time::timeout(left, finished).await;
        }
        None => finished.await,
    }
    trial.done()
}

/// A lane that sleeps: a task of its own kind, as one with a connection takes more memory.
async fn sleep_lane(trial: Arc<Trial>, index: u32, permits: Option<Arc<Semaphore>>) {
    loop {
        let _permit = permit(&permits).await;
        let Some(operation) = trial.take(index) else { return };
        begun(&trial, &operation).await;
        time::sleep(trial.plan.sleep()).await;
        trial.finish(&operation, Ok(()));
    }
}

async fn lane(trial: Arc<Trial>, index: u32, mut connection: Connection, permits: Option<Arc<Semaphore>>) {
    loop {
        let _permit = permit(&permits).await;
        let Some(operation) = trial.take(index) else { return };
        begun(&trial, &operation).await;
        let result = limited(&trial, connection.run(&trial, operation.number)).await;
        if result.is_err() {
            connection.stream = None;
        }
        trial.finish(&operation, result);
    }
}

async fn permit(permits: &Option<Arc<Semaphore>>) -> Option<SemaphorePermit<'_>> {
    match permits {
        Some(permits) => Some(permits.acquire().await.expect("never closed")),
        None => None,
    }
}

/// Returns once an operation has begun; in an open loop, that is when it is due.
async fn begun(trial: &Trial, operation: &Operation) {
    if let Some(due) = operation.due {
        while let Some(left) = clock::until(due) {
            time::sleep(left).await;
        }
        trial.begin(operation);
    }
}

/// The result of an operation within its time limit.
async fn limited(trial: &Trial, operation: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    match trial.plan.timeout() {
        Some(limit) => time::timeout(limit, operation).await.unwrap_or(Err(Outcome::Timeout.into())),
        None => operation.await,
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A lane's connection, which is opened when there is none.
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
    async fn open(&mut self, trial: &Trial) -> io::Result<()> {
        let Some(endpoint) = &trial.endpoint else { return Err(io::ErrorKind::InvalidInput.into()) };
        self.stream = Some(match endpoint {
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Endpoint::Unix(path) => Box::new(UnixStream::connect(path).await?),
        });
        self.authority = endpoint.authority();
        self.is_used = false;
        Ok(())
    }

    async fn run(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        let mut result = self.attempt(trial, number).await;
        if let Err(failure) = result {
            let is_stale = self.is_used && !self.is_answered && failure.is_of_closed_connection();
            if is_stale && !trial.asks_for_fault(number) {
                self.stream = None;
                result = self.attempt(trial, number).await;
            }
        }
        self.is_used = true;
        if !trial.plan.keeps_connections() {
            self.stream = None;
        }
        result
    }

    async fn attempt(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        self.is_answered = false;
        if self.stream.is_none() {
            self.open(trial).await?;
        }
        match trial.plan.workload {
            Workload::Echo => self.echo(trial, number).await,
            _ => self.get(trial, number).await,
        }
    }

    async fn echo(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        let stream = self.stream.as_mut().expect("open");
        trial.write_message(&mut self.request, number);
        for piece in self.request.chunks(ECHO_WINDOW) {
            stream.write_all(piece).await?;
            self.reply.resize(piece.len(), 0);
            let mut received = 0;
            while received < piece.len() {
                match stream.read(&mut self.reply[received..]).await? {
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

    async fn get(&mut self, trial: &Trial, number: u64) -> Result<(), Failure> {
        let stream = self.stream.as_mut().expect("open");
        trial.write_request(&mut self.request, number, &self.authority);
        stream.write_all(&self.request).await?;
        self.reply.clear();
        let head = loop {
            if let Some(head) = Head::parse(&self.reply)? {
                break head;
            }
            if stream.read_buf(&mut self.reply).await? == 0 {
                return Err(Outcome::PrematureEnd.into());
            }
            self.is_answered = true;
        };
        let end = head.length + head.body_length;
        while self.reply.len() < end {
            if stream.read_buf(&mut self.reply).await? == 0 {
                return Err(Outcome::PrematureEnd.into());
            }
        }
        if self.reply.len() > end {
            return Err(Outcome::UnexpectedBytes.into());
        }
        trial.verify(number, head.status, &self.reply[head.length..])
    }
}
