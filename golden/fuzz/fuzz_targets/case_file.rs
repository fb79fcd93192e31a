//! Any bytes as a case file: read, decoded and recomputed, or refused; never a panic.
#![no_main]

use ibert_golden::case::{CaseFile, CaseOperation, compare};
use libfuzzer_sys::fuzz_target;

/// The result of a linear layer may be as large as the product of its operands; more than this only takes time.
const MAX_OUTPUTS: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = CaseFile::from_bytes(bytes) else { return };
    for case in &file.cases {
        let Ok(operation) = CaseOperation::decode(case) else { continue };
        if let CaseOperation::Linear(linear) = &operation
            && linear.x.len() / linear.inputs * linear.bias.len() > MAX_OUTPUTS
        {
            continue;
        }
        if let Ok(outputs) = operation.golden() {
            let _ = compare(case, &outputs);
        }
    }
});
