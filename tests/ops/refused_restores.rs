//! What a backup cannot be restored from or into is one sentence, and both folders stay as they were.

use std::fs;
use std::path::Path;

use equoria::ops::backup::envelope::Keys;

use crate::command_line::equoria;
use crate::desk::{Files, files, require_same, sentence};
use crate::recovery::{Copy, scene};

/// Requires `equoria backup` to refuse, in a sentence with these words, and to change nothing.
fn refused(copy: &Copy, before: &Files, arguments: &[&str], more: &[(&str, &str)], named: &str) {
    let arguments = [&["backup"], arguments].concat();
    let given = copy.environment.iter();
    let kept = given.filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let environment: Vec<(&str, &str)> = kept.chain(more.iter().copied()).collect();
    let output = equoria(&arguments, &environment);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    let sentence = sentence(&said).unwrap();
    assert!(sentence.contains(named), "{arguments:?}: {sentence}");
    assert!(!said.contains("AGE-SECRET-KEY"), "{said}");
    require_same(before, &everything(copy));
}

fn everything(copy: &Copy) -> Files {
    let mut all = files(&copy.folder);
    all.extend(files(&copy.work));
    all
}

fn path(copy: &Copy, name: &str) -> String {
    copy.work.join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_goes_into_an_empty_or_missing_folder_and_nowhere_else() {
    let copy = scene().await.copy();
    let full = copy.work.join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("somebody's"), "own").unwrap();
    fs::write(copy.work.join("file"), "no folder").unwrap();
    let before = everything(&copy);
    for (into, named) in [
        ("full", "is not empty"),
        ("file", "Not a directory"),
        ("file/inside", "is no folder"),
        ("missing/inside", "is no folder"),
    ] {
        let into = path(&copy, into);
        let arguments = ["restore", "--to", "latest", "--into", &into];
        refused(&copy, &before, &arguments, &[], named);
        refused(
            &copy,
            &before,
            &arguments,
            &[],
            &into.replace("/inside", ""),
        );
    }
    for left in ["file", "full/somebody's"] {
        fs::remove_file(copy.work.join(left)).unwrap();
    }
    fs::remove_dir(full).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_missing_or_another_opens_nothing_and_breaks_nothing() {
    let scene = scene().await;
    let copy = scene.copy();
    let (_, other) = Keys::generate();
    let key = path(&copy, "other.key");
    fs::write(&key, other).unwrap();
    let (into, absent) = (path(&copy, "restored"), path(&copy, "absent.key"));
    let work = copy.work.display().to_string();
    let before = everything(&copy);
    for (value, named) in [
        ("", "EQUORIA_BACKUP_IDENTITY"),
        (absent.as_str(), absent.as_str()),
        (key.as_str(), "another key"),
    ] {
        let more = [("EQUORIA_BACKUP_IDENTITY_FILE", value)];
        for arguments in [
            &["restore", "--to", "latest", "--into", &into][..],
            &["drill", &scene.full, "--work", &work],
            &["verify", &scene.incremental, "--work", &work],
        ] {
            refused(&copy, &before, arguments, &more, named);
        }
    }
    fs::remove_file(key).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_cannot_be_believed_is_named_by_every_command_that_would_need_it() {
    let scene = scene().await;
    let copy = scene.copy();
    let entry = copy
        .folder
        .join(format!("backups/{}/backup.json", scene.full));
    let good = fs::read_to_string(&entry).unwrap();
    let into = path(&copy, "restored");
    let work = copy.work.display().to_string();
    let newer = of_another_version(&good).await;
    for (spoilt, why) in [
        ("garbage\n", "never one of ours"),
        ("", "cut off"),
        (&good[..good.len() / 2], "SHA-256"),
        (&newer, "another version"),
    ] {
        fs::write(&entry, spoilt).unwrap();
        let before = everything(&copy);
        // The only full backup: the incremental one is nothing without it.
        for arguments in [
            &["restore", &scene.full, "--to", "latest", "--into", &into][..],
            &[
                "restore",
                &scene.incremental,
                "--to",
                "latest",
                "--into",
                &into,
            ],
            &["restore", "--to", "latest", "--into", &into],
            &["verify", &scene.full, "--work", &work],
            &["drill", &scene.full, "--work", &work],
            &["retain", "--keep-days", "0", "--keep-fulls", "0", "--yes"],
        ] {
            refused(&copy, &before, arguments, &[], &scene.full);
            refused(&copy, &before, arguments, &[], why);
        }
        let environment: Vec<(&str, &str)> = copy.environment.iter().collect();
        let listed = equoria(&["backup", "list"], &environment);
        let said = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert_eq!(listed.status.code(), Some(1), "{said}");
        assert!(said.contains("CORRUPTED") && said.contains(why), "{said}");
        require_same(&before, &everything(&copy));
    }
    fs::write(&entry, good).unwrap();
    assert!(!Path::new(&into).exists());
}

/// The same entry as another version of the program may write it, with a hash that is right.
async fn of_another_version(entry: &str) -> String {
    let newer = entry.replace("\"format\": 1,", "\"format\": 2,\n  \"weather\": \"fair\",");
    let (front, rest) = newer.split_once("\"sha256\": \"").unwrap();
    let (_, rest) = rest.split_at(64);
    let whole = |hash: &str| format!("{front}\"sha256\": \"{hash}{rest}");
    let client = scene().await.postgres.database().admin().await;
    let hash = "select encode(sha256(convert_to($1::text, 'UTF8')), 'hex')";
    let hash = client.query_one(hash, &[&whole(&"0".repeat(64))]).await;
    whole(hash.unwrap().get(0))
}
