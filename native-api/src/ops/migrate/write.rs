//! Starting a new migration.

use std::fs;
use std::path::{Path, PathBuf};

use super::number;
use crate::trouble::{Because, Trouble};

/// Makes the folder of a new migration, numbered after the newest one there, and answers where it is.
///
/// # Errors
/// When the name is not made of lower-case words, or the folder cannot be written.
pub fn write_new(migrations: &Path, name: &str) -> Result<PathBuf, Trouble> {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if name.is_empty() || name.len() > 60 || !is_plain {
        return Err(Trouble::new(format!(
            "a migration's name is made of lower-case letters, digits and _ (at most 60), and `{name}` is not"
        )));
    }
    let folder = migrations.join(format!("{:04}_{name}", newest(migrations)? + 1));
    fs::create_dir(&folder).because(|| format!("could not create {}", folder.display()))?;
    let begun = begin(&folder, name);
    if begun.is_err() {
        // A folder without its files would count as a migration.
        drop(fs::remove_dir_all(&folder));
    }
    begun.map(|()| folder)
}

fn begin(folder: &Path, name: &str) -> Result<(), Trouble> {
    for (file, text) in [
        (
            "up.sql",
            format!(
                "-- {}.\nset local role equoria_owner;\n\n",
                name.replace('_', " ")
            ),
        ),
        (
            "down.sql",
            "-- Undoes exactly what up.sql does.\nset local role equoria_owner;\n\n".to_owned(),
        ),
    ] {
        let path = folder.join(file);
        fs::write(&path, text).because(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

fn newest(migrations: &Path) -> Result<i32, Trouble> {
    let entries =
        fs::read_dir(migrations).because(|| format!("could not read {}", migrations.display()))?;
    Ok(entries
        .filter_map(|entry| number(&entry.ok()?.file_name().to_string_lossy()))
        .max()
        .unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_migration_gets_the_next_number_and_a_plain_name() {
        let folder =
            std::env::temp_dir().join(format!("equoria-new-migration-{}", std::process::id()));
        fs::create_dir_all(folder.join("0007_paddocks")).unwrap();
        let made = write_new(&folder, "farriers").unwrap();
        assert!(made.ends_with("0008_farriers") && made.join("down.sql").is_file());
        for name in ["", "Farriers", "far riers", "../farriers"] {
            assert!(write_new(&folder, name).is_err(), "{name}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
