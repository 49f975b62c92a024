//! The guard in front of the Worker: what `edge/src/guard.js` does should a request ever panic, put into what was built.

use std::fs;
use std::path::Path;

use super::places::Places;
use crate::trouble::{Because, Trouble};

/// Puts the guard before the Worker that was built into a folder. Not by a shim of our own, for which worker-build would
/// leave out that a panic is followed by a new instance.
pub(super) fn guard(places: &Places, folder: &Path) -> Result<(), Trouble> {
    let index = folder.join("index.js");
    let (built, guard) = (text(&index)?, text(&places.root.join("edge/src/guard.js"))?);
    let guarded = guarded(&built, &guard).ok_or_else(|| {
        Trouble::new(format!(
            "{} is not what worker-build and wasm-bindgen used to make: let native-api/src/dev/guard.rs follow them",
            index.display()
        ))
    })?;
    fs::write(&index, guarded).because(|| format!("could not write {}", index.display()))
}

fn text(file: &Path) -> Result<String, Trouble> {
    fs::read_to_string(file).because(|| format!("could not read {}", file.display()))
}

/// The module with the guard's class in place of what it exports as default. Three of its names are needed, which are others
/// in every build: that class, the exports of the instance, and the mark that the instance is to be replaced.
fn guarded(built: &str, guard: &str) -> Option<String> {
    const DEFAULT: &str = " as default";
    let at = built.rfind(DEFAULT)?;
    let (before, worker) = name_before(built.get(..at)?);
    let rest = built.get(at + DEFAULT.len()..)?;
    let (_, exports) = name_before(built.split_once(".__instance_terminated.value")?.0);
    let (_, import) = built.split_once("__wbindgen_reinit_")?;
    let (_, import) = import.split_once("function(){")?;
    let (_, mark) = name_before(import.split_once("=!0}")?.0);
    let is_known = [worker, exports, mark].iter().all(|it| !it.is_empty());
    is_known.then(|| {
        format!(
            "{before}GuardedWorker{DEFAULT}{rest}
import {{ WorkerEntrypoint as GuardedEntrypoint }} from \"cloudflare:workers\";
const GuardedWorker = (
{guard})({worker}, GuardedEntrypoint, globalThis.__worker_init_state, () => {{
  new Int32Array({exports}.memory.buffer)[{exports}.__instance_terminated.value / 4] = 0;
  {mark} = false;
}});
"
        )
    })
}

/// A text in two: what stands before the name that it ends with, and that name.
fn name_before(text: &str) -> (&str, &str) {
    let is_of_a_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '$');
    text.split_at(text.trim_end_matches(is_of_a_name).len())
}

#[cfg(test)]
mod tests {
    use super::guarded;

    const BUILT: &str = "var a={__wbg___wbindgen_reinit_2fe0:function(){O=!0}};
        function s(){if(q??=_.__instance_terminated.value/4){}}export{a as Range,$b2 as default};\n";

    #[test]
    fn the_guard_stands_in_place_of_what_was_exported_as_default() {
        let guarded = guarded(BUILT, "(it) => it\n").unwrap();
        assert!(guarded.contains("export{a as Range,GuardedWorker as default};"));
        assert!(guarded.contains("(it) => it\n)($b2, GuardedEntrypoint,"));
        assert!(guarded.contains("new Int32Array(_.memory.buffer)[_.__instance_terminated.value"));
        assert!(guarded.contains("  O = false;"));
    }

    #[test]
    fn what_is_built_otherwise_is_refused() {
        for missing in [
            "$b2 as default",
            "_.__instance_terminated",
            "__wbindgen_reinit",
            "O=!0",
        ] {
            let built = BUILT.replace(missing, "");
            assert_eq!(guarded(&built, ""), None, "{missing}");
        }
    }
}
