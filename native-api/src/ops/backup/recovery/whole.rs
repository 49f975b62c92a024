//! From a chain of backups in the repository to one data folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::super::Repository;
use super::super::catalogue::Entry;
use super::programs;
use super::work::Work;
use crate::dev::postgres::Programs;
use crate::dev::say::{Counter, Voice};
use crate::trouble::{Because, Trouble};

/// What is wrong with a backup.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Which backup, of the chain that was looked at.
    pub id: String,
    /// What, as a sentence.
    pub what: String,
}

/// Something that is good, or everything that is wrong with it.
pub type Judged<T> = Result<T, Vec<Finding>>;

/// How the links of a chain are put together.
#[derive(Debug)]
pub struct Assembly<'a> {
    /// Where they come from.
    pub repository: &'a Repository,
    /// PostgreSQL's programs.
    pub programs: &'a Programs,
    /// Where they are put together.
    pub work: &'a Work,
    /// Who hears of it.
    pub voice: &'a Voice,
    /// Whether every file is compared with PostgreSQL's own manifest as well. What is fetched is compared with the hash
    /// of its envelope and of its content in any case.
    pub is_thorough: bool,
    /// Whether what comes of it is thrown away: nothing is forced to the disk.
    pub is_scratch: bool,
}

impl Assembly<'_> {
    /// Fetches and unpacks a chain, the full backup first, and combines it into one data folder of PostgreSQL's user.
    ///
    /// # Errors
    /// When no key fits, the disk is full, or a program is missing. What is wrong with a backup is no error.
    pub async fn whole(&self, chain: &[&Entry]) -> Result<Judged<PathBuf>, Trouble> {
        if let Err(finding) = same_kind(chain) {
            return Ok(Err(vec![finding]));
        }
        let bytes = chain.iter().map(|link| link.base.plain.bytes).sum();
        let named = chain.last().map_or("", |link| &link.id);
        let doing = format!(
            "fetching and unpacking {named} ({} in its chain)",
            chain.len()
        );
        let step = self.voice.measured(doing, bytes);
        let mut links = Vec::new();
        for (at, link) in chain.iter().enumerate() {
            let folder = self.work.path.join(format!("link-{at}"));
            if let Err(findings) = self.bring(link, &folder, &step.counter()).await? {
                return Ok(Err(findings));
            }
            links.push(folder);
        }
        step.done(&format!("{named} is unpacked: {} MB", bytes / 1_000_000));
        let data = self.work.path.join("data");
        if let Some(finding) = self.combine(chain, &links, &data).await? {
            return Ok(Err(vec![finding]));
        }
        // PostgreSQL starts on no folder that others can look into.
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700))
            .because(|| format!("could not close {}", data.display()))?;
        self.work.give_away(&data)?;
        Ok(Ok(data))
    }

    async fn bring(
        &self,
        link: &Entry,
        folder: &Path,
        counter: &Counter,
    ) -> Result<Judged<()>, Trouble> {
        if let Err(trouble) = self.unpack(link, folder, counter).await {
            let damages = self.damages(link).await?;
            // A damaged object explains it; if both are as they were written, the fault is ours.
            return if damages.is_empty() {
                Err(trouble)
            } else {
                Ok(Err(damages))
            };
        }
        if !self.is_thorough {
            return Ok(Ok(()));
        }
        let said = programs::verify(self.programs, folder).await?;
        Ok(said.map(|_| ()).map_err(|what| vec![finding(link, what)]))
    }

    async fn unpack(&self, link: &Entry, folder: &Path, counter: &Counter) -> Result<(), Trouble> {
        fs::create_dir(folder).because(|| format!("could not make {}", folder.display()))?;
        let (to, writer, counted) = (folder.to_owned(), self.work.writer(), counter.clone());
        let unpacking = self.repository.fetch(&link.base, move |source| {
            writer.write(source, &counted, |source| {
                tar::Archive::new(source)
                    .unpack(&to)
                    .because(|| format!("could not unpack into {}", to.display()))
            })
        });
        unpacking.await?;
        let (to, writer) = (folder.join("backup_manifest"), self.work.writer());
        let fetching = self.repository.fetch(&link.manifest, move |source| {
            writer.write(source, &Counter::default(), |source| {
                let copied =
                    fs::File::create(&to).and_then(|mut file| std::io::copy(source, &mut file));
                copied
                    .map(|_| ())
                    .because(|| format!("could not write {}", to.display()))
            })
        });
        fetching.await
    }

    /// What is wrong with the objects of a backup as they lie in the repository.
    async fn damages(&self, link: &Entry) -> Result<Vec<Finding>, Trouble> {
        let mut damages = Vec::new();
        for object in link.objects() {
            let found = self.repository.examine(object).await?;
            damages.extend(found.map(|what| finding(link, what)));
        }
        Ok(damages)
    }

    async fn combine(
        &self,
        chain: &[&Entry],
        links: &[PathBuf],
        data: &Path,
    ) -> Result<Option<Finding>, Trouble> {
        let (Some(last), Some(own)) = (chain.last(), links.last()) else {
            return Err(Trouble::new("a chain without a backup"));
        };
        if links.len() == 1 {
            let moved = fs::rename(own, data);
            moved.because(|| format!("could not move {}", own.display()))?;
            return Ok(None);
        }
        let step = self
            .voice
            .step(format!("combining {} backups", links.len()));
        let mut said = programs::combine(self.programs, links, data, self.is_scratch).await?;
        if said.is_ok() && self.is_thorough {
            said = programs::verify(self.programs, data).await?;
        }
        if let Err(what) = said {
            return Ok(Some(finding(last, what)));
        }
        for link in links {
            fs::remove_dir_all(link).because(|| format!("could not remove {}", link.display()))?;
        }
        step.done(&format!("{} backups combined into one", links.len()));
        Ok(None)
    }
}

/// What links of one chain must have in common: PostgreSQL combines pages with and without checksums without a word.
fn same_kind(chain: &[&Entry]) -> Result<(), Finding> {
    let Some(full) = chain.first() else {
        return Ok(());
    };
    for link in chain {
        if link.has_checksums != full.has_checksums {
            let what = format!(
                "its pages have checksums and those of {} have none, or the other way",
                full.id
            );
            return Err(finding(link, what));
        }
        if link.system_identifier != full.system_identifier {
            return Err(finding(
                link,
                format!("it is of another cluster than {}", full.id),
            ));
        }
    }
    Ok(())
}

/// Something that is wrong with a backup.
pub fn finding(of: &Entry, what: impl Into<String>) -> Finding {
    Finding {
        id: of.id.clone(),
        what: what.into(),
    }
}
