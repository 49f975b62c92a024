//! What bytes are wrapped in before they leave: compressed by zstd, then encrypted by age to whoever holds a key.
//!
//! Writing needs public keys only, so that the machine that takes backups cannot read them. What is in the envelope
//! opens with the usual programs as well: `age -d -i KEYFILE base.tar.zst.age | zstd -d`.

use std::fmt;
use std::io::{BufReader, Read, Write};
use std::iter;

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor};

use super::digest::{Digest, Digesting};
use crate::config::{self, Environment};
use crate::trouble::{Because, Trouble};

/// Fast enough for a stream of WAL; what it saves beyond level 3 costs many times the time.
const LEVEL: i32 = 3;

/// The keys of a repository: to write with, and perhaps to read with. `Debug` shows no private key.
#[derive(Clone, Default)]
pub struct Keys {
    recipients: Vec<Recipient>,
    identities: Vec<Identity>,
}

impl Keys {
    /// Those of `EQUORIA_BACKUP_RECIPIENT` (public, parted by commas or blanks) and `EQUORIA_BACKUP_IDENTITY` (private,
    /// better as `EQUORIA_BACKUP_IDENTITY_FILE`).
    ///
    /// # Errors
    /// When one is no key, or production has none to write with.
    pub fn from_environment(of: &Environment) -> Result<Self, Trouble> {
        let public = of.get("EQUORIA_BACKUP_RECIPIENT")?.unwrap_or_default();
        let private = of.get("EQUORIA_BACKUP_IDENTITY")?.unwrap_or_default();
        let keys = Self::parse(&public, &private)?;
        if keys.recipients.is_empty() && !config::profile(of)?.is_playground() {
            return Err(Trouble::new(
                "EQUORIA_BACKUP_RECIPIENT is not set: production writes no backup that anybody can read \
                 (`equoria backup key` makes a key)",
            ));
        }
        Ok(keys)
    }

