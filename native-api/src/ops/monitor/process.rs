//! What this process takes of the machine, under the names that every Prometheus library uses.

use std::fs;

use super::snapshot::Snapshot;

/// Adds the figures of this process; where the system has no `/proc`, none.
pub fn add(told: &mut Snapshot) {
    // Each part that the system does not tell is left out.
    _ = times(told);
    _ = memory(told);
    _ = files(told);
    _ = bytes(told);
}

fn times(told: &mut Snapshot) -> Option<()> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in brackets, may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    let a_second = rustix::param::clock_ticks_per_second() as f64;
    let spent = (ticks(11)? + ticks(12)?) / a_second;
    let cpu = "User and system time spent";
    told.add("process_cpu_seconds_total", cpu, &[], spent);
    told.add("process_threads", "Threads", &[], ticks(17)?);
    let system = fs::read_to_string("/proc/stat").ok()?;
    let booted = system
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?;
    let began = booted.trim().parse::<f64>().ok()? + ticks(19)? / a_second;
    let help = "When the process began, in seconds since 1970";
    told.add("process_start_time_seconds", help, &[], began);
    Some(())
}

fn memory(told: &mut Snapshot) -> Option<()> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let parts = [
        ("VmRSS:", "process_resident_memory_bytes", "Memory in use"),
        (
            "VmSize:",
            "process_virtual_memory_bytes",
            "Memory addressed",
        ),
    ];
    for (line, name, help) in parts {
        let kilobytes = status.lines().find_map(|it| it.strip_prefix(line))?;
        let number = kilobytes.split_whitespace().next()?;
        told.add(name, help, &[], number.parse::<f64>().ok()? * 1024.0);
    }
    Some(())
}

fn files(told: &mut Snapshot) -> Option<()> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    told.add(
        "process_open_fds",
        "Open files and sockets",
        &[],
        open as f64,
    );
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|it| it.strip_prefix("Max open files"))?;
    let most = line.split_whitespace().next()?.parse().ok()?;
    told.add("process_max_fds", "How many may be open", &[], most);
    Some(())
}

fn bytes(told: &mut Snapshot) -> Option<()> {
    let io = fs::read_to_string("/proc/self/io").ok()?;
    let parts = [
        (
            "read_bytes:",
            "process_io_storage_read_bytes_total",
            "Bytes read from storage",
        ),
        (
            "write_bytes:",
            "process_io_storage_written_bytes_total",
            "Bytes written to storage",
        ),
        (
            "rchar:",
            "process_io_read_bytes_total",
            "Bytes read, from files, pipes and sockets",
        ),
        (
            "wchar:",
            "process_io_written_bytes_total",
            "Bytes written, to files, pipes and sockets",
        ),
    ];
    for (line, name, help) in parts {
        let number = io.lines().find_map(|it| it.strip_prefix(line))?;
        told.add(name, help, &[], number.trim().parse().ok()?);
    }
    Some(())
}
