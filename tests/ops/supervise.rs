//! Nothing that was started outlives the one who started it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::program;

fn is_alive(pid: &str) -> bool {
    let asked = Command::new("kill")
        .args(["-0", pid])
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

/// Looks again and again, for at most ten seconds.
fn eventually(mut is_so: impl FnMut() -> bool) -> bool {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(10) {
        if is_so() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path)
        .ok()
        .filter(|text| !text.is_empty())
}

#[test]
fn a_program_ends_when_the_pipe_to_its_supervisor_does() {
    let pid_file = std::env::temp_dir().join(format!("equoria-supervised-{}", std::process::id()));
    let mut supervisor = Command::new(program::equoria())
        .args(["supervise", "--pid-file"])
        .arg(&pid_file)
        .args(["--", "sleep", "1000"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(
        eventually(|| read(&pid_file).is_some()),
        "the program was not started"
    );
    let pid = read(&pid_file).unwrap();
    assert!(is_alive(&pid));
    drop(supervisor.stdin.take());
    supervisor.wait().unwrap();
    assert!(!is_alive(&pid));
    fs::remove_file(pid_file).unwrap();
}

#[test]
fn a_supervisor_passes_on_how_the_program_ended() {
    let mut supervisor = Command::new(program::equoria())
        .args(["supervise", "--", "sh", "-c", "exit 7"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // Held open: waiting would close it, and tell the supervisor to stop the program first.
    let leash = supervisor.stdin.take();
    let status = supervisor.wait().unwrap();
    drop(leash);
    assert_eq!(status.code(), Some(7));
}
