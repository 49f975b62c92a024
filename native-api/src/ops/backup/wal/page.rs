//! What a segment says about itself in the header of its first page.

use super::super::lsn::{Lsn, Segment};
use crate::trouble::Trouble;

/// The header's size: magic, flags, timeline, address, rest of a record, system identifier, sizes of segment and page.
const BYTES: usize = 40;

/// The flag of the long header, which only the first page of a segment has.
const IS_LONG: u16 = 2;

/// The first page's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Whose segment it is.
    pub system_identifier: String,
    /// The size of all segments of that cluster.
    pub segment_bytes: u64,
    timeline: u32,
    address: Lsn,
}

impl Page {
    /// Reads the header of a segment's first page.
    ///
    /// # Errors
    /// When these bytes are no segment.
    pub fn read(content: &[u8]) -> Result<Self, Trouble> {
        let front = content.get(..BYTES).filter(|front| is_long(front));
        let front = front.ok_or_else(|| {
            Trouble::new("it does not begin as a segment of the write-ahead log does")
        })?;
        let number = |at: usize, width: usize| {
            let bytes = front.iter().skip(at).take(width).rev();
            bytes.fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte))
        };
        Ok(Self {
            timeline: u32::try_from(number(4, 4)).unwrap_or(u32::MAX),
            address: Lsn(number(8, 8)),
            system_identifier: number(24, 8).to_string(),
            segment_bytes: number(32, 4),
        })
    }

    /// Requires the header to be that of the segment which the file is named after.
    ///
    /// The first segment of a timeline is a copy of the last one before it: its pages may name an older timeline.
    ///
    /// # Errors
    /// When it is another one, which is named.
    pub fn require(&self, segment: Segment, bytes: usize) -> Result<(), Trouble> {
        if bytes as u64 != self.segment_bytes {
            return Err(Trouble::new(format!(
                "it has {bytes} bytes, and segments of its cluster have {}",
                self.segment_bytes
            )));
        }
        if self.address != segment.begin(self.segment_bytes) || self.timeline > segment.timeline {
            let found = Segment::holding(self.timeline, self.address, self.segment_bytes);
            return Err(Trouble::new(format!("it holds the segment {found}")));
        }
        Ok(())
    }
}

/// Whether the flags say so and the sizes are ones that a segment can have.
fn is_long(front: &[u8]) -> bool {
    let short = |at: usize| u16::from_le_bytes([front[at], front[at + 1]]);
    let size = u32::from_le_bytes([front[32], front[33], front[34], front[35]]);
    short(0) != 0 && short(2) & IS_LONG != 0 && size.is_power_of_two() && size >= 1 << 20
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PostgreSQL 18.6 wrote it at the beginning of 000000010000000000000001.
    const FRONT: [u8; 40] = [
        0x18, 0xd1, 0x02, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
        0x00, //
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x70, //
        0x00, 0x00, 0x00, 0x01, 0x00, 0x20, 0x00, 0x00,
    ];

    #[test]
    fn a_segment_knows_its_place_and_its_cluster() {
        let page = Page::read(&FRONT).unwrap();
        assert_eq!(
            page.system_identifier,
            (0x7000_0000_0000_002a_u64).to_string()
        );
        assert_eq!(page.segment_bytes, 16 << 20);
        let first: Segment = "000000010000000000000001".parse().unwrap();
        page.require(first, 16 << 20).unwrap();
        page.require(first.on(2), 16 << 20).unwrap();
        let other = page
            .require(first.next(16 << 20), 16 << 20)
            .unwrap_err()
            .to_string();
        assert!(other.contains("000000010000000000000001"), "{other}");
        assert!(
            page.require(first, 1000)
                .unwrap_err()
                .to_string()
                .contains("1000 bytes")
        );
    }

    #[test]
    fn what_is_no_segment_is_refused() {
        assert!(Page::read(&[0; 40]).is_err());
        assert!(Page::read(b"short").is_err());
    }
}
