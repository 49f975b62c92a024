//! What every command has in common.

use std::process::{Command, Output, Stdio};

use harness::program;

/// Runs `equoria` to its end, with nothing of the product in its environment but `environment`.
pub fn equoria(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program::equoria());
    command
        .args(arguments)
        .current_dir(program::checkout())
        .stdin(Stdio::null());
    for name in ["DATABASE_URL", "MIGRATE_DATABASE_URL", "EQUORIA_PROFILE"] {
        command.env_remove(name);
    }
    command
        .envs(environment.iter().copied())
        .output()
        .expect("equoria can be started")
}

fn refusal(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = equoria(arguments, environment);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "one clear sentence, not: {said}");
    said
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in equoria::cli::commands() {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let output = equoria(&arguments, &[]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && said.contains("Example"),
            "{command}: {said}"
        );
    }
}

#[test]
fn an_unknown_key_of_the_database_url_is_refused_by_its_name() {
    let url = "postgresql://equoria_writer:w@127.0.0.1:1/equoria?conection_limit=20";
    let said = refusal(&["migrate", "status"], &[("DATABASE_URL", url)]);
    assert!(said.contains("conection_limit"), "{said}");
}

#[test]
fn a_server_that_is_not_there_is_named_without_its_password() {
    let url = "postgresql://equoria_writer:hush@127.0.0.1:1/equoria";
    let said = refusal(&["migrate", "status"], &[("DATABASE_URL", url)]);
    assert!(
        said.contains("127.0.0.1:1") && !said.contains("hush"),
        "{said}"
    );
}

#[test]
fn production_starts_with_nothing_generated() {
    let said = refusal(&["serve"], &[("EQUORIA_PROFILE", "production")]);
    assert!(said.contains("DATABASE_URL"), "{said}");
}

#[test]
fn tls_that_cannot_be_kept_is_refused_rather_than_left_out() {
    let url = "postgresql://equoria_writer:w@127.0.0.1:1/equoria?sslmode=verify-full";
    let said = refusal(
        &["serve"],
        &[("EQUORIA_PROFILE", "production"), ("DATABASE_URL", url)],
    );
    assert!(said.contains("sslrootcert=FILE"), "{said}");
}

#[test]
fn a_reader_who_goes_early_is_no_fault() {
    let mut running = Command::new(program::equoria())
        .args(["coat", "--loci"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(running.stdout.take());
    let output = running.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
