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
    /// When PostgreSQL wrote to the file last: how far a segment tells what was committed, however late it was pushed.
    /// Former versions of this program did not write it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
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

/// Packs a file that was written to last at `closed_at`.
///
/// # Errors
/// When it cannot be encrypted.
pub fn pack(
    keys: &Keys,
    file: WalFile,
    content: &[u8],
    closed_at: DateTime<Utc>,
) -> Result<Vec<u8>, Trouble> {
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
        closed_at: Some(closed_at),
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

/// Requires a key to an object that is whole.
///
/// # Errors
/// When none fits.
pub fn require_key(
    keys: &Keys,
    file: WalFile,
    front: &Front,
    object: &[u8],
) -> Result<(), Trouble> {
    keys.require_fit(front.is_sealed, envelope(object))
        .because(|| format!("{} cannot be opened", file.object()))
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

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "000000010000000000000007";

    #[test]
    fn an_object_tells_when_its_file_was_closed_and_not_only_when_it_came() {
        let file: WalFile = NAME.parse().unwrap();
        let closed: DateTime<Utc> = "2026-11-22T21:05:00.123456Z".parse().unwrap();
        let object = pack(&Keys::default(), file, b"a foal", closed).unwrap();
        let front = Front::read(file, &object).unwrap();
        assert_eq!(front.closed_at, Some(closed));
        assert!(front.pushed_at > closed);
        let length = object.len() - envelope(&object).len();
        assert!((length as u64) < FRONT_BYTES / 2, "{length}");
    }

    #[test]
    fn an_object_of_a_former_version_is_read_and_does_not_tell_when_it_was_closed() {
        let file: WalFile = NAME.parse().unwrap();
        let object = pack(&Keys::default(), file, b"a foal", Utc::now()).unwrap();
        let line = object.split(|byte| *byte == b'\n').next().unwrap();
        let mut front: serde_json::Value = serde_json::from_slice(line).unwrap();
        front.as_object_mut().unwrap().remove("closed_at").unwrap();
        let former = [format!("{front}\n").as_bytes(), envelope(&object)].concat();
        assert_eq!(Front::read(file, &former).unwrap().closed_at, None);
        assert_eq!(unpack(&Keys::default(), file, &former).unwrap(), b"a foal");
    }
}
