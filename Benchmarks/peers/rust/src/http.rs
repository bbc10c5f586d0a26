//! What both clients know of HTTP/1.1 replies.

use crate::{Failure, Outcome};

/// The most bytes that a head may have.
pub const LONGEST_HEAD: usize = 64 * 1024;

/// The head of a reply.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub length: usize,
    pub status: u16,
    pub body_length: usize,
}

impl Head {
    /// The head that `bytes` begin with; `None` where they do not have all of it.
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
