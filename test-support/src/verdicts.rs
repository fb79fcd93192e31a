//! Clean verdicts of external tools, kept by content: a design that has not changed since a tool found nothing in it is
//! not checked again by the same version of that tool.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Runs `check`, unless it has passed before for the same `inputs`: the tool, its version, its arguments, the design. A
/// check that panics is not kept. Verdicts are in `target/verdicts`; `cargo clean` removes them.
pub fn once(inputs: &[&str], check: impl FnOnce()) {
    once_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/verdicts"), inputs, check);
}

fn once_in(folder: &Path, inputs: &[&str], check: impl FnOnce()) {
    let verdict = folder.join(key(inputs));
    if verdict.exists() {
        return;
    }
    check();
    // A verdict that cannot be kept is only slower.
    let _ = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(verdict, ""));
}

/// Name of a verdict: a hash in which the ends of the inputs count too.
fn key(inputs: &[&str]) -> PathBuf {
    let mut hash = Sha256::new();
    for input in inputs {
        hash.update((input.len() as u64).to_le_bytes());
        hash.update(input);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn a_check_that_has_passed_is_not_repeated_for_the_same_inputs() {
        let folder = tempfile::tempdir().unwrap();
        let mut checks = 0;
        let mut once = |inputs: &[&str]| once_in(folder.path(), inputs, || checks += 1);
        for inputs in [["yosys", "1", "ab"], ["yosys", "1", "ab"], ["yosys", "2", "ab"], ["yosys", "1a", "b"]] {
            once(&inputs);
        }
        assert_eq!(checks, 3);
    }

    #[test]
    fn a_check_that_fails_is_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let mut checks = 0;
        for fails in [true, true, false, false] {
            let check = || {
                checks += 1;
                assert!(!fails);
            };
            let _ = catch_unwind(AssertUnwindSafe(|| once_in(folder.path(), &["design"], check)));
        }
        assert_eq!(checks, 3);
    }
}
