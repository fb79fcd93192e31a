//! Systolic array: depths, consecutive tiles, operands and accumulators at their limits, resets during tiles and
//! drains.

use super::Coverage;
use super::cycles::Cycles;

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    let mut tile: Vec<usize> = vec![];
    let (mut last, mut sums): (Option<usize>, Vec<i64>) = (None, vec![]);
    for cycle in cycles.all() {
        if cycle.resets() {
            let n = sums.len().isqrt();
            coverage.hit("reset in mid-tile", !tile.is_empty());
            // N words drain, starting N + 3 cycles after the last operands.
            let drains = last.is_some_and(|last| (n + 3..2 * n + 3).contains(&(cycle.row - last)));
            coverage.hit("reset while a tile drains", drains);
            tile.clear();
            last = None;
            continue;
        }
        if !cycle.flag("valid") {
            coverage.hit("pause in a tile", !tile.is_empty());
            continue;
        }
        let (a, b) = (cycle.lanes("a", 9), cycle.lanes("b", 8));
        let (n, first) = (b.len(), cycle.flag("first"));
        if first {
            coverage.hit("tile right behind another", last == cycle.row.checked_sub(1) && last.is_some());
            coverage.hit("tile behind another after a pause", last.is_some_and(|last| last + 1 < cycle.row));
            sums = vec![0; n * n];
        }
        tile.push(cycle.row);
        for (index, sum) in sums.iter_mut().enumerate() {
            *sum += a[index / n] * b[index % n];
        }
        coverage.hit("A operand an int8, negative", a.iter().any(|a| (-128..0).contains(a)));
        coverage.hit("A operand a uint8 from 128 on", a.iter().any(|a| *a >= 128));
        coverage.hit("A operand 255", a.contains(&255));
        coverage.hit("A operand -256", a.contains(&-256));
        coverage.hit("B operand 127", b.contains(&127));
        coverage.hit("B operand -128", b.contains(&-128));
        coverage.hit("largest product, 2^15", a.contains(&-256) && b.contains(&-128));
        if cycle.flag("last") {
            let depth = tile.len();
            coverage.hit("depth 1", depth == 1);
            coverage.hit("depth 2 to N - 1", (2..n).contains(&depth));
            coverage.hit("depth N", depth == n);
            coverage.hit("depth above N", depth > n);
            coverage.hit(
                "last operands N cycles behind those of the tile before",
                last.is_some_and(|last| last + n == cycle.row),
            );
            coverage.hit("sum positive", sums.iter().any(|sum| *sum > 0));
            coverage.hit("sum negative", sums.iter().any(|sum| *sum < 0));
            coverage.hit("sum of 32 bits, positive", sums.iter().any(|sum| *sum >= 1 << 30));
            coverage.hit("sum of 32 bits, negative", sums.iter().any(|sum| *sum < -(1 << 30)));
            last = Some(cycle.row);
            tile.clear();
        }
    }
}
