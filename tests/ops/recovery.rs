//! Recovery: a chain and its log brought to the second before a mistake, and every kind of damage found and named.
//!
//! One cluster is backed up once; each test damages a copy of the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use equoria::config::Environment;
use equoria::db::connect;
use equoria::dev::cluster::Cluster;
use equoria::dev::program::ask;
use equoria::dev::say::Voice;
use equoria::dev::supervise::Manner;
use equoria::ops::backup::Repository;
use equoria::ops::backup::catalogue::{self, Entry, State};
use equoria::ops::backup::create::Create;
use equoria::ops::backup::drill::{Aim, Drill, drill};
use equoria::ops::backup::lsn::Segment;
use equoria::ops::backup::recovery::Workshop;
use equoria::ops::backup::recovery::target::Target;
use equoria::ops::backup::restore::{Wish, restore};
use equoria::ops::backup::verify::{Verified, verify};
use equoria::ops::backup::wal::name::WalFile;
use equoria::ops::backup::wal::{self, sealed, shelf::Shelf};
use equoria::ops::fingerprint::{self, Selection, TablePrint, differences};
use harness::{NewHorse, NewShow, Postgres, World, program};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

use crate::command_line::equoria;

/// Nothing here crashes a server: what is forced to the disk would only be waited for.
const QUICK: [&str; 3] = ["fsync=off", "full_page_writes=off", "archive_timeout=0"];

/// A cluster with a full backup, an incremental one, and a log that goes on to a mistake.
pub struct Scene {
    pub postgres: Postgres,
    pub full: String,
    pub incremental: String,
    /// A restore point between the two, and what the tables held there.
    between: &'static str,
    prints_between: Vec<TablePrint>,
    /// The second before the mistake, and what the tables held then.
    before: DateTime<Utc>,
    prints: Vec<TablePrint>,
}

static SCENE: OnceCell<Scene> = OnceCell::const_new();

pub async fn scene() -> &'static Scene {
    SCENE.get_or_init(Scene::play).await
}

impl Scene {
    async fn play() -> Self {
        let postgres = Postgres::start_archiving(&QUICK).await;
        let database = postgres.database();
        let config = harness::world::config(&database);
        let world = World::on(database, config).await;
        let host = world.player_with("Host", 10_000).await;
        let rider = world.player_with("Rider", 10_000).await;
        let show = world.show(&host, NewShow::default()).await;
        let mut mares = Vec::new();
        for _ in 0..4 {
            mares.push(world.horse(&rider, NewHorse::default()).await);
        }
        world.enter(&rider, show, mares[0]).await.require(201);
        let full = back_up(&postgres, false).await;
        world.enter(&rider, show, mares[1]).await.require(201);
        let between = "before_the_incremental_one";
        let prints_between = prints(&world.admin).await;
        let made = "select pg_create_restore_point($1)";
        world.admin.query_one(made, &[&between]).await.unwrap();
        let incremental = back_up(&postgres, true).await;
        world.enter(&rider, show, mares[2]).await.require(201);
        let path = format!("/v1/horses/{}/training", mares[3]);
        rider
            .post(&path, &json!({"discipline": "Racing"}))
            .await
            .require(201);
        let prints = prints(&world.admin).await;
        let before = world
            .admin
            .query_one("select clock_timestamp()", &[])
            .await
            .unwrap()
            .get(0);
        let mistake = "begin; set local session_replication_role = replica; delete from show_entries; drop table training_logs cascade; commit";
        world.sql(mistake).await;
        archive_all(&world.admin, &postgres).await;
        world.leave().await;
        Self {
            postgres,
            full,
            incremental,
            between,
            prints_between,
            before,
            prints,
        }
    }

