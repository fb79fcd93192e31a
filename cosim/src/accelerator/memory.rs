//! [`memory_timing`]: a simulated memory as the cycle model sees it.

use ibert_compile::cycles::MemoryTiming;
use ibert_sim::AxiTiming;

/// The cycle model's view of a simulated memory; `None` if the memory pauses at random, which cannot be predicted.
pub fn memory_timing(timing: &AxiTiming) -> Option<MemoryTiming> {
    let AxiTiming { read_latency, write_latency, cycles_per_beat, stall_seed } = *timing;
    // The simulated memory takes 0 cycles for 1.
    let [read_latency, write_latency, cycles_per_beat] =
        [read_latency, write_latency, cycles_per_beat].map(|cycles| u64::from(cycles.max(1)));
    stall_seed.is_none().then_some(MemoryTiming { read_latency, write_latency, cycles_per_beat })
}
