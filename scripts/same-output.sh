#!/usr/bin/env bash
# Shows that a refactoring changes nothing that ibert writes: Verilog of every unit and configuration, testbenches, programs, images, --json.
#
#   scripts/same-output.sh record IBERT DIR     write the outputs of an ibert binary into a new folder: before, then after
#   scripts/same-output.sh compare DIR DIR      compare two such folders: code and values, without comments and prose
#
# Comments in Verilog and C and the prose of pages and schemas are left out of the comparison, as is what depends on the time of day.
set -euo pipefail

record() { # ibert folder
    local ibert out root unit
    [ -x "$1" ] || { echo "$1 is not an ibert binary; build one with \`cargo build\`" >&2; exit 2; }
    root="$(cd "$(dirname "$0")/.." && pwd)"
    ibert="$(realpath "$1")"
    mkdir -p "$2"
    out="$(realpath "$2")"
    cd "$root"

    for config in tiny small base large; do
        "$ibert" -q verilog --config $config --trace -o "$out/verilog/$config"
        "$ibert" -q verilog --config $config -o "$out/verilog/${config}_without_trace"
        "$ibert" -q verilog --unit systolic_array --config $config -o "$out/verilog/systolic_array_$config"
        "$ibert" -q testbench systolic_array --config $config -o "$out/testbench/systolic_array_$config"
    done
    for unit in requantizer poly exp gelu gelu_requantizer divider softmax sqrt_digit sqrt_newton layernorm layernorm_requantizer; do
        "$ibert" -q verilog --unit $unit -o "$out/verilog/$unit"
        "$ibert" -q testbench $unit -o "$out/testbench/$unit"
    done

    mkdir -p "$out/json" "$out/program"
    local model="$out/models"
    mkdir -p "$model"
    "$ibert" --json model random --preset tiny --seed 3 -o "$model/tiny.safetensors" >"$out/json/random_tiny.json"
    "$ibert" --json model random --preset minilm --layers 2 --seed 4 -o "$model/minilm.safetensors" >"$out/json/random_minilm.json"
    "$ibert" --json model random --preset roberta-base --layers 1 --seed 5 -o "$model/roberta.safetensors" >"$out/json/random_roberta.json"
    schedule() { # name model config tokens arguments…
        local name="$1" file="$2" config="$3"
        shift 3
        seq -s ' ' 5 $((4 + $1)) >"$out/ids.txt"
        shift
        local arguments=("$model/$file.safetensors" --config "$config" --ids "$out/ids.txt" "$@")
        "$ibert" -q schedule "${arguments[@]}" --listing --image "$out/program/$name" >"$out/program/$name.listing"
        "$ibert" --json schedule "${arguments[@]}" --trace "$out/program/$name.trace.json" >"$out/json/schedule_$name.json"
    }
    schedule tiny_tiny_1 tiny tiny 1
    schedule tiny_tiny_8 tiny tiny 8
    schedule tiny_small_7 tiny small 7
    schedule minilm_base_33 minilm base 33
    schedule minilm_base_12_slow minilm base 12 --latency 100 --beat 3
    schedule minilm_large_64 minilm large 64
    schedule roberta_base_50 roberta base 50
    schedule roberta_large_17 roberta large 17 --layers 1

    seq -s ' ' 5 14 >"$out/ids.txt"
    "$ibert" --json sim "$model/tiny.safetensors" --config tiny --ids "$out/ids.txt" >"$out/json/sim.json"
    "$ibert" --json run "$model/tiny.safetensors" --ids "$out/ids.txt" --dump "$out/dump.safetensors" >"$out/json/run.json"
    "$ibert" --json model info "$model/minilm.safetensors" >"$out/json/info.json"
    "$ibert" --json check golden/tests/data/cases/*.safetensors >"$out/json/check.json" || [ $? = 1 ]
    "$ibert" --json schema >"$out/json/schema.json"
}

compare() { # folder folder
    python3 - "$1" "$2" <<'PYTHON'
import json, pathlib, re, sys

LEFT_OUT = {"seconds", "build_seconds", "optimize_seconds", "predict_seconds", "simulated_hz", "build_cached", "cached",
            "description", "title", "files", "others", "output", "image", "model", "path", "file", "dump", "input"}

def plain(value):
    """A JSON value without prose, paths and times."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in LEFT_OUT}
    return [plain(inner) for inner in value] if isinstance(value, list) else value

def content(folder, path):
    data = path.read_bytes().replace(str(folder.resolve()).encode(), b"FOLDER")
    if path.suffix == ".json":
        return json.dumps(plain(json.loads(data)), sort_keys=True, indent=1)
    if path.suffix in {".v", ".h", ".vh"}:
        text = re.sub(r"/\*.*?\*/", "", data.decode(), flags=re.S)
        lines = [re.sub(r"\s*//.*", "", line).rstrip() for line in text.splitlines()]
        return "\n".join(line for line in lines if line)
    return data

def files(folder):
    prose = {".md", ".html", ".core"}
    return {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in prose}

folders = [pathlib.Path(folder) for folder in sys.argv[1:3]]
before, after = map(files, folders)
for folder, found in zip(folders, (before, after)):
    if not found:
        sys.exit(f"{folder} holds no recorded output; write it with `scripts/same-output.sh record IBERT {folder}`")
missing = [f"missing: {name}" for name in before if name not in after] + [f"new: {name}" for name in after if name not in before]
different = [f"differs: {name}" for name in before if name in after and content(folders[0], before[name]) != content(folders[1], after[name])]
for line in missing + different:
    print(line)
print(f"{len(before)} files before, {len(after)} after, {len(missing)} on one side only, {len(different)} differ")
sys.exit(bool(missing or different))
PYTHON
}

case "${1:-}:$#" in
    record:3) record "$2" "$3" ;;
    compare:3) compare "$2" "$3" ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
