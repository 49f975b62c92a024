//! Where backups lie: a folder, or a bucket that speaks S3.
//!
//! Whatever is written is whole or not there: it gets its name when its last byte is safe. In a folder that means a
//! temporary name, `fsync` of the file and of its folder, and a rename; in a bucket a multipart upload that is completed.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path as Folder, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::{BufReader, BufWriter};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt,
    PutMode, PutOptions, RetryConfig, UpdateVersion,
};
use rustix::fs::FlockOperation;
use tokio_util::io::SyncIoBridge;
use tokio_util::task::TaskTracker;

use super::digest::{Digest, Digesting};
use crate::config::{self, Environment};
use crate::trouble::{Because, Trouble};

/// What is sent or read in one piece; S3 takes nothing below 5 MiB, and at most 10,000 pieces an object.
const PIECE_BYTES: usize = 16 << 20;

/// How many pieces may be on their way at once.
const PIECES: usize = 3;

/// After how long a temporary file belongs to nobody any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A folder or bucket, opened. Cloning is cheap.
#[derive(Clone)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    shown: String,
    folder: Option<PathBuf>,
    writing: TaskTracker,
}

/// An object of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name inside the folder that was listed.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written.
    pub modified: DateTime<Utc>,
}

/// What lies directly in a folder, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The folders in it.
    pub folders: Vec<String>,
    /// The objects in it.
    pub objects: Vec<Object>,
}

impl Place {
    /// Opens the place that a setting names: an absolute folder that is there, or
    /// `s3://bucket/prefix` with `EQUORIA_BACKUP_S3_ENDPOINT`, `_REGION`, `_ACCESS_KEY` and `_SECRET_KEY`.
    ///
    /// # Errors
    /// When it is neither, a key is missing, or there is no such folder.
    pub fn open(text: &str, of: &Environment) -> Result<Self, Trouble> {
        if let Some(rest) = text.strip_prefix("s3://") {
            return Self::bucket(rest, of);
        }
        let folder = PathBuf::from(text);
        if !folder.is_absolute() {
            return Err(Trouble::new(format!(
                "EQUORIA_BACKUP_PLACE is `{text}`, but it must be an absolute folder or s3://bucket/prefix"
            )));
        }
        Self::folder(&folder)
    }

    /// Opens a folder, which must be there: it belongs to whom PostgreSQL runs as, and we cannot know him.
    ///
    /// # Errors
    /// When it is missing, or no folder.
    pub fn folder(folder: &Folder) -> Result<Self, Trouble> {
        if !folder.is_dir() {
            return Err(Trouble::new(format!(
                "there is no folder {}, which EQUORIA_BACKUP_PLACE names: make it, for PostgreSQL's user alone, who \
                 archives into it",
                folder.display()
            )));
        }
        let store = LocalFileSystem::new_with_prefix(folder)
            .because(|| format!("could not open the folder of backups {}", folder.display()))?
            .with_fsync(true)
            .with_automatic_cleanup(true);
        Ok(Self {
            store: Arc::new(store),
            shown: folder.display().to_string(),
            folder: Some(folder.to_owned()),
            writing: TaskTracker::new(),
        })
    }