    /// Public keys parted by commas or blanks, and private ones as `age-keygen` writes them to a file.
    ///
    /// # Errors
    /// When one is no key; no private one is part of the sentence.
    pub fn parse(public: &str, private: &str) -> Result<Self, Trouble> {
        let words = |text: &str| -> Vec<String> {
            let parts = text.split(|letter: char| letter == ',' || letter.is_whitespace());
            parts
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let recipients = words(public).into_iter().map(|word| {
            word.parse().map_err(|_| {
                Trouble::new(format!(
                    "EQUORIA_BACKUP_RECIPIENT has `{}`, which is no public key of age (age1...)",
                    harmless(&word)
                ))
            })
        });
        let lines = private
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        let identities = lines.flat_map(words).map(|word| {
            word.parse().map_err(|_| {
                Trouble::new(
                    "EQUORIA_BACKUP_IDENTITY is no private key of age (AGE-SECRET-KEY-1...)",
                )
            })
        });
        Ok(Self {
            recipients: recipients.collect::<Result<_, _>>()?,
            identities: identities.collect::<Result<_, _>>()?,
        })
    }

    /// A fresh pair: the public key, and the private one as the content of a file.
    pub fn generate() -> (String, String) {
        let identity = Identity::generate();
        let public = identity.to_public().to_string();
        let file = format!(
            "# The private key of Equoria's backups: without it they cannot be read. Keep it apart from them.\n\
             # public key: {public}\n{}\n",
            identity.to_string().expose_secret()
        );
        (public, file)
    }

    /// Whether what is written can be read only with a private key.
    pub fn is_sealing(&self) -> bool {
        !self.recipients.is_empty()
    }

    /// The public keys that can read what is written from now on.
    pub fn recipients(&self) -> Vec<String> {
        self.recipients.iter().map(ToString::to_string).collect()
    }

    /// The public keys that can be read for.
    pub fn readable(&self) -> Vec<String> {
        self.identities
            .iter()
            .map(|it| it.to_public().to_string())
            .collect()
    }

    /// Lets `work` write into an envelope that goes to `to`; answers what `work` does, and what went in.
    ///
    /// # Errors
    /// Those of `work`, or when `to` cannot be written.
    pub fn seal<T>(
        &self,
        to: &mut (dyn Write + Send),
        work: impl FnOnce(&mut dyn Write) -> Result<T, Trouble>,
    ) -> Result<(T, Digest), Trouble> {
        if !self.is_sealing() {
            return compress(to, work).map(|(done, digest, _)| (done, digest));
        }
        let recipients = self.recipients.iter().map(|it| it as &dyn age::Recipient);
        let sealed = Encryptor::with_recipients(recipients)
            .because(|| "could not encrypt to the keys of EQUORIA_BACKUP_RECIPIENT")?;
        let because = || "could not write what was encrypted";
        let sealed = sealed.wrap_output(to).because(because)?;
        let (done, digest, sealed) = compress(sealed, work)?;
        sealed.finish().because(because)?;
        Ok((done, digest))
    }

    /// Lets `work` read what is in an envelope, and then reads it to its end; answers what `work` does, and what was in.
    ///
    /// # Errors
    /// Those of `work`, when no private key fits, or when a byte of the envelope was changed or cut off.
    pub fn open<T>(
        &self,
        is_sealed: bool,
        from: &mut (dyn Read + Send),
        work: impl FnOnce(&mut dyn Read) -> Result<T, Trouble>,
    ) -> Result<(T, Digest), Trouble> {
        if !is_sealed {
            return decompress(from, work);
        }
        if self.identities.is_empty() {
            return Err(Trouble::new(
                "it is encrypted, and neither EQUORIA_BACKUP_IDENTITY nor EQUORIA_BACKUP_IDENTITY_FILE is set",
            ));
        }
        let sealed = Decryptor::new(from).because(|| "it is no file of age any more")?;
        let identities = self.identities.iter().map(|it| it as &dyn age::Identity);
        let opened = sealed.decrypt(identities).map_err(|error| match error {
            DecryptError::NoMatchingKeys => self.stranger(),
            other => Trouble::new(format!("it cannot be decrypted: {other}")),
        })?;
        decompress(opened, work)
    }

    /// Requires a private key for an envelope: that one is missing is no fault of what is in it. Whether the envelope is
    /// good is found by opening it.
    ///
    /// # Errors
    /// When it is encrypted to other keys.
    pub fn require_fit(&self, is_sealed: bool, envelope: &[u8]) -> Result<(), Trouble> {
        let sealed = is_sealed.then(|| Decryptor::new(envelope).ok()).flatten();
        let identities = self.identities.iter().map(|it| it as &dyn age::Identity);
        match sealed.map(|sealed| sealed.decrypt(identities)) {
            Some(Err(DecryptError::NoMatchingKeys)) => Err(self.stranger()),
            _ => Ok(()),
        }
    }

    fn stranger(&self) -> Trouble {
        Trouble::new(format!(
            "it is encrypted to another key than EQUORIA_BACKUP_IDENTITY, which reads for {}",
            self.readable().join(", ")
        ))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "Keys(writes to {:?}, reads for {:?})",
            self.recipients(),
            self.readable()
        )
    }
}

fn compress<W: Write, T>(
    to: W,
    work: impl FnOnce(&mut dyn Write) -> Result<T, Trouble>,
) -> Result<(T, Digest, W), Trouble> {
    let because = || "could not write what was compressed";
    let mut packed = zstd::Encoder::new(to, LEVEL).because(because)?;
    packed.include_checksum(true).because(because)?;
    let mut digesting = Digesting::new(packed);
    let done = work(&mut digesting)?;
    let (packed, digest) = digesting.finish();
    Ok((done, digest, packed.finish().because(because)?))
}

fn decompress<R: Read, T>(
    from: R,
    work: impl FnOnce(&mut dyn Read) -> Result<T, Trouble>,
) -> Result<(T, Digest), Trouble> {
    let because = || "it was changed or cut off since it was written";
    let plain =
        zstd::Decoder::with_buffer(BufReader::with_capacity(1 << 17, from)).because(because)?;
    let mut digesting = Digesting::new(plain);
    let done = work(&mut digesting)?;
    std::io::copy(&mut digesting, &mut std::io::sink()).because(because)?;
    let (_, digest) = digesting.finish();
    Ok((done, digest))
}

