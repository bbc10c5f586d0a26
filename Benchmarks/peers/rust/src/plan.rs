use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::Deserialize;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    Sleep,
    Echo,
    Http,
}

/// What the harness asks of a client.
#[derive(Debug, Deserialize)]
pub struct Plan {
    pub contract: u32,
    pub workload: Workload,
    pub lanes: usize,
    pub endpoint: Option<String>,
    pub count: Option<u64>,
    pub duration_ns: Option<u64>,
    #[serde(default)]
    pub warmup_ns: u64,
    pub capacity: u64,
    #[serde(default)]
    pub timeout_ns: u64,
    pub limit: Option<usize>,
    pub starts: Option<PathBuf>,
    #[serde(default)]
    pub sleep_ns: u64,
    pub size: Option<usize>,
    #[serde(default)]
    pub delay_us: u32,
    pub delays: Option<PathBuf>,
    pub faults: Option<PathBuf>,
    pub connection: Option<String>,
    #[serde(default)]
    pub greeting: String,
    /// Absent for sleep.
    pub content: Option<PathBuf>,
    pub rows: PathBuf,
    pub record: Option<bool>,
}

impl Plan {
    pub fn keeps_connections(&self) -> bool {
        self.connection.as_deref() != Some("new")
    }

    pub fn timeout(&self) -> Option<Duration> {
        (self.timeout_ns > 0).then(|| Duration::from_nanos(self.timeout_ns))
    }

    pub fn sleep(&self) -> Duration {
        Duration::from_nanos(self.sleep_ns)
    }
}

/// Where a server listens.
#[derive(Clone, Debug)]
pub enum Endpoint {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl std::str::FromStr for Endpoint {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("unix:") {
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp),
        }
    }
}

impl Endpoint {
    /// The value of a request's Host field.
    pub fn authority(&self) -> String {
        match self {
            Self::Tcp(address) => address.to_string(),
            Self::Unix(_) => "localhost".to_owned(),
        }
    }
}
