// A simulated run: what `ibert sim --json` reports, and the timeline.
const report = data.report;
const kilo = (hz) => number(hz / 1e3) + "\u00a0kHz";
const seconds = (value) => value.toFixed(1) + "\u00a0s";
const judge = (good, text) => make($("verdicts"), "p", text, good ? "verdict good" : "verdict bad");
const count = (amount, one, many = one + "s") => `${number(amount)} ${amount === 1 ? one : many}`;
const predicted = report.predicted_cycles !== null;

$("about").textContent = `${count(report.tokens, "token")}, ${count(report.layers, "layer")} on the accelerator's RTL in Verilator, configuration ${report.config}.`;
judge(report.different === 0, `${count(report.values, "value")} compared with the golden encoder, ${number(report.different)} differ`);
if (predicted) judge(report.cycle_mismatches === 0 && report.cycles === report.predicted_cycles,
  `${number(report.cycles)} cycles, ${number(report.predicted_cycles)} predicted; ${number(report.cycle_mismatches)} of ${count(report.instructions, "instruction")} start or retire in another cycle than predicted`);
else make($("verdicts"), "p", `${number(report.cycles)} cycles; not compared with the prediction, as memory pauses at random`, "verdict");
const facts = [
  ["model", report.model], ["input", report.input], ["memory", `answers after ${count(report.latency, "cycle")}, ${count(report.cycles_per_beat, "cycle")} a beat` + (report.stall_seed === null ? "" : `, pauses at random with seed ${report.stall_seed}`)],
  ["array busy with needed products", percent(report.utilization)],
  ["simulation", `${seconds(report.seconds)}, ${kilo(report.simulated_hz)}`],
  ["build", `${seconds(report.build_seconds)}${report.build_cached ? ", done before" : ""}, Verilator ${report.verilator}`],
];
for (const [name, value] of facts) row($("facts"), [name, value]).children[1].className = "text";

// Tensors: one row per kind, one square per layer.
const cells = Object.entries(report.tensors).map(([name, tally]) => {
  const [, layer, kind] = name.match(/^layer\.(\d+)\.(.*)$/) || [null, null, name];
  return { name, kind, layer: layer && Number(layer), ...tally, wrong: tally.different + Math.max(0, tally.elements - tally.values) };
});
const tables = [0, 1].map(() => make($("tensors"), "table"));
for (const table of tables) row(table, ["tensor", "in each layer", "values", "differ"], "th").children[1].className = "text";
for (const kind of [...new Set(cells.map((cell) => cell.kind))]) {
  const same = cells.filter((cell) => cell.kind === kind);
  const line = row(tables[kind.startsWith("attention.") ? 0 : 1], [kind, "", number(sum(same.map((cell) => cell.values))), number(sum(same.map((cell) => cell.wrong)))]);
  line.children[1].className = "squares text";
  if (sum(same.map((cell) => cell.wrong)) > 0) line.children[3].className = "bad";
  for (const cell of same) {
    const square = make(line.children[1], "span", "", cell.wrong ? "square bad" : "square good");
    square.title = `${cell.name}: ${count(cell.values, "value")}, ${number(cell.wrong)} differ`;
  }
}
row(tables[1], ["all", "", number(report.values), number(report.different)]).className = "all";
if (report.first) {
  const { tensor, index, expected, got, cycle, instruction, disassembled, start, retire, replay } = report.first;
  make($("first"), "p", "The first value that differs, and the command that writes the waves around it:");
  make($("first"), "pre", `${tensor}[${index.join(", ")}]: ${got}, expected ${expected}\nwritten in cycle ${cycle} by instruction ${instruction}, which started in cycle ${start} and retired in cycle ${retire}:\n${disassembled}\n\n${replay}`);
}

// Counters of the hardware, next to those of the cycle model.
const sides = predicted ? ["observed", "predicted"] : ["observed"];
const states = ["busy", "waiting", "empty"];
const titles = { busy: "an instruction under way", waiting: "one waits", empty: "none" };
row($("cycles"), ["engine", ...states.flatMap((state) => sides.map((side) => (side === "observed" ? titles[state] : "predicted")))], "th");
for (const engine of data.engines) {
  const numbers = states.flatMap((state) => sides.map((side) => report.engines[side][engine][state]));
  const line = row($("cycles"), [engine, ...numbers.map(number)]);
  numbers.forEach((value, at) => {
    if (at % sides.length) line.children[1 + at].className = value === numbers[at - 1] ? "soft" : "bad";
  });
}
if (report.first_mismatch) make($("mismatch"), "pre", report.first_mismatch);

timeline($("timeline"), data.schedules, true);

if (report.layer_errors) {
  const { checkpoint, layers } = report.layer_errors, place = $("errors");
  const names = layers.map(({ name }) => name.replace("layer.", "").replace("embeddings", "input"));
  make(place, "p", `Hidden state after the embeddings and after each layer: golden integers, equal to those of the hardware, against the fp32 encoder of ${checkpoint}, on the same tokens.`);
  const plots = make(place, "div", undefined, "plots");
  const errors = layers.map((layer) => layer.relative_error), cosines = layers.map((layer) => layer.cosine);
  plot(plots, { title: "relative RMS error", names, values: errors, from: 0, to: roundUp(Math.max(...errors)), text: (value, exact) => percent(value, exact ? 3 : 1) });
  plot(plots, { title: "cosine", names, values: cosines, from: 1 - roundUp(1 - Math.min(...cosines)), to: 1, text: (value, exact) => value.toFixed(exact ? 6 : 4) });
} else {
  make($("errors"), "p", "Name the checkpoint that the model was made from with --checkpoint DIR to see the error of the hidden state after each layer against fp32.");
}

const did = data.schedules.slice(0, 1);
$("how").textContent = (predicted ? "As observed, except for instruction fetch and dispatch, which no port shows: these cycles are as predicted. " :
  "As observed, except for instruction fetch and dispatch, which no port shows: waiting for them counts as issue. ") +
  "The mark on a bar is the layer's bound, the cycles of its busiest engine. Next to the bar: the cycles of work of each engine, the longest in bold.";
legend($("causes"), causesOf(did).map((cause) => [cause, colourOf(cause)]));
layerTables($("layers"), did);
stallTable($("stalls"), did);
