//! A server on tokio: a task per connection, HTTP requests parsed by httparse.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use iomodes_peers::{http::LONGEST_HEAD, Content, Endpoint, ECHO_HEADER, ECHO_WINDOW};
use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpSocket, UnixListener},
    runtime::Builder,
    time,
};

const BACKLOG: u32 = 4096;

#[derive(Deserialize)]
struct Plan {
    contract: u32,
    protocol: Protocol,
    address: String,
    content: PathBuf,
    processors: Option<usize>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    Http,
    Echo,
}

fn main() -> io::Result<()> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let plan: Plan = serde_json::from_str(&line)?;
    if plan.contract != 1 {
        return Err(invalid("the contract is not known"));
    }
    let mut builder = Builder::new_multi_thread();
    if let Some(processors) = plan.processors {
        builder.worker_threads(processors.max(1));
    }
    let runtime = builder.enable_all().build()?;
    runtime.block_on(start(plan))?;
    // The runtime's threads serve until standard input ends, and then with the process.
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    std::process::exit(0)
}

/// Listens, says so, and leaves a task that serves.
async fn start(plan: Plan) -> io::Result<()> {
    let content = Arc::new(Content::read(&plan.content)?);
    match plan.address.parse::<Endpoint>().map_err(|_| invalid("the address is none"))? {
        Endpoint::Tcp(address) => {
            let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            let listener = socket.listen(BACKLOG)?;
            println!("listening {}", listener.local_addr()?);
            tokio::spawn(accept_tcp(listener, plan.protocol, content));
        }
        Endpoint::Unix(path) => {
            let listener = UnixListener::bind(path)?;
            println!("listening {}", plan.address);
            tokio::spawn(accept_unix(listener, plan.protocol, content));
        }
    }
    Ok(())
}

async fn accept_tcp(listener: TcpListener, protocol: Protocol, content: Arc<Content>) -> io::Result<()> {
    loop {
        let (stream, client) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, protocol, content.clone(), client.ip().to_string()));
    }
}

async fn accept_unix(listener: UnixListener, protocol: Protocol, content: Arc<Content>) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, protocol, content.clone(), "UNIX".to_owned()));
    }
}

async fn serve<S>(stream: S, protocol: Protocol, content: Arc<Content>, client: String)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // Whatever ends a connection is the client's affair.
    let _ = match protocol {
        Protocol::Http => serve_http(stream, &content, &client).await,
        Protocol::Echo => serve_echo(stream).await,
    };
}

async fn serve_http<S>(mut stream: S, content: &Content, client: &str) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut received = Vec::new();
    let mut reply = Vec::new();
    loop {
        let Some(request) = Request::parse(&received)? else {
            if received.len() > LONGEST_HEAD || stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
            continue;
        };
        received.drain(..request.length);
        reply.clear();
        match request.asked {
            Some(Asked { delay, size, operation }) => {
                if !delay.is_zero() {
                    time::sleep(delay).await;
                }
                match size {
                    Some(size) => {
                        write_head(&mut reply, "200 OK", size);
                        content.append(&mut reply, operation, 0, size);
                    }
                    None => {
                        write_head(&mut reply, "200 OK", "Hello, !".len() + client.len());
                        reply.extend_from_slice(b"Hello, ");
                        reply.extend_from_slice(client.as_bytes());
                        reply.push(b'!');
                    }
                }
            }
            None => write_head(&mut reply, "400 Bad Request", 0),
        }
        stream.write_all(&reply).await?;
        if request.closes {
            return Ok(());
        }
    }
}

fn write_head(reply: &mut Vec<u8>, status: &str, length: usize) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n");
    reply.extend_from_slice(head.as_bytes());
}

struct Request {
    /// Of the head, in bytes.
    length: usize,
    closes: bool,
    /// `None` where it is anything that cannot be asked for.
    asked: Option<Asked>,
}

#[derive(Default)]
struct Asked {
    delay: Duration,
    size: Option<usize>,
    operation: u64,
}

impl Request {
    /// The request at the start of `bytes`; `None` if it is incomplete.
    fn parse(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut fields);
        match request.parse(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))? {
            httparse::Status::Partial => Ok(None),
            httparse::Status::Complete(length) => {
                let closes = request.headers.iter().any(|field| {
                    field.name.eq_ignore_ascii_case("connection") && field.value.eq_ignore_ascii_case(b"close")
                });
                Ok(Some(Self { length, closes, asked: Asked::parse(request.path.unwrap_or_default()) }))
            }
        }
    }
}

impl Asked {
    fn parse(target: &str) -> Option<Self> {
        let mut asked = Self::default();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        for field in query.split('&').filter(|field| !field.is_empty()) {
            match field.split_once('=')? {
                ("delay", value) => asked.delay = time_of(value)?,
                ("size", value) => asked.size = Some(value.parse().ok()?),
                ("op", value) => asked.operation = value.parse().ok()?,
                _ => {}
            }
        }
        Some(asked)
    }
}

/// Reads a time such as `2ms`.
fn time_of(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|character: char| !character.is_ascii_digit())?);
    let number = number.parse().ok()?;
    match unit {
        "us" => Some(Duration::from_micros(number)),
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        _ => None,
    }
}

/// Sends back the received bytes, message by message.
async fn serve_echo<S>(mut stream: S) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = vec![0; ECHO_WINDOW];
    loop {
        let mut received = 0;
        while received < ECHO_HEADER {
            match stream.read(&mut buffer[received..]).await? {
                0 => return Ok(()),
                count => received += count,
            }
        }
        let word = |at: usize| u32::from_le_bytes(buffer[at..at + 4].try_into().expect("four bytes"));
        let (size, delay) = (word(8) as usize, word(12));
        if delay > 0 {
            time::sleep(Duration::from_micros(delay.into())).await;
        }
        // A client sends one message at a time.
        let mut left = size.checked_sub(received).ok_or_else(|| invalid("a message that is longer than it says"))?;
        stream.write_all(&buffer[..received]).await?;
        while left > 0 {
            let room = left.min(buffer.len());
            match stream.read(&mut buffer[..room]).await? {
                0 => return Ok(()),
                count => {
                    stream.write_all(&buffer[..count]).await?;
                    left -= count;
                }
            }
        }
    }
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
