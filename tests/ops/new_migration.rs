//! `equoria migrate new`, in a checkout of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use harness::program;

/// A folder that looks like a checkout; gone with this value.
struct Checkout(PathBuf);

impl Checkout {
    fn with_migrations(folders: &[&str]) -> Self {
        let root = std::env::temp_dir().join(format!("equoria-new-{}", std::process::id()));
        for folder in folders {
            fs::create_dir_all(root.join("migrations").join(folder)).unwrap();
        }
        fs::write(root.join("wrangler.toml"), "").unwrap();
        Self(root)
    }

    fn start(&self, name: &str, more: &[&str]) -> Output {
        let mut command = Command::new(program::equoria());
        command
            .args(["migrate", "new", name])
            .args(more)
            .current_dir(&self.0);
        command.output().unwrap()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _nothing_left = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_new_migration_takes_the_next_number_and_strange_names_are_refused() {
    let checkout = Checkout::with_migrations(&["0001_foundation", "0007_training"]);
    let made = checkout.start("saddles", &["--json"]);
    assert_eq!(
        made.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let said: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let folder = Path::new(said["folder"].as_str().unwrap());
    assert!(folder.ends_with("migrations/0008_saddles"), "{said}");
    for file in ["up.sql", "down.sql"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    for name in [
        "",
        "Saddles",
        "sad dles",
        "../saddles",
        "sättel",
        &"s".repeat(61),
    ] {
        let refused = checkout.start(name, &[]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
        assert_eq!(
            String::from_utf8(refused.stderr).unwrap().lines().count(),
            1,
            "{name}"
        );
    }
    assert_eq!(
        fs::read_dir(checkout.0.join("migrations")).unwrap().count(),
        3
    );
}
