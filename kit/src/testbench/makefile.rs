//! Makefile of a testbench.

use super::verilog;
use std::fmt::Write;

/// Targets for both simulators, given the unit's top module and all its files.
pub(super) fn makefile(top: &str, files: &[String]) -> String {
    let name = verilog::name(top);
    let mut text = format!(
        "# Simulates {top} with golden stimulus and compares what comes out.
#
#   make             in Icarus Verilog
#   make verilator   in Verilator, 5.006 or newer
#   make waves       in Icarus Verilog, and writes waves.vcd; FROM=100 TO=200 of those cycles only
#
# Each prints PASS, or FAIL and what differs, and then ends with an error. With TO the simulation ends there, without a verdict.

IVERILOG ?= iverilog
VVP ?= vvp
VERILATOR ?= verilator

SOURCES ="
    );
    files.iter().chain([&format!("{name}.v")]).for_each(|file| {
        let _ = write!(text, " \\\n\t{file}");
    });
    let _ = write!(
        text,
        "

.DEFAULT_GOAL := icarus
.PHONY: icarus verilator waves clean

# -N: $stop is exit status 1.
icarus: build/{name}.vvp
	@$(VVP) -N $<

waves: build/{name}.vvp
	@[ $(or $(FROM),0) -lt $(or $(TO),1000000000) ] || {{ echo \"no cycle from FROM=$(FROM) to before TO=$(TO)\"; exit 2; }}
	@$(VVP) -N $< +waves $(if $(FROM),+from=$(FROM)) $(if $(TO),+to=$(TO))

verilator: build/verilator/{name}
	@$<

build/{name}.vvp: $(SOURCES)
	@mkdir -p build
	@$(IVERILOG) -g2005 -Wall -s {name} -o $@ $(SOURCES)

build/verilator/{name}: $(SOURCES)
	@mkdir -p build
	@$(VERILATOR) --binary -j 0 --top-module {name} -Mdir build/verilator -o {name} $(SOURCES) > build/verilator.log 2>&1 \\
	  || {{ cat build/verilator.log; exit 1; }}

clean:
	rm -rf build waves.vcd
"
    );
    text
}
