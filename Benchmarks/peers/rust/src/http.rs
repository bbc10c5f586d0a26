//! Reads the heads of HTTP/1.1 replies, for both clients.

use crate::{Failure, Outcome};

/// The maximum bytes of a head.
pub const LONGEST_HEAD: usize = 64 * 1024;

/// The head of a reply.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub length: usize,
    pub status: u16,
    pub body_length: usize,
}

impl Head {
    /// The head at the start of `bytes`; `None` if it is incomplete.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, Failure> {
        let malformed = Failure::from(Outcome::Malformed);
        let mut fields = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut fields);
        let length = match response.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if bytes.len() < LONGEST_HEAD => return Ok(None),
            _ => return Err(malformed),
        };
        let body_length = response
            .headers
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case("content-length"))
            .and_then(|field| std::str::from_utf8(field.value).ok()?.parse().ok());
        match (response.code, body_length) {
            (Some(status), Some(body_length)) => Ok(Some(Self { length, status, body_length })),
            _ => Err(malformed),
        }
    }
}