    /// A copy of the repository, and what leads to it.
    pub fn copy(&self) -> Copy {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let of = self.postgres.backups();
        let name = format!("copy-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = self.postgres.home().join(name);
        let original = of.get("EQUORIA_BACKUP_PLACE").unwrap().unwrap();
        ask(Command::new("cp").arg("-a").arg(original).arg(&folder)).unwrap();
        let environment = of.with("EQUORIA_BACKUP_PLACE", &folder.display().to_string());
        let work = std::env::temp_dir().join(format!(
            "equoria-test-{}-{}",
            std::process::id(),
            folder.file_name().unwrap().display()
        ));
        fs::create_dir(&work).unwrap();
        Copy {
            folder,
            environment,
            work,
        }
    }
}

/// A repository that may be damaged, and a folder to work in that must be empty afterwards.
pub struct Copy {
    pub folder: PathBuf,
    pub environment: Environment,
    pub work: PathBuf,
}

impl Copy {
    fn shop<'a>(&self, voice: &'a Voice) -> Workshop<'a> {
        // PostgreSQL's user walks through.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&self.work, mode).unwrap();
        Workshop::open(&self.environment, &self.work, voice).unwrap()
    }

    async fn verify(&self, id: &str) -> Verified {
        let voice = Voice::quiet();
        let shop = self.shop(&voice);
        let catalogue = catalogue::list(&shop.repository.place).await.unwrap();
        verify(&shop, &catalogue, id).await.unwrap()
    }

    async fn drill(&self, id: &str, aim: Aim) -> Drill {
        let voice = Voice::quiet();
        let shop = self.shop(&voice);
        let catalogue = catalogue::list(&shop.repository.place).await.unwrap();
        drill(&shop, &catalogue, id, aim, None).await.unwrap()
    }

    async fn entry(&self, id: &str) -> Entry {
        let voice = Voice::quiet();
        catalogue::load(&self.shop(&voice).repository.place, id)
            .await
            .unwrap()
    }

    fn repository(&self) -> Repository {
        Repository::of(&self.environment).unwrap()
    }

    /// All files of a backup, as one tar.
    async fn base(&self, id: &str) -> Vec<u8> {
        let entry = self.entry(id).await;
        let read = |source: &mut dyn std::io::Read| {
            let mut tar = Vec::new();
            source.read_to_end(&mut tar).unwrap();
            Ok(tar)
        };
        self.repository().fetch(&entry.base, read).await.unwrap()
    }

    /// Puts other files in their place, as if they had been so when they were stored.
    async fn replace_base(&self, id: &str, tar: Vec<u8>) {
        let (repository, mut entry) = (self.repository(), self.entry(id).await);
        let name = format!("backups/{id}/base.tar");
        let changed = repository.store(&name, true, move |sink| {
            sink.write_all(&tar).unwrap();
            Ok(())
        });
        (_, entry.base) = changed.await.unwrap();
        catalogue::save(&repository.place, &entry).await.unwrap();
    }

    fn file(&self, object: &str) -> PathBuf {
        self.folder.join(object)
    }

    /// Requires a damage to be found by verification and by a drill, in words that name it, and the backup to be broken.
    async fn require_found(&self, id: &str, named: &[&str]) {
        let drilled = self.drill(id, Aim::Proof).await;
        let said = json!([drilled.findings]).to_string();
        assert!(
            named.iter().all(|name| said.contains(name)),
            "the drill said {said}"
        );
        assert!(!drilled.is_good());
        self.require_verified_as_damaged(id, named).await;
    }

    async fn require_verified_as_damaged(&self, id: &str, named: &[&str]) {
        let verified = self.verify(id).await;
        let said = json!([verified.findings]).to_string();
        assert!(
            named.iter().all(|name| said.contains(name)),
            "verification said {said}"
        );
        assert_eq!(self.entry(id).await.standing(), "broken");
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let left: Vec<_> = fs::read_dir(&self.work)
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        let _gone = fs::remove_dir_all(&self.work);
        if !std::thread::panicking() {
            assert!(left.is_empty(), "left behind: {left:?}");
        }
    }
}

async fn back_up(postgres: &Postgres, is_incremental: bool) -> String {
    let voice = Voice::quiet();
    let of = postgres.backups();
    let shop = Workshop::open(&of, &std::env::temp_dir(), &voice).unwrap();
    let database = postgres.database().of("equoria_backup");
    loop {
        let create = Create {
            repository: &shop.repository,
            database: &database,
            programs: &shop.programs,
            is_incremental,
            voice: &voice,
        };
        match create.run().await {
            Ok(entry) => return entry.id,
            // Backups are named after the second that they begin in.
            Err(trouble) if trouble.to_string().contains("this very second") => {}
            Err(trouble) => panic!("{trouble}"),
        }
    }
}

