//! A folder to work in that is gone afterwards, whatever happens.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::abandoned::{self, PREFIX};
use crate::dev::lock::Held;
use crate::dev::places::Places;
use crate::dev::say::Counter;
use crate::trouble::{Because, Trouble};

/// A folder for PostgreSQL's user alone. It is removed with this value, unless [`Work::hand_over`] has taken its content.
#[derive(Debug)]
pub struct Work {
    /// Where it is.
    pub path: PathBuf,
    places: Places,
    writer: Writer,
    _at_work: Held,
}

/// What a thread that writes into the folder holds meanwhile: nobody removes what is being written.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    writing: Arc<Mutex<()>>,
    is_over: Arc<AtomicBool>,
}

impl Work {
    /// A folder of its own inside `parent`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn inside(parent: &Path, what: &str, places: &Places) -> Result<Self, Trouble> {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{what}-{}-{number}", std::process::id());
        Self::at(&parent.join(name), places)
    }

    /// A folder at this path, where nothing is.
    ///
    /// # Errors
    /// When something is there, or it cannot be made.
    pub fn at(path: &Path, places: &Places) -> Result<Self, Trouble> {
        if path.exists() {
            return Err(Trouble::new(format!(
                "{} is there already: another restore works in it, or was broken off; remove it then",
                path.display()
            )));
        }
        places.make_for_postgres(path)?;
        Ok(Self {
            _at_work: abandoned::work_in(path)?,
            path: path.to_owned(),
            places: places.clone(),
            writer: Writer::default(),
        })
    }

    /// For a thread that is about to write.
    pub fn writer(&self) -> Writer {
        self.writer.clone()
    }

    /// Gives everything in a folder to PostgreSQL's user.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn give_away(&self, folder: &Path) -> Result<(), Trouble> {
        if self.places.owner.is_none() {
            return Ok(());
        }
        let because = || format!("could not give {} to PostgreSQL's user", folder.display());
        self.places.give_to_postgres(folder)?;
        for entry in fs::read_dir(folder).because(because)? {
            let entry = entry.because(because)?;
            if entry.file_type().because(because)?.is_dir() {
                self.give_away(&entry.path())?;
            } else if !entry.path().is_symlink() {
                self.places.give_to_postgres(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Puts one of the folders in it where it shall stay: an empty folder there makes way.
    ///
    /// # Errors
    /// When it cannot be moved: then it is still here, and goes with the rest.
    pub fn hand_over(&self, folder: &Path, into: &Path) -> Result<(), Trouble> {
        fs::rename(folder, into)
            .because(|| format!("could not move {} to {}", folder.display(), into.display()))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.writer.is_over.store(true, Ordering::SeqCst);
        let _nobody_writes = self
            .writer
            .writing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, folder = %self.path.display(), "could not be removed");
        }
    }
}

impl Writer {
    /// Reads from `source` with whatever `write` does, unless the folder is about to go.
    ///
    /// # Errors
    /// Those of `write`, or when the work is over.
    pub fn write<T>(
        &self,
        source: &mut dyn Read,
        counter: &Counter,
        write: impl FnOnce(&mut dyn Read) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut Leashed {
            source,
            counter,
            is_over: &self.is_over,
        })
    }
}

/// A source that ends with the work, and tells how much was read.
struct Leashed<'a> {
    source: &'a mut dyn Read,
    counter: &'a Counter,
    is_over: &'a AtomicBool,
}

impl Read for Leashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_over.load(Ordering::SeqCst) {
            return Err(io::Error::other("it was broken off"));
        }
        let count = self.source.read(buffer)?;
        self.counter.add(count as u64);
        Ok(count)
    }
}
