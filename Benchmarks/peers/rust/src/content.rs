use std::{fs, io, path::Path};

const PERIOD: usize = 1 << 16;

/// The bytes that both ends know: a pool, stored twice. An operation's content is a range of it that wraps around.
#[derive(Default)]
pub struct Content(Vec<u8>);

impl Content {
    pub fn read(path: &Path) -> io::Result<Self> {
        let pool = fs::read(path)?;
        if pool.len() == 2 * PERIOD {
            Ok(Self(pool))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} is no pool", path.display())))
        }
    }

    /// The content of an operation from `offset` on, in pieces of at most a period.
    fn pieces(&self, number: u64, offset: usize, count: usize) -> impl Iterator<Item = &[u8]> {
        let begin = (mix(number) as usize).wrapping_add(offset) % PERIOD;
        (0..count).step_by(PERIOD).map(move |done| &self.0[begin..begin + PERIOD.min(count - done)])
    }

    /// Appends `count` bytes of an operation's content from `offset` on.
    pub fn append(&self, bytes: &mut Vec<u8>, number: u64, offset: usize, count: usize) {
        for piece in self.pieces(number, offset, count) {
            bytes.extend_from_slice(piece);
        }
    }

    /// Whether `bytes` are an operation's content.
    pub fn matches(&self, bytes: &[u8], number: u64) -> bool {
        bytes.chunks(PERIOD).eq(self.pieces(number, 0, bytes.len()))
    }
}

/// The finaliser of SplitMix64.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
