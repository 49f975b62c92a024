//! Where the bring-up keeps things, and which user owns what PostgreSQL touches.

use std::env;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::config::hex;
use crate::trouble::{Because, Trouble};

/// A user and group that PostgreSQL's processes run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

/// The folders of one checkout and of this user's cache.
#[derive(Clone, Debug)]
pub struct Places {
    /// The checkout: the folder of `wrangler.toml` and `migrations/`.
    pub root: PathBuf,
    /// What this checkout generates and may lose: `.equoria/`.
    pub state: PathBuf,
    /// Folders that PostgreSQL's user must reach: `.equoria/`, or one under `/var/lib` where that cannot be.
    pub data: PathBuf,
    /// Downloads that all checkouts share.
    pub cache: PathBuf,
    /// Whom PostgreSQL runs as when we are root; nobody but ourselves otherwise.
    pub owner: Option<Owner>,
}

impl Places {
    /// The checkout around the current folder, or else the one that this program was built in.
    ///
    /// # Errors
    /// When neither is one, or a folder cannot be made.
    pub fn find() -> Result<Self, Trouble> {
        let here = env::current_dir().because(|| "could not tell the current folder")?;
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .map(Path::to_owned);
        let root = here
            .ancestors()
            .map(Path::to_owned)
            .chain(built_in)
            .find(|folder| folder.join("wrangler.toml").is_file() && folder.join("migrations").is_dir())
            .ok_or_else(|| Trouble::new("this is not a checkout of Equoria: no folder above has wrangler.toml and migrations/"))?;
        Self::of(&root)
    }

    /// The places of the checkout at `root`.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn of(root: &Path) -> Result<Self, Trouble> {
        let root = root
            .canonicalize()
            .because(|| format!("could not find {}", root.display()))?;
        let owner = owner()?;
        let state = root.join(".equoria");
        make(&state, 0o755)?;
        let can_stay = owner.is_none() || is_open(&root);
        let data = if can_stay {
            state.clone()
        } else {
            Path::new("/var/lib/equoria").join(short_hash(&root))
        };
        let cache = cache(owner.is_some());
        for folder in [&data, &cache, &state.join("logs")] {
            make(folder, 0o755)?;
        }
        Ok(Self {
            root,
            state,
            data,
            cache,
            owner,
        })
    }

    /// The file that a part of the bring-up logs to.
    pub fn log(&self, of: &str) -> PathBuf {
        self.state.join("logs").join(format!("{of}.log"))
    }

    /// A folder for scratch clusters that goes away with `target/`, where PostgreSQL's user can reach it.
    pub fn scratch(&self) -> PathBuf {
        if self.data == self.state {
            self.root.join("target/scratch")
        } else {
            self.data.join("scratch")
        }
    }

    /// Makes `folder` for PostgreSQL's user alone.
    ///
    /// # Errors
    /// When it cannot be made or given to that user.
    pub fn make_for_postgres(&self, folder: &Path) -> Result<(), Trouble> {
        make(folder, 0o700)?;
        self.give_to_postgres(folder)
    }

    /// Gives a file or folder to PostgreSQL's user.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn give_to_postgres(&self, path: &Path) -> Result<(), Trouble> {
        let Some(owner) = self.owner else {
            return Ok(());
        };
        std::os::unix::fs::chown(path, Some(owner.uid), Some(owner.gid))
            .because(|| format!("could not give {} to PostgreSQL's user", path.display()))
    }

    /// A short folder for a Unix socket (their paths may have about 100 bytes), one for each data folder.
    ///
    /// # Errors
    /// When it belongs to somebody else.
    pub fn socket_folder(&self, data: &Path) -> Result<PathBuf, Trouble> {
        let folder = socket_folder_of(data);
        if !folder.exists() {
            self.make_for_postgres(&folder)?;
        }
        let found = fs::symlink_metadata(&folder)
            .because(|| format!("could not look at {}", folder.display()))?;
        let wanted = self
            .owner
            .map_or_else(|| rustix::process::geteuid().as_raw(), |owner| owner.uid);
        if !found.is_dir() || found.uid() != wanted {
            return Err(Trouble::new(format!(
                "{} belongs to somebody else: remove it",
                folder.display()
            )));
        }
        Ok(folder)
    }
}

fn socket_folder_of(data: &Path) -> PathBuf {
    Path::new("/tmp").join(format!("equoria-{}", short_hash(data)))
}

/// Removes the folder of a Unix socket whose server is gone; one that is not there is no error.
///
/// # Errors
/// When the operating system refuses.
pub fn remove_socket_folder(data: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(socket_folder_of(data)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Whether a file of this user is of our making: ours, or as root that of PostgreSQL's user.
pub fn is_ours(uid: u32) -> bool {
    let owner = owner().ok().flatten();
    uid == rustix::process::geteuid().as_raw() || owner.is_some_and(|owner| owner.uid == uid)
}

/// Makes a folder with all above it.
pub(super) fn make(folder: &Path, mode: u32) -> Result<(), Trouble> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(folder)
        .because(|| format!("could not make the folder {}", folder.display()))
}

/// Ten digits that stand for a path.
pub(super) fn short_hash(path: &Path) -> String {
    let mut digits = hex(&Sha256::digest(path.as_os_str().as_encoded_bytes()));
    digits.truncate(10);
    digits
}

fn cache(is_root: bool) -> PathBuf {
    let named = env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty());
    let usual = env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let chosen = named.map(PathBuf::from).or(usual);
    match chosen {
        Some(folder) if !is_root || is_open(&folder) => folder.join("equoria"),
        _ if is_root => PathBuf::from("/var/cache/equoria"),
        _ => env::temp_dir().join("equoria-cache"),
    }
}

/// Whether any user may walk to this folder.
pub(super) fn is_open(folder: &Path) -> bool {
    folder
        .ancestors()
        .filter_map(|folder| fs::metadata(folder).ok())
        .all(|found| found.permissions().mode() & 0o001 != 0)
}

fn owner() -> Result<Option<Owner>, Trouble> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| {
            Some(Owner {
                uid: number("-u", name)?,
                gid: number("-g", name)?,
            })
        })
        .map(Some)
        .ok_or_else(|| Trouble::new("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as"))
}

fn number(which: &str, user: &str) -> Option<u32> {
    let said = Command::new("id").args([which, user]).output().ok()?;
    String::from_utf8(said.stdout).ok()?.trim().parse().ok()
}
