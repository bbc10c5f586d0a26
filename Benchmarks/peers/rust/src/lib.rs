//! A peer's side of the peer contract, version 1: the plan, the operations and their content, the rows.

pub mod clock;
pub mod content;
pub mod http;
pub mod plan;
pub mod trial;

pub use content::Content;
pub use plan::{Endpoint, Plan, Workload};
pub use trial::{Failure, Operation, Outcome, Trial};

/// The length of an echo message's header.
pub const ECHO_HEADER: usize = 16;

/// The most bytes of a message to send before they come back.
pub const ECHO_WINDOW: usize = 32 * 1024;

/// Tells the harness why the client cannot start, and exits.
pub fn fail(reason: impl std::fmt::Display) -> ! {
    let words: Vec<String> = reason.to_string().split_whitespace().map(str::to_owned).collect();
    println!("failed {}", words.join(" "));
    std::process::exit(0)
}