    fn bucket(rest: &str, of: &Environment) -> Result<Self, Trouble> {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(Trouble::new(
                "EQUORIA_BACKUP_PLACE names no bucket after s3://",
            ));
        }
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(
                of.get("EQUORIA_BACKUP_S3_REGION")?
                    .unwrap_or_else(|| "us-east-1".to_owned()),
            )
            .with_access_key_id(needed(of, "EQUORIA_BACKUP_S3_ACCESS_KEY")?)
            .with_secret_access_key(needed(of, "EQUORIA_BACKUP_S3_SECRET_KEY")?)
            .with_retry(patience())
            .with_disable_bulk_delete(true)
            .with_client_options(ClientOptions::new().with_connect_timeout(Duration::from_secs(5)));
        if let Some(endpoint) = of.get("EQUORIA_BACKUP_S3_ENDPOINT")? {
            let is_clear = require_safe(&endpoint, of)?;
            builder = builder.with_endpoint(endpoint).with_allow_http(is_clear);
        }
        let store = builder
            .build()
            .because(|| format!("could not open s3://{bucket}"))?;
        let prefix = Path::parse(prefix.trim_matches('/')).because(|| {
            format!("EQUORIA_BACKUP_PLACE has a prefix that cannot be one: {prefix}")
        })?;
        Ok(Self {
            store: Arc::new(PrefixStore::new(store, prefix)),
            shown: format!("s3://{rest}"),
            folder: None,
            writing: TaskTracker::new(),
        })
    }

    /// The folder, where it is one.
    pub fn local(&self) -> Option<&Folder> {
        self.folder.as_deref()
    }

    /// The content of a small object, or nothing where there is none.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
        self.get_with(name, GetOptions::default()).await
    }

    /// The first bytes of an object, or nothing where there is none.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn front(&self, name: &str, bytes: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let range = GetOptions::new().with_range(Some(GetRange::Bounded(0..bytes)));
        self.get_with(name, range).await
    }

    async fn get_with(&self, name: &str, options: GetOptions) -> Result<Option<Vec<u8>>, Trouble> {
        let because = || format!("could not read {name} in {self}");
        let found = match self.store.get_opts(&Path::from(name), options).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            found => found.because(because)?,
        };
        let bytes = found.bytes().await.because(because)?;
        Ok(Some(bytes.to_vec()))
    }

    /// Writes a small object, in one step over what may be there.
    ///
    /// # Errors
    /// When the place cannot be written; then the former content is whole.
    pub async fn put(&self, name: &str, content: Vec<u8>) -> Result<(), Trouble> {
        let put = self.store.put(&Path::from(name), content.into()).await;
        put.map(|_| ())
            .because(|| format!("could not write {name} in {self}"))
    }

    /// Writes a small object where none is; false where there is one, which stays as it is.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub async fn put_new(&self, name: &str, content: Vec<u8>) -> Result<bool, Trouble> {
        let options = PutOptions::from(PutMode::Create);
        let put = self
            .store
            .put_opts(&Path::from(name), content.into(), options)
            .await;
        match put {
            Err(Error::AlreadyExists { .. }) => Ok(false),
            put => put
                .map(|_| true)
                .because(|| format!("could not write {name} in {self}")),
        }
    }

    /// Writes a small object in the place of the content `known`; false where another content is there by now, or none.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub async fn replace(
        &self,
        name: &str,
        known: &[u8],
        content: Vec<u8>,
    ) -> Result<bool, Trouble> {
        let because = || format!("could not write {name} in {self}");
        // A folder has no conditional writing, but a lock: nobody writes here while it is ours.
        let _ours = self.lock().await.because(because)?;
        let found = match self.store.get(&Path::from(name)).await {
            Err(Error::NotFound { .. }) => return Ok(false),
            found => found.because(because)?,
        };
        let version = UpdateVersion {
            e_tag: found.meta.e_tag.clone(),
            version: found.meta.version.clone(),
        };
        if found.bytes().await.because(because)? != known {
            return Ok(false);
        }
        let mode = match self.folder {
            Some(_) => PutMode::Overwrite,
            None => PutMode::Update(version),
        };
        let put = self
            .store
            .put_opts(&Path::from(name), content.into(), mode.into())
            .await;
        match put {
            Err(Error::Precondition { .. }) => Ok(false),
            put => put.map(|_| true).because(because),
        }
    }

    async fn lock(&self) -> io::Result<Option<fs::File>> {
        let Some(folder) = self.folder.clone() else {
            return Ok(None);
        };
        // It waits, on a thread where that stops nobody who is to let go.
        let locked = tokio::task::spawn_blocking(move || locked(&folder));
        locked.await.map_err(io::Error::other)?.map(Some)
    }

    /// Forces an object that is there to the disk, and the folders that lead to it; a bucket's are safe.
    ///
    /// # Errors
    /// When the disk refuses, or the object is not there.
    pub async fn make_safe(&self, name: &str) -> Result<(), Trouble> {
        let Some(root) = self.folder.clone() else {
            return Ok(());
        };
        let path = root.join(name);
        let forced = tokio::task::spawn_blocking(move || {
            let mut inside = path.ancestors().take_while(|it| it.starts_with(&root));
            inside.try_for_each(|it| fs::File::open(it)?.sync_all())
        });
        forced
            .await
            .because(|| format!("forcing {name} to the disk broke"))?
            .because(|| format!("could not force {name} in {self} to the disk"))
    }

    /// Whether there is an object of this name.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn has(&self, name: &str) -> Result<bool, Trouble> {
        match self.store.head(&Path::from(name)).await {
            Err(Error::NotFound { .. }) => Ok(false),
            found => found
                .map(|_| true)
                .because(|| format!("could not look for {name} in {self}")),
        }
    }

    /// What lies directly in a folder; nothing where it is missing.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn list(&self, folder: &str) -> Result<Listing, Trouble> {
        let prefix = Path::from(folder);
        let found = self
            .store
            .list_with_delimiter((!folder.is_empty()).then_some(&prefix))
            .await;
        let found = found.because(|| format!("could not list {folder} in {self}"))?;
        let last = |path: &Path| path.filename().unwrap_or_default().to_owned();
        let mut listing = Listing {
            folders: found.common_prefixes.iter().map(last).collect(),
            objects: found
                .objects
                .iter()
                .map(|object| Object {
                    name: last(&object.location),
                    bytes: object.size,
                    modified: object.last_modified,
                })
                .collect(),
        };
        listing.folders.sort();
        listing
            .objects
            .sort_by(|one, other| one.name.cmp(&other.name));
        Ok(listing)
    }

    /// Removes an object; one that is not there is no error.
    ///
    /// # Errors
    /// When the place refuses.
    pub async fn remove(&self, name: &str) -> Result<(), Trouble> {
        match self.store.delete(&Path::from(name)).await {
            Err(Error::NotFound { .. }) => Ok(()),
            done => done.because(|| format!("could not remove {name} in {self}")),
        }
    }

    /// Writes an object with what `work` writes, on a thread where it may block; the answer is that of `work`, and what
    /// was stored. Where `work` or the place fails, nothing is there.
    ///
    /// # Errors
    /// Those of `work`, or when the place cannot be written.
    pub async fn write<T, W>(&self, name: &str, work: W) -> Result<(T, Digest), Trouble>
    where
        T: Send + 'static,
        W: FnOnce(&mut (dyn Write + Send)) -> Result<T, Trouble> + Send + 'static,
    {
        let sink = BufWriter::with_capacity(Arc::clone(&self.store), Path::from(name), PIECE_BYTES)
            .with_max_concurrency(PIECES);
        let because = format!("could not write {name} in {self}");
        let written = self
            .writing
            .spawn_blocking(move || fill(sink, work, &because));
        written.await.because(|| format!("writing {name} broke"))?
    }

    /// Waits until no thread writes here any more: one goes on, until its work fails, when nobody waits for it.
    pub async fn settled(&self) {
        self.writing.close();
        self.writing.wait().await;
        self.writing.reopen();
    }

    /// Lets `work` read an object from its beginning, on a thread where it may block.
    ///
    /// # Errors
    /// Those of `work`, when there is no such object, or when the place cannot be read.
    pub async fn read<T, W>(&self, name: &str, work: W) -> Result<T, Trouble>
    where
        T: Send + 'static,
        W: FnOnce(&mut (dyn Read + Send)) -> Result<T, Trouble> + Send + 'static,
    {
        let meta = match self.store.head(&Path::from(name)).await {
            Err(Error::NotFound { .. }) => {
                return Err(Trouble::new(format!("{name} is missing in {self}")));
            }
            found => found.because(|| format!("could not read {name} in {self}"))?,
        };
        let source = BufReader::with_capacity(Arc::clone(&self.store), &meta, PIECE_BYTES);
        let mut source = SyncIoBridge::new(source);
        let read = tokio::task::spawn_blocking(move || work(&mut source));
        read.await.because(|| format!("reading {name} broke"))?
    }

    /// Removes a folder with all that may be in it, temporary files too; a bucket has only objects, which go one by one.
    ///
    /// # Errors
    /// When the place refuses.
    pub fn remove_folder(&self, name: &str) -> Result<(), Trouble> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        match fs::remove_dir_all(folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done.because(|| format!("could not remove {name} in {self}")),
        }
    }

    /// Removes temporary files that a crash left in a folder, of an hour and older; answers how many. A bucket forgets
    /// parts of uploads by its own rule (`AbortIncompleteMultipartUpload`).
    ///
    /// # Errors
    /// When the folder cannot be read or changed.
    pub fn sweep(&self) -> Result<usize, Trouble> {
        self.folder.as_deref().map_or(Ok(0), |folder| {
            sweep(folder).because(|| format!("could not clear temporary files in {self}"))
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Place({self})")
    }
}

/// Runs `work` on a sink and gives the object its name, or nothing at all.
fn fill<T, W>(sink: BufWriter, work: W, because: &str) -> Result<(T, Digest), Trouble>
where
    W: FnOnce(&mut (dyn Write + Send)) -> Result<T, Trouble>,
{
    let mut sink = Digesting::new(SyncIoBridge::new(sink));
    let done = work(&mut sink);
    let (mut bridge, digest) = sink.finish();
    match done {
        Ok(done) => {
            // A failed end clears up after itself.
            bridge.shutdown().because(|| because)?;
            Ok((done, digest))
        }
        Err(trouble) => {
            let mut sink = bridge.into_inner();
            let cleared = tokio::runtime::Handle::current().block_on(sink.abort());
            if let Err(error) = cleared {
                tracing::warn!(%error, "what was half written could not be removed");
            }
            Err(trouble)
        }
    }
}

/// A store that does not answer is told about within half a minute.
fn patience() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 4,
        retry_timeout: Duration::from_secs(30),
    }
}

