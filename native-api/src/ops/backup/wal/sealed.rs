//! How a file of the write-ahead log lies in a repository: a line that says what it is, then its envelope.
//!
//! One object, so that both come into being together. By hand: `tail -n +2 OBJECT | age -d -i KEYFILE | zstd -d`.

use std::io::{Read as _, Write as _};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::digest::Digest;
use super::super::envelope::Keys;
use super::name::WalFile;
use crate::trouble::{Because, Trouble};

/// The line is never longer.
pub const FRONT_BYTES: u64 = 1024;

/// The first line of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// The form of the object.
    format: u32,
    /// The file's name.
    name: String,
    /// Whether the envelope is encrypted.
    pub is_sealed: bool,
    /// What is in the envelope.
    pub plain: Digest,
    /// The envelope.
    pub stored: Digest,
    /// When it was pushed.
    pub pushed_at: DateTime<Utc>,
}

impl Front {
    /// Reads the first line of an object that has the name of `file`.
    ///
    /// # Errors
    /// When there is none, or it is that of another file.
    pub fn read(file: WalFile, object: &[u8]) -> Result<Self, Trouble> {
        let line = object
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let front: Self = serde_json::from_slice(line).because(|| {
            format!(
                "{} is damaged: its first line cannot be understood",
                file.object()
            )
        })?;
        if front.format != 1 {
            return Err(Trouble::new(format!(
                "{} was written by another version of this program",
                file.object()
            )));
        }
        if front.name != file.to_string() {
            return Err(Trouble::new(format!(
                "{} holds {} instead",
                file.object(),
                front.name
            )));
        }
        Ok(front)
    }
}

/// Packs a file.
///
/// # Errors
/// When it cannot be encrypted.
pub fn pack(keys: &Keys, file: WalFile, content: &[u8]) -> Result<Vec<u8>, Trouble> {
    let open = Keys::default();
    let keys = if file.is_private() { keys } else { &open };
    let mut envelope = Vec::with_capacity(content.len() / 4);
    let write = |sink: &mut dyn std::io::Write| {
        sink.write_all(content)
            .because(|| format!("could not pack {file}"))
    };
    let ((), plain) = keys.seal(&mut envelope, write)?;
    let front = Front {
        format: 1,
        name: file.to_string(),
        is_sealed: keys.is_sealing(),
        plain,
        stored: Digest::of(&envelope),
        pushed_at: Utc::now(),
    };
    let mut object = serde_json::to_vec(&front).because(|| "the first line cannot be written")?;
    object.push(b'\n');
    object
        .write_all(&envelope)
        .because(|| format!("could not pack {file}"))?;
    Ok(object)
}

/// What is wrong with an object, as far as can be told without a key.
///
/// # Errors
/// When it is damaged, or another file.
pub fn require_whole(file: WalFile, object: &[u8]) -> Result<Front, Trouble> {
    let front = Front::read(file, object)?;
    let found = Digest::of(envelope(object));
    if found == front.stored {
        return Ok(front);
    }
    Err(Trouble::new(format!(
        "{} is damaged: its envelope has {found} instead of {}",
        file.object(),
        front.stored
    )))
}

/// Unpacks a file, every byte as it was.
///
/// # Errors
/// When it is damaged, another file, or no key fits.
pub fn unpack(keys: &Keys, file: WalFile, object: &[u8]) -> Result<Vec<u8>, Trouble> {
    let front = require_whole(file, object)?;
    let mut content = Vec::with_capacity(usize::try_from(front.plain.bytes).unwrap_or(0));
    let read = |source: &mut dyn std::io::Read| {
        let limited = &mut source.take(front.plain.bytes + 1);
        limited
            .read_to_end(&mut content)
            .because(|| format!("could not unpack {file}"))
    };
    let (_, plain) = keys
        .open(front.is_sealed, &mut envelope(object), read)
        .because(|| format!("{} cannot be opened", file.object()))?;
    if plain == front.plain {
        return Ok(content);
    }
    Err(Trouble::new(format!(
        "{} is damaged: it has {plain} instead of {}",
        file.object(),
        front.plain
    )))
}

fn envelope(object: &[u8]) -> &[u8] {
    let end = object
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(object.len());
    object.get(end + 1..).unwrap_or_default()
}
