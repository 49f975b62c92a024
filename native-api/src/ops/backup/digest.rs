//! How many bytes went by, and their SHA-256.

use std::fmt;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::config::hex;

/// The size and the hash of some bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// How many.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal digits.
    pub sha256: String,
}

impl Digest {
    /// That of bytes at hand.
    pub fn of(content: &[u8]) -> Self {
        Self {
            bytes: content.len() as u64,
            sha256: hex(&Sha256::digest(content)),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes with SHA-256 {}", self.bytes, self.sha256)
    }
}

/// A reader or writer that takes the digest of all that passes.
#[derive(Debug)]
pub struct Digesting<I> {
    inner: I,
    bytes: u64,
    hash: Sha256,
}

impl<I> Digesting<I> {
    /// Nothing has passed yet.
    pub fn new(inner: I) -> Self {
        Self {
            inner,
            bytes: 0,
            hash: Sha256::new(),
        }
    }

    /// What passed, and what it passed through.
    pub fn finish(self) -> (I, Digest) {
        let digest = Digest {
            bytes: self.bytes,
            sha256: hex(&self.hash.finalize()),
        };
        (self.inner, digest)
    }

    fn take(&mut self, passed: &[u8]) {
        self.bytes += passed.len() as u64;
        self.hash.update(passed);
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.take(&buffer[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.take(&buffer[..count]);
        Ok(count)
    }
}