fn needed(of: &Environment, name: &str) -> Result<String, Trouble> {
    of.get(name)?.ok_or_else(|| {
        Trouble::new(format!(
            "{name} is not set (nor {name}_FILE): EQUORIA_BACKUP_PLACE is a bucket"
        ))
    })
}

/// Whether the endpoint speaks in the clear, which production allows on this machine only.
fn require_safe(endpoint: &str, of: &Environment) -> Result<bool, Trouble> {
    let url = url::Url::parse(endpoint)
        .because(|| format!("EQUORIA_BACKUP_S3_ENDPOINT is `{endpoint}`, which is not a URL"))?;
    let is_clear = url.scheme() == "http";
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if is_clear && !is_here && !config::profile(of)?.is_playground() {
        return Err(Trouble::new(
            "EQUORIA_BACKUP_S3_ENDPOINT must be https:// in production",
        ));
    }
    Ok(is_clear)
}

/// Locks a folder until the answer is dropped. Where its file system knows no locks of folders, as NFS, only the comparison
/// with what is known keeps two writers apart.
fn locked(folder: &Folder) -> io::Result<fs::File> {
    use rustix::io::Errno;
    let opened = fs::File::open(folder)?;
    match rustix::fs::flock(&opened, FlockOperation::LockExclusive) {
        Ok(()) | Err(Errno::BADF | Errno::NOLCK | Errno::OPNOTSUPP) => Ok(opened),
        Err(error) => Err(error.into()),
    }
}

fn sweep(folder: &Folder) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            count += sweep(&path)?;
        } else if is_temporary(&path) && is_abandoned(&path) {
            fs::remove_file(&path)?;
            count += 1;
        }
    }
    Ok(count)
}

/// The library's names for what is not whole yet: the object's own, `#`, and a number.
fn is_temporary(path: &Folder) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    name.rsplit_once('#').is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn is_abandoned(path: &Folder) -> bool {
    let modified = fs::metadata(path).and_then(|found| found.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED))
}
