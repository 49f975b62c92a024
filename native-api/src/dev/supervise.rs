//! Children that never outlive us, even when we are killed.
//!
//! Each runs under a supervisor: this program's own hidden command `supervise`, which holds the reading end of a
//! pipe. When the pipe closes - because the parent let go of it, or because the parent is gone in whatever way - the
//! supervisor stops the child, first gently, then firmly. It does the same when it is told to stop itself.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::places::Owner;
use super::program::own_program;
use super::stop::asked_to_stop;
use crate::trouble::{Because, Trouble};

/// How a child is asked to stop, and who it runs as.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// The program `equoria`, whose command `supervise` is meant; found by itself where nothing is named.
    pub supervisor: Option<PathBuf>,
    /// Runs the child as another user.
    pub owner: Option<Owner>,
    /// Stops PostgreSQL: SIGINT is its fast shutdown, SIGQUIT its immediate one. Else SIGTERM goes to the whole group.
    pub is_postgres: bool,
    /// Skips the gentle signal: for data that nobody needs any more.
    pub at_once: bool,
    /// Removed with all its content when the child has ended.
    pub remove: Option<PathBuf>,
    /// Receives the child's process number, for those who want to kill it as a crash would.
    pub pid_file: Option<PathBuf>,
}

/// A running child with its supervisor. Dropping it stops the child and waits for its end.
#[derive(Debug)]
pub struct Supervised {
    supervisor: Child,
    leash: Option<ChildStdin>,
    name: String,
}

impl Supervised {
    /// Starts `command` under a supervisor; its output goes where `command` sends that of a supervisor: to `output`.
    ///
    /// # Errors
    /// When the supervisor cannot be started.
    pub fn start(
        name: &str,
        command: &Command,
        manner: &Manner,
        output: Stdio,
        errors: Stdio,
    ) -> Result<Self, Trouble> {
        let program = match &manner.supervisor {
            Some(program) => program.clone(),
            None => own_program()?,
        };
        let mut supervisor = Command::new(program);
        supervisor
            .arg("supervise")
            .args(manner.arguments())
            .arg("--");
        supervisor
            .arg(command.get_program())
            .args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            supervisor.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => supervisor.env(name, value),
                None => supervisor.env_remove(name),
            };
        }
        let mut supervisor = supervisor
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .because(|| format!("could not start {name}"))?;
        let leash = supervisor.stdin.take();
        Ok(Self {
            supervisor,
            leash,
            name: name.to_owned(),
        })
    }

    /// Whether it has ended by itself, and how.
    ///
    /// # Errors
    /// When the operating system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, Trouble> {
        let name = &self.name;
        self.supervisor
            .try_wait()
            .because(|| format!("could not look after {name}"))
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When the operating system does not tell.
    pub fn wait(&mut self) -> Result<ExitStatus, Trouble> {
        // `Child::wait` would close the pipe, which is how the supervisor is told to stop.
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The supervisor's process number.
    pub fn id(&self) -> u32 {
        self.supervisor.id()
    }

    /// Stops the child and waits until it is gone.
    pub fn stop(&mut self) {
        self.leash = None;
        // The supervisor ends within its own bounds, whatever the child does.
        let _status = self.supervisor.wait();
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Manner {
    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        if let Some(owner) = self.owner {
            arguments.push(format!("--owner={}:{}", owner.uid, owner.gid));
        }
        if self.is_postgres {
            arguments.push("--postgres".to_owned());
        }
        if self.at_once {
            arguments.push("--at-once".to_owned());
        }
        if let Some(folder) = &self.remove {
            arguments.push(format!("--remove={}", folder.display()));
        }
        if let Some(file) = &self.pid_file {
            arguments.push(format!("--pid-file={}", file.display()));
        }
        arguments
    }

    /// The signals in their order, each with the time until the next.
    fn signals(&self) -> Vec<(Signal, Duration)> {
        let (gentle, firm) = if self.is_postgres {
            (Signal::INT, Signal::QUIT)
        } else {
            (Signal::TERM, Signal::TERM)
        };
        let mut signals = vec![(firm, Duration::from_secs(5))];
        if !self.at_once {
            signals.insert(0, (gentle, Duration::from_secs(10)));
        }
        signals
    }
}

/// The supervisor itself: runs the child until it ends, standard input does or a signal comes, and answers the child's exit status.
///
/// # Errors
/// When the child cannot be started.
pub fn supervise(program: &str, arguments: &[String], manner: &Manner) -> Result<i32, Trouble> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .process_group(0);
    if let Some(owner) = manner.owner {
        command.uid(owner.uid).gid(owner.gid);
    }
    let mut child = command
        .spawn()
        .because(|| format!("could not start {program}"))?;
    let group = Pid::from_child(&child);
    if let Some(file) = &manner.pid_file {
        std::fs::write(file, child.id().to_string())
            .because(|| format!("could not write {}", file.display()))?;
    }
    let let_go = when_to_let_go();
    let status = loop {
        if let Some(status) = child
            .try_wait()
            .because(|| format!("could not look after {program}"))?
        {
            break Some(status);
        }
        match let_go.recv_timeout(Duration::from_millis(50)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break stop(&mut child, manner),
        }
    };
    // Whatever the child left in its group goes with it.
    let _nobody_left = kill_process_group(group, Signal::KILL);
    if let Some(folder) = &manner.remove {
        let _nothing_left = std::fs::remove_dir_all(folder);
    }
    Ok(status.and_then(|status| status.code()).unwrap_or(1))
}

fn stop(child: &mut Child, manner: &Manner) -> Option<ExitStatus> {
    let pid = Pid::from_child(child);
    for (signal, patience) in manner.signals() {
        let _sent = if manner.is_postgres {
            kill_process(pid, signal)
        } else {
            kill_process_group(pid, signal)
        };
        let since = Instant::now();
        while since.elapsed() < patience {
            if let Ok(Some(status)) = child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
    let _killed = kill_process_group(pid, Signal::KILL);
    child.wait().ok()
}

/// Standard input ends with whoever started us; a signal comes from a person or from the system.
fn when_to_let_go() -> Receiver<()> {
    let (ended, receiver) = channel();
    let signalled = ended.clone();
    thread::spawn(move || {
        let mut sink = [0; 64];
        while matches!(std::io::stdin().read(&mut sink), Ok(count) if count > 0) {}
        // Nobody listens any more when the child ended first.
        let _told = ended.send(());
    });
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build();
        if runtime.is_ok_and(|runtime| runtime.block_on(async { asked_to_stop().await }).is_ok()) {
            let _told = signalled.send(());
        }
    });
    receiver
}
