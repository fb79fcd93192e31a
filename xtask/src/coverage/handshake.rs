//! Bins of handshakes: pauses, resets, and backpressure on both sides.

use super::Coverage;
use super::cycles::Cycles;
use ibert_kit::testbench::When;
use ibert_kit::testbench::willing;

/// Bins of every unit: operands without a pause, after a pause, and around resets.
fn pace(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let Some(before) = cycle.before() else { continue };
        coverage.hit("operands right behind others", !before.resets() && before.flag("valid"));
        coverage.hit("operands after a pause", !before.resets() && !before.flag("valid"));
        coverage.hit("operands right behind a reset", before.resets());
    }
    for reset in cycles.resets() {
        coverage.hit("valid during a reset", reset.flag("valid"));
    }
}

/// Bins of a unit that takes operands every cycle and has a fixed latency.
pub(super) fn stream(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    pace(coverage, cycles);
    let latency = cycles.latency();
    let offers: Vec<usize> = cycles.offers("valid").map(|cycle| cycle.row).collect();
    for reset in cycles.resets() {
        let under_way =
            offers.iter().filter(|row| (reset.row.saturating_sub(latency)..reset.row).contains(row)).count();
        coverage.hit("reset with operands in every stage", under_way == latency);
        coverage.hit("reset with operands under way", under_way > 0);
    }
}

/// Bins of a unit that processes one operand at a time in a known number of cycles, with backpressure on the result.
///
/// Follows the unit's contract cycle by cycle: the unit is ready when it has no operand in flight and no valid result.
pub(super) fn one_at_a_time(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    pace(coverage, cycles);
    let rows: Vec<_> = cycles.all().collect();
    let mut latencies = cycles.expected().map(|when| match when {
        When::After(cycles) => cycles as u64,
        _ => 0,
    });
    // First cycle in which the result of the operands in flight is valid.
    let mut offered: Option<u64> = None;
    let (mut row, mut cycle) = (0, 0);
    for takes in willing() {
        let Some(now) = rows.get(row) else { break };
        let mut moved = true;
        if now.resets() {
            coverage.hit("reset in mid-operation", offered.is_some());
            offered = None;
        } else {
            if let Some(from) = offered.filter(|from| *from <= cycle) {
                coverage.hit("result taken at once", takes && from == cycle);
                coverage.hit("result kept waiting", !takes);
                coverage.hit("result kept waiting for more than four cycles", !takes && cycle == from + 4);
            }
            if now.flag("valid") {
                coverage.hit("operands kept waiting by work", offered.is_some_and(|from| cycle < from));
                coverage.hit("operands kept waiting by a result", offered.is_some_and(|from| cycle >= from));
                coverage.hit("operands taken at once", offered.is_none());
                moved = offered.is_none();
            }
            if offered.is_some_and(|from| from <= cycle && takes) {
                offered = None;
            } else if now.flag("valid") && moved {
                // No result is expected for operands that a reset discards.
                let dropped = rows[row + 1..].iter().find(|next| next.resets() || next.flag("valid"));
                let latency = match dropped {
                    Some(next) if next.resets() => u64::MAX / 2,
                    _ => latencies.next().unwrap_or(u64::MAX / 2),
                };
                offered = Some(cycle + latency);
            }
        }
        row += usize::from(moved);
        cycle += 1;
    }
}

/// Bins of a unit with rows of operands and backpressure from the testbench. Each element of `rows` lists the stimulus
/// rows of one row's elements.
pub(super) fn rows(coverage: &mut Coverage, cycles: &Cycles<'_>, rows: &[Vec<usize>]) {
    pace(coverage, cycles);
    for row in rows {
        // The testbench's ready pattern has a period of 256 cycles, not all of them ready. Some results of a longer row
        // are therefore stalled.
        coverage.hit("row longer than a round of willing and unwilling cycles", row.len() > 256);
        let paused = row.last().zip(row.first()).is_some_and(|(last, first)| last - first >= row.len());
        coverage.hit("row without a pause", !paused && row.len() > 1);
        coverage.hit("row with pauses", paused);
    }
}