/// A private key that was put in the place of a public one is not shown.
fn harmless(word: &str) -> String {
    if word.to_uppercase().starts_with("AGE-SECRET") {
        return "a private key".to_owned();
    }
    iter::once(word).flat_map(str::chars).take(70).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(keys: &Keys, content: &[u8]) -> Vec<u8> {
        let mut envelope = Vec::new();
        let write = |sink: &mut dyn Write| sink.write_all(content).because(|| "could not write");
        let ((), digest) = keys.seal(&mut envelope, write).unwrap();
        assert_eq!(digest, Digest::of(content));
        envelope
    }

    fn opened(keys: &Keys, is_sealed: bool, mut envelope: &[u8]) -> Result<Vec<u8>, Trouble> {
        let mut content = Vec::new();
        let read = |source: &mut dyn Read| {
            source
                .read_to_end(&mut content)
                .because(|| "could not read")
        };
        let (_, digest) = keys.open(is_sealed, &mut envelope, read)?;
        assert_eq!(digest, Digest::of(&content));
        Ok(content)
    }

    fn pair() -> (Keys, Keys) {
        let (public, private) = Keys::generate();
        (
            Keys::parse(&public, "").unwrap(),
            Keys::parse("", &private).unwrap(),
        )
    }

    #[test]
    fn what_is_sealed_to_a_public_key_opens_with_the_private_one_alone() {
        let content = b"a mare and her foal".repeat(10_000);
        let (writer, reader) = pair();
        let envelope = sealed(&writer, &content);
        assert!(envelope.len() < content.len() / 10, "it is compressed");
        assert!(envelope.starts_with(b"age-encryption.org/v1\n"));
        assert_eq!(opened(&reader, true, &envelope).unwrap(), content);
        let nobody = opened(&writer, true, &envelope).unwrap_err().to_string();
        assert!(nobody.contains("EQUORIA_BACKUP_IDENTITY"), "{nobody}");
        let stranger = opened(&pair().1, true, &envelope).unwrap_err().to_string();
        assert!(stranger.contains("another key"), "{stranger}");
    }

    #[test]
    fn either_of_two_keys_opens_what_was_sealed_to_both() {
        let ((one, one_reader), (other, other_reader)) = (pair(), pair());
        let both = [one.recipients(), other.recipients()].concat().join(", ");
        let envelope = sealed(&Keys::parse(&both, "").unwrap(), b"foal");
        for reader in [one_reader, other_reader] {
            assert_eq!(opened(&reader, true, &envelope).unwrap(), b"foal");
        }
    }

    #[test]
    fn no_byte_can_be_changed_or_left_out() {
        let (writer, reader) = pair();
        let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let envelope = sealed(&writer, &content);
        for at in (0..envelope.len()).step_by(envelope.len() / 97) {
            let mut flipped = envelope.clone();
            flipped[at] ^= 0x20;
            assert!(opened(&reader, true, &flipped).is_err(), "changed at {at}");
            assert!(
                opened(&reader, true, &envelope[..at]).is_err(),
                "cut off at {at}"
            );
        }
        // Only compressed: cutting is found here, changing by the hash that is kept beside the envelope.
        let packed = sealed(&Keys::default(), &content);
        for at in (1..packed.len()).step_by(packed.len() / 97) {
            assert!(
                opened(&reader, false, &packed[..at]).is_err(),
                "cut off at {at}"
            );
        }
    }

    #[test]
    fn strange_keys_are_refused_and_no_private_one_is_shown() {
        let (public, private) = Keys::generate();
        let secret = private.lines().last().unwrap();
        for (recipient, identity) in [
            ("age1nothing", ""),
            (secret, ""),
            ("", "AGE-SECRET-KEY-1NOTHING"),
            ("", &public),
        ] {
            let refused = Keys::parse(recipient, identity).unwrap_err().to_string();
            assert!(refused.contains("EQUORIA_BACKUP_"), "{refused}");
            assert!(
                !refused.contains(secret) && !refused.contains("NOTHING"),
                "{refused}"
            );
        }
        let keys = Keys::parse(&public, &private).unwrap();
        assert!(!format!("{keys:?}").contains("SECRET"));
        let production = Environment::of([("EQUORIA_PROFILE", "production")]);
        let refused = Keys::from_environment(&production).unwrap_err().to_string();
        assert!(refused.contains("EQUORIA_BACKUP_RECIPIENT"), "{refused}");
    }
}