/// Waits until everything that was written so far is in the repository.
async fn archive_all(client: &Client, postgres: &Postgres) {
    let repository = Repository::of(&postgres.backups()).unwrap();
    let sql = "select pg_walfile_name(pg_switch_wal())";
    let name: String = client.query_one(sql, &[]).await.unwrap().get(0);
    let file: WalFile = name.parse().unwrap();
    let since = Instant::now();
    while !repository.place.has(&file.object()).await.unwrap() {
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "{file} was not archived"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn prints(client: &Client) -> Vec<TablePrint> {
    fingerprint::of(client, &Selection::default())
        .await
        .unwrap()
}

/// Starts a restored folder, and requires what the tables held at the target.
async fn require_restored(scene: &Scene, into: &Path, wanted: &[TablePrint]) {
    let cluster = Cluster {
        folder: into.to_owned(),
        settings: Vec::new(),
        ..scene.postgres.folder().clone()
    };
    let manner = Manner {
        supervisor: Some(program::equoria()),
        ..Manner::default()
    };
    let server = cluster.start(manner).unwrap();
    let client = connect(&server.administrator.with_name("equoria"))
        .await
        .unwrap();
    let found = prints(&client).await;
    assert_eq!(differences(wanted, &found), Vec::<String>::new());
    assert!(found.iter().map(|it| it.rows).sum::<i64>() > 100);
    let sql = "select current_setting('archive_mode'), pg_is_in_recovery()";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), ("off", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_to_the_second_before_a_mistake_has_every_row_of_then() {
    let scene = scene().await;
    let copy = scene.copy();
    let voice = Voice::quiet();
    let shop = copy.shop(&voice);
    let into = scene.postgres.home().join("restored");
    let wish = Wish {
        id: None,
        target: Target::Time(scene.before),
        into: into.clone(),
        port: None,
    };
    let restored = restore(&shop, &wish).await.unwrap();
    assert_eq!(restored.backup_id, scene.incremental);
    require_restored(scene, &into, &scene.prints).await;
    // Once more into the same folder: it is not empty.
    let refused = restore(&shop, &wish).await.unwrap_err().to_string();
    assert!(refused.contains("is not empty"), "{refused}");
    fs::remove_dir_all(&into).unwrap();
}

/// Nobody knows when a restore point was made: the newest backup is behind this one.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_to_a_named_point_finds_the_backup_that_it_came_after() {
    let scene = scene().await;
    let copy = scene.copy();
    let voice = Voice::quiet();
    let into = scene.postgres.home().join("restored-between");
    let wish = Wish {
        id: None,
        target: Target::Point(scene.between.to_owned()),
        into: into.clone(),
        port: None,
    };
    let restored = restore(&copy.shop(&voice), &wish).await.unwrap();
    assert_eq!(restored.backup_id, scene.full);
    require_restored(scene, &into, &scene.prints_between).await;
    fs::remove_dir_all(&into).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_drill_that_compared_every_table_makes_a_backup_proven() {
    let scene = scene().await;
    let copy = scene.copy();
    let verified = copy.verify(&scene.incremental).await;
    assert!(verified.is_good(), "{:?}", verified.findings);
    assert_eq!(
        verified.chain,
        [scene.full.clone(), scene.incremental.clone()]
    );
    assert!(verified.segments > 0 && verified.bytes > 1_000_000);
    assert_eq!(copy.entry(&scene.incremental).await.state, State::Checked);
    assert_eq!(copy.entry(&scene.full).await.state, State::Taken);

    let random = copy.drill(&scene.full, Aim::Random).await;
    assert!(random.is_good(), "{:?}", random.findings);
    assert_eq!(copy.entry(&scene.full).await.state, State::Taken);

    let drilled = copy.drill(&scene.incremental, Aim::Proof).await;
    assert!(drilled.is_good(), "{:?}", drilled.findings);
    assert!(drilled.checks.iter().all(|it| it.looked_at > 0) && drilled.checks.len() == 4);
    assert!(drilled.rows > 100 && drilled.rto_s > 0.0 && drilled.proof_ms > 0);
    let entry = copy.entry(&scene.incremental).await;
    assert_eq!(entry.state, State::Proven);
    assert_eq!(entry.steps.last().unwrap().evidence["rows"], drilled.rows);
    // Looked at once more it stays what it was.
    copy.verify(&scene.incremental).await;
    assert_eq!(copy.entry(&scene.incremental).await.state, State::Proven);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_that_is_not_what_was_recorded_breaks_the_backup() {
    let scene = scene().await;
    let copy = scene.copy();
    let voice = Voice::quiet();
    let place = copy.shop(&voice).repository.place;
    let mut entry = copy.entry(&scene.full).await;
    let horses = entry
        .point
        .prints
        .iter_mut()
        .find(|it| it.table == "horses")
        .unwrap();
    horses.rows += 1;
    catalogue::save(&place, &entry).await.unwrap();
    let drilled = copy.drill(&scene.full, Aim::Proof).await;
    assert_eq!(drilled.findings.len(), 1);
    assert!(
        drilled.findings[0]
            .what
            .contains("horses has 4 rows instead of 5"),
        "{:?}",
        drilled.findings
    );
    assert_eq!(copy.entry(&scene.full).await.standing(), "broken");
    // And what builds on it is no good either.
    let verified = copy.verify(&scene.incremental).await;
    assert!(
        verified.findings[0].what.contains(&scene.full),
        "{:?}",
        verified.findings
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_flipped_in_a_stored_backup_is_found_and_the_object_named() {
    let scene = scene().await;
    let copy = scene.copy();
    let object = copy.entry(&scene.full).await.base.name;
    let mut stored = fs::read(copy.file(&object)).unwrap();
    let middle = stored.len() / 2;
    stored[middle] ^= 1;
    fs::write(copy.file(&object), stored).unwrap();
    // The incremental one needs it: the full one is to blame.
    let drilled = copy.drill(&scene.incremental, Aim::Proof).await;
    assert_eq!(drilled.findings[0].id, scene.full);
    copy.require_verified_as_damaged(&scene.full, &[&object])
        .await;
}

/// As a disk or a bug would damage it before it was ever stored: every hash of ours is right.
#[tokio::test(flavor = "multi_thread")]
async fn a_byte_flipped_in_a_data_file_before_it_was_stored_is_found_and_the_file_named() {
    let scene = scene().await;
    let copy = scene.copy();
    let mut tar = copy.base(&scene.full).await;
    let (name, at) = a_data_file(&tar, "base/");
    tar[at + 5_000] ^= 0x40;
    copy.replace_base(&scene.full, tar).await;
    copy.require_verified_as_damaged(&scene.full, &["checksum mismatch", &name])
        .await;
}

/// A drill compares no file with the manifest: it meets the page where it reads the table.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_that_a_drill_meets_is_a_finding_and_its_table_named() {
    let scene = scene().await;
    let copy = scene.copy();
    let admin = scene.postgres.database().admin().await;
    let sql = "select pg_relation_filepath('breeds')";
    let path: String = admin.query_one(sql, &[]).await.unwrap().get(0);
    let mut tar = copy.base(&scene.full).await;
    let (_, at) = a_data_file(&tar, &path);
    tar[at + 5_000] ^= 0x40;
    copy.replace_base(&scene.full, tar).await;
    let drilled = copy.drill(&scene.full, Aim::Proof).await;
    let said = json!([drilled.findings]).to_string();
    assert!(
        said.contains("breeds") && said.contains("invalid page"),
        "{said}"
    );
    assert_eq!(copy.entry(&scene.full).await.standing(), "broken");
}

/// The first such file with a page or more, and where its content begins.
fn a_data_file(tar: &[u8], prefix: &str) -> (String, usize) {
    let mut archive = tar::Archive::new(tar);
    let files = archive.entries().unwrap().map(Result::unwrap);
    let mut found = files.filter_map(|file| {
        let name = file.path().unwrap().display().to_string();
        let at = usize::try_from(file.raw_file_position()).unwrap();
        (name.starts_with(prefix) && file.size() >= 8192).then_some((name, at))
    });
    found.next().unwrap()
}

/// What a server of another machine was told about its files, and how it once came to be, is none of a restored one's.
#[tokio::test(flavor = "multi_thread")]
async fn settings_that_came_along_lead_a_restored_server_nowhere() {
    const ELSEWHERE: &str = "
        config_file = '/nowhere/postgresql.conf'
        data_directory = '/nowhere'
        hba_file = '/nowhere/pg_hba.conf'
        ident_file = '/nowhere/pg_ident.conf'
        external_pid_file = '/nowhere/pid'
        unix_socket_directories = '/nowhere'
        listen_addresses = '203.0.113.7'
        restore_command = 'false'
        recovery_end_command = 'kill -9 0'
        recovery_target_time = '2001-01-01 00:00:00+00'
        recovery_target_action = 'shutdown'
        recovery_min_apply_delay = '1h'
        archive_mode = 'on'
        archive_command = 'false'\n";
    let scene = scene().await;
    for file in ["postgresql.auto.conf", "postgresql.conf"] {
        let copy = scene.copy();
        let tar = copy.base(&scene.full).await;
        copy.replace_base(&scene.full, with_lines(&tar, file, ELSEWHERE))
            .await;
        let drilled = copy.drill(&scene.full, Aim::Proof).await;
        assert!(drilled.is_good(), "{file}: {:?}", drilled.findings);
        assert_eq!(copy.entry(&scene.full).await.state, State::Proven);
    }
}

/// The same archive with lines at the end of one file.
fn with_lines(tar: &[u8], name: &str, lines: &str) -> Vec<u8> {
    let mut archive = tar::Archive::new(tar);
    let mut changed = tar::Builder::new(Vec::new());
    let mut count = 0;
    for file in archive.entries().unwrap() {
        let mut file = file.unwrap();
        let mut header = file.header().clone();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut content).unwrap();
        if file.path().unwrap() == Path::new(name) {
            content.extend_from_slice(lines.as_bytes());
            header.set_size(content.len() as u64);
            header.set_cksum();
            count += 1;
        }
        changed.append(&header, &content[..]).unwrap();
    }
    assert_eq!(count, 1, "{name}");
    changed.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_manifest_is_found_and_named() {
    let scene = scene().await;
    let copy = scene.copy();
    let object = copy.entry(&scene.full).await.manifest.name;
    let stored = fs::read(copy.file(&object)).unwrap();
    fs::write(copy.file(&object), &stored[..stored.len() / 2]).unwrap();
    copy.require_verified_as_damaged(&scene.full, &[&object])
        .await;

    // One that was cut off before it was stored.
    let copy = scene.copy();
    let voice = Voice::quiet();
    let repository = copy.shop(&voice).repository;
    let mut entry = copy.entry(&scene.full).await;
    let read = repository.fetch(&entry.manifest, |source| {
        let mut text = Vec::new();
        source.read_to_end(&mut text).unwrap();
        Ok(text)
    });
    let text = read.await.unwrap();
    let name = format!("backups/{}/backup_manifest", entry.id);
    let cut = repository.store(&name, false, move |sink| {
        sink.write_all(&text[..text.len() / 2]).unwrap();
        Ok(())
    });
    (_, entry.manifest) = cut.await.unwrap();
    catalogue::save(&repository.place, &entry).await.unwrap();
    copy.require_verified_as_damaged(&scene.full, &["pg_verifybackup", "manifest"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_segment_of_the_log_is_found_and_named() {
    let scene = scene().await;
    let copy = scene.copy();
    let segment = copy.entry(&scene.full).await.last_segment;
    fs::remove_file(copy.file(&WalFile::Segment(segment).object())).unwrap();
    copy.require_found(&scene.full, &[&segment.to_string(), "missing"])
        .await;
    let voice = Voice::quiet();
    let into = copy.work.join("never");
    let wish = Wish {
        id: Some(scene.full.clone()),
        target: Target::Latest,
        into: into.clone(),
        port: None,
    };
    let refused = restore(&copy.shop(&voice), &wish)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("broken") && !into.exists(), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_segment_under_the_right_name_is_found_and_both_are_named() {
    let scene = scene().await;
    let copy = scene.copy();
    let voice = Voice::quiet();
    let repository = copy.shop(&voice).repository;
    let wanted = copy.entry(&scene.full).await.last_segment;
    let other = a_segment_but(wanted, &Shelf::of(&repository).await.unwrap());
    // The archive's own word for it is right: only the segment itself knows better.
    let content = wal::content(&repository, WalFile::Segment(other))
        .await
        .unwrap()
        .unwrap();
    let file = WalFile::Segment(wanted);
    let object = sealed::pack(&repository.keys, file, &content, Utc::now()).unwrap();
    fs::write(copy.file(&file.object()), object).unwrap();
    copy.require_found(&scene.full, &[&wanted.to_string(), &other.to_string()])
        .await;
}

fn a_segment_but(wanted: Segment, shelf: &Shelf) -> Segment {
    *shelf.segments.keys().find(|it| **it != wanted).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_outside_of_what_can_be_restored_is_refused_with_the_window() {
    let scene = scene().await;
    let copy = scene.copy();
    let voice = Voice::quiet();
    let shop = copy.shop(&voice);
    let entry = copy.entry(&scene.full).await;
    let hour = chrono::TimeDelta::hours(1);
    let from = equoria::ops::backup::recovery::target::shown(&entry.point.at);
    for at in [entry.point.at - hour, Utc::now() + hour] {
        let into = copy.work.join("never");
        let wish = Wish {
            id: None,
            target: Target::Time(at),
            into: into.clone(),
            port: None,
        };
        let refused = restore(&shop, &wish).await.unwrap_err().to_string();
        let window = if at < Utc::now() {
            refused.contains(&from)
        } else {
            refused.contains(" to 2")
        };
        assert!(window && !into.exists(), "{refused}");
    }
    let wish = Wish {
        id: None,
        target: Target::Point("nobody_made_it".to_owned()),
        into: copy.work.join("never"),
        port: None,
    };
    let refused = restore(&shop, &wish).await.unwrap_err().to_string();
    assert!(refused.contains("nobody_made_it"), "{refused}");
}

/// Archiving stood still for an hour, and then the last segment came: nothing of that hour is in it.
#[tokio::test(flavor = "multi_thread")]
async fn an_instant_after_the_end_of_the_log_is_refused_however_late_that_came() {
    let scene = scene().await;
    let copy = scene.copy();
    let repository = copy.repository();
    let entry = copy.entry(&scene.incremental).await;
    let reach = Shelf::of(&repository).await.unwrap().reach(&entry).unwrap();
    assert!(reach.until > scene.before && reach.until <= Utc::now());
    let file = WalFile::Segment(reach.last);
    let object = copy.file(&file.object());
    let came = std::time::SystemTime::now() + Duration::from_secs(3600);
    let opened = fs::File::options().write(true).open(&object).unwrap();
    opened.set_modified(came).unwrap();
    let catalogue = catalogue::list(&repository.place).await.unwrap();
    let chosen = async |target: Target| {
        let shelf = Shelf::of(&repository).await.unwrap();
        target
            .choose(None, &catalogue, &shelf)
            .map(|chosen| chosen[0].1.clone())
            .map_err(|refused| refused.to_string())
    };
    let minute = chrono::TimeDelta::minutes(1);
    let refused = chosen(Target::Time(reach.until + minute))
        .await
        .unwrap_err();
    assert!(refused.contains("outside"), "{refused}");
    assert_eq!(chosen(Target::Time(scene.before)).await.unwrap(), reach);

    // A former version wrote down when it came alone, which proves nothing.
    let content = fs::read(&object).unwrap();
    let end = content.iter().position(|byte| *byte == b'\n').unwrap();
    let mut front: Value = serde_json::from_slice(&content[..end]).unwrap();
    front.as_object_mut().unwrap().remove("closed_at").unwrap();
    fs::write(
        &object,
        [front.to_string().as_bytes(), &content[end..]].concat(),
    )
    .unwrap();
    let refused = chosen(Target::Time(scene.before)).await.unwrap_err();
    assert!(
        refused.contains("does not tell when it was closed"),
        "{refused}"
    );
    assert_eq!(chosen(Target::Latest).await.unwrap().last, reach.last);
}

/// The machine that looks kills the program, as it does when memory is short.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_leaves_a_backup_what_it_was() {
    let scene = scene().await;
    let copy = scene.copy();
    let voice = Voice::quiet();
    let mut shop = copy.shop(&voice);
    let bin = copy.folder.join("bin");
    fs::create_dir(&bin).unwrap();
    let killed = bin.join("pg_verifybackup");
    fs::write(&killed, "#!/bin/sh\nkill -9 $$\n").unwrap();
    fs::set_permissions(&killed, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    shop.programs.bin = bin;
    let catalogue = catalogue::list(&shop.repository.place).await.unwrap();
    let trouble = verify(&shop, &catalogue, &scene.full)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        trouble.contains("pg_verifybackup") && trouble.contains("signal 9"),
        "{trouble}"
    );
    assert_eq!(
        copy.entry(&scene.full).await,
        *catalogue.find(&scene.full).unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_called_broken_is_looked_at_again_where_an_operator_names_it() {
    let scene = scene().await;
    let copy = scene.copy();
    fs::set_permissions(
        &copy.work,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let work = copy.work.display().to_string();
    let break_it = |entry: &mut Entry| {
        entry.break_with("test", "the disk was full");
        Ok(())
    };
    let place = copy.repository().place;
    catalogue::change(&place, &scene.full, break_it)
        .await
        .unwrap();
    let (status, said, told) = backup(&copy, &["verify", "--all", "--work", &work, "--json"], &[]);
    assert_eq!(status, Some(1), "{said}");
    let what = told["backups"][0]["findings"][0]["what"].as_str().unwrap();
    assert!(what.contains("the disk was full"), "{what}");
    assert_eq!(copy.entry(&scene.full).await.standing(), "broken");

    let named = ["verify", &scene.full, "--work", &work, "--json"];
    let (status, said, told) = backup(&copy, &named, &[]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(told["backups"][0]["was_broken"], "the disk was full");
    let entry = copy.entry(&scene.full).await;
    assert_eq!(entry.standing(), "checked");
    let step = entry.steps.last().unwrap();
    assert_eq!(step.evidence["was_broken_because"], "the disk was full");

    // One that is damaged stays what it is called.
    catalogue::change(&place, &scene.full, break_it)
        .await
        .unwrap();
    let mut stored = fs::read(copy.file(&entry.base.name)).unwrap();
    let middle = stored.len() / 2;
    stored[middle] ^= 1;
    fs::write(copy.file(&entry.base.name), stored).unwrap();
    let (status, said, _) = backup(&copy, &named, &[]);
    assert_eq!(status, Some(1), "{said}");
    let entry = copy.entry(&scene.full).await;
    assert_eq!(entry.broken.unwrap().reason, "the disk was full");
}

/// The place takes the question for a segment and never answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_stands_still_is_given_up_and_the_place_named() {
    let scene = scene().await;
    let copy = scene.copy();
    let entry = copy.entry(&scene.incremental).await;
    let silent = copy.file(&WalFile::Segment(entry.first_segment).object());
    fs::remove_file(&silent).unwrap();
    ask(Command::new("mkfifo").args(["-m", "644"]).arg(&silent)).unwrap();
    let voice = Voice::quiet();
    let mut shop = copy.shop(&voice);
    shop.patience = Duration::from_secs(3);
    let wish = Wish {
        id: Some(scene.incremental.clone()),
        target: Target::Latest,
        into: copy.work.join("never"),
        port: None,
    };
    let trouble = restore(&shop, &wish).await.unwrap_err().to_string();
    // Whoever still waits for the segment is let go.
    let answer = fs::File::options().read(true).write(true).open(&silent);
    drop(answer.unwrap());
    assert!(
        trouble.contains("stood still") && trouble.contains(&entry.start_lsn.to_string()),
        "{trouble}"
    );
    assert!(!wish.into.exists());
}

/// The command line on a copy; the answer, with the status.
fn backup(copy: &Copy, arguments: &[&str], more: &[(&str, &str)]) -> (Option<i32>, String, Value) {
    let all = [&["backup"], arguments].concat();
    let given: Vec<(String, String)> = copy
        .environment
        .iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let given = given
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let environment: Vec<(&str, &str)> = given.chain(more.iter().copied()).collect();
    let output = equoria(&all, &environment);
    let said = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
        said,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_tell_good_from_damaged_from_impossible_by_their_status() {
    let scene = scene().await;
    let copy = scene.copy();
    fs::set_permissions(
        &copy.work,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let work = copy.work.display().to_string();
    let (status, said, drilled) = backup(
        &copy,
        &["drill", &scene.full, "--work", &work, "--json"],
        &[],
    );
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(drilled["is_compared"], true);
    let row = scene.postgres.database().admin().await.query_one(
        "select evidence ->> 'backup_id', (evidence ->> 'rto_s')::float8, evidence ? 'rpo_s' from ops.job_runs where name = 'backup_drill'", &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), scene.full);
    assert!(row.get::<_, f64>(1) > 0.0 && row.get::<_, bool>(2));

    let (_, other_key) = equoria::ops::backup::envelope::Keys::generate();
    let key = copy.work.join("other.key");
    fs::write(&key, other_key).unwrap();
    let key_file = key.display().to_string();
    for (more, name) in [
        (
            ("EQUORIA_BACKUP_IDENTITY_FILE", ""),
            "EQUORIA_BACKUP_IDENTITY",
        ),
        (
            ("EQUORIA_BACKUP_IDENTITY_FILE", key_file.as_str()),
            "another key",
        ),
    ] {
        let (status, said, _) = backup(&copy, &["verify", &scene.full, "--work", &work], &[more]);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains(name), "{said}");
    }
    fs::remove_file(&key).unwrap();
    assert_eq!(copy.entry(&scene.full).await.state, State::Proven);

    let entry = copy.file(&format!("backups/{}/backup.json", scene.full));
    let mut text = fs::read(&entry).unwrap();
    let middle = text.len() / 2;
    text[middle] ^= 1;
    fs::write(&entry, text).unwrap();
    for arguments in [vec!["verify", "--all"], vec!["drill", &scene.full]] {
        let arguments = [arguments, vec!["--work", &work]].concat();
        let (status, said, _) = backup(&copy, &arguments, &[]);
        assert_eq!(status, Some(2), "{said}");
        assert!(
            said.contains("corrupted") && said.contains(&scene.full),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_copied_under_other_names_and_leaves_nothing_behind() {
    let scene = scene().await;
    let copy = scene.copy();
    fs::set_permissions(
        &copy.work,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let into = harness::Database::empty().await;
    let (work, url) = (copy.work.display().to_string(), into.administrator().url());
    let mut environment: Vec<(&str, &str)> = copy.environment.iter().collect();
    environment.push(("EQUORIA_ANONYMISE_INTO", &url));
    let arguments = [
        "anonymise",
        "--backup",
        &scene.incremental,
        "--work",
        &work,
        "--json",
    ];
    let output = equoria(&arguments, &environment);
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{trouble}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["faults"], json!([]));
    let target = into.admin().await;
    let sql = "select (select count(*) from users where name like 'Player %'), (select count(*) from users where name in ('Host', 'Rider')),
        (select count(*) from show_entries)";
    let row = target.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1), row.get(2)), (2_i64, 0_i64, 2_i64));
    let strange = [
        "anonymise",
        "--backup",
        "20000101T000000Z-full",
        "--work",
        &work,
    ];
    let empty = harness::Database::empty().await;
    let fresh = empty.administrator().url();
    environment.push(("EQUORIA_ANONYMISE_INTO", &fresh));
    let refused = equoria(&strange, &environment);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("20000101T000000Z-full"), "{said}");
}
