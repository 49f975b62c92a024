//! A full disk: a command that writes says so in one sentence, and leaves everything as it was.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use harness::{Database, program};

use crate::desk::{Desk, files, require_same, sentence};
use crate::recovery::scene;

#[tokio::test]
async fn a_file_that_cannot_be_written_whole_is_not_there_and_the_former_one_is() {
    let desk = Desk::set_up("disk").await;
    let database = Database::fresh().await;
    let monitor = database.of("equoria_monitor").url();
    let before = desk.files();
    for arguments in [
        &["report", "all", "--html", "report.html"][..],
        &["report", "all", "--html", "other.html"],
        &["backup", "key", "--into", "backup.key"],
        &["tls", "init", "--into", "other", "--host", "localhost"],
        &["tls", "renew", "--into", "tls"],
        &["tls", "rotate-ca", "--into", "tls"],
        &["migrate", "new", "farriers"],
    ] {
        let output = desk.run_short_of_space(0, arguments, &[("MONITOR_DATABASE_URL", &monitor)]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        let sentence = sentence(&said).unwrap();
        assert!(
            sentence.contains("could not write") && sentence.contains("File too large"),
            "{arguments:?}: {said}"
        );
        require_same(&before, &desk.files());
    }
}

#[test]
fn output_that_cannot_be_written_is_one_sentence_and_no_success() {
    for arguments in [
        &["coat", "--loci"][..],
        &["audit", "key", "--new", "--json"],
    ] {
        let output = Command::new(program::equoria())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(
            said.starts_with("equoria: ") && said.lines().count() == 1,
            "{said}"
        );
        assert!(said.contains("No space left on device"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_too_small_for_a_restore_breaks_nothing_and_leaves_nothing() {
    let scene = scene().await;
    let copy = scene.copy();
    let desk = Desk::set_up("restore").await;
    let (here, work) = (desk.files(), copy.work.display().to_string());
    let repository = files(&copy.folder);
    let into = copy.work.join("restored").display().to_string();
    let environment: Vec<(&str, &str)> = copy.environment.iter().collect();
    let trials: [(u32, &[&[&str]]); 2] = [
        // The first data files do not fit.
        (
            16,
            &[
                &["restore", "--to", "latest", "--into", &into],
                &["verify", &scene.full, "--work", &work],
                &["drill", &scene.incremental, "--work", &work],
            ],
        ),
        // They do, and the log does not.
        (
            12_000,
            &[
                &["restore", &scene.full, "--to", "latest", "--into", &into],
                &["verify", &scene.incremental, "--work", &work],
                &["drill", &scene.full, "--work", &work],
            ],
        ),
    ];
    for (kib, all) in trials {
        for arguments in all {
            let arguments = [&["backup"], *arguments].concat();
            let output = desk.run_short_of_space(kib, &arguments, &environment);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(
                output.status.code(),
                Some(2),
                "{kib} KiB, {arguments:?}: {said}{}",
                String::from_utf8_lossy(&output.stdout)
            );
            sentence(&said).unwrap();
            assert!(said.contains("File too large"), "{kib} KiB: {said}");
            assert_eq!(fs::read_dir(&copy.work).unwrap().count(), 0, "{said}");
        }
    }
    require_same(&repository, &files(&copy.folder));
    require_same(&here, &desk.files());
}
