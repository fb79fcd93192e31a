// Array cycles of each layer, and their lower bound from the work of the engines.
const COLOURS = {
  busy: "#2f6f4e", fetch: "#1f3b57", dispatch: "#d4b106", load: "#8a97a5", store: "#b9c2cc", matmul: "#4c78a8", requantize: "#f2a65a", gelu: "#b279a2",
  join: "#72b7b2", softmax: "#e45756", layernorm: "#9d755d", issue: "#e0b98c", short_tile: "#f4b6c2", end: "#5b6b7c",
};
const meanings = new Map(data.causes);
const causesOf = (schedules) => [...meanings.keys()].filter((cause) => schedules.some((schedule) => schedule.layers.some((layer) => layer[cause])));
const colourOf = (cause) => COLOURS[cause] || "#000";
const total = (layer) => sum(Object.values(layer));
const WORK = ["matrix", "vector", "read", "write"];

// One bar per layer, as long as its cycles, next to the work.
function layerTables(place, schedules) {
  const longest = Math.max(...schedules.flatMap((schedule) => schedule.layers.map(total)));
  for (const schedule of schedules) {
    const table = make(place, "table", undefined, "layers");
    row(table, [schedules.length > 1 ? schedule.name : "", "", "cycles", "busy", ...WORK, "above"], "th");
    schedule.layers.forEach((layer, index) => {
      const line = layerRow(table, `layer ${index}`, total(layer), layer.busy || 0, schedule.work[index]);
      const bar = make(line.children[1], "div", undefined, "bar"), share = (cycles) => (100 * cycles) / longest + "%";
      for (const cause of causesOf(schedules)) {
        const part = make(bar, "span"), cycles = layer[cause] || 0;
        part.style.width = share(cycles);
        part.style.background = colourOf(cause);
        part.title = `${cause}: ${number(cycles)} cycles, ${percent(cycles / total(layer))}`;
      }
      const bound = make(bar, "span", "", "bound");
      bound.style.left = `calc(${share(Math.max(...WORK.map((engine) => schedule.work[index][engine])))} - 1px)`;
    });
    const all = Object.fromEntries(WORK.map((engine) => [engine, sum(schedule.work.map((work) => work[engine]))]));
    layerRow(table, "all", schedule.cycles, sum(schedule.layers.map((layer) => layer.busy || 0)), all).className = "all";
  }
}

function layerRow(table, name, cycles, busy, work) {
  const longest = Math.max(...WORK.map((engine) => work[engine]));
  const line = row(table, [name, "", number(cycles), percent(busy / cycles), ...WORK.map((engine) => number(work[engine])), percent(cycles / longest - 1)]);
  WORK.forEach((engine, index) => {
    const cell = line.children[4 + index];
    cell.className = work[engine] === longest ? "work longest" : "work";
    cell.title = `${percent(work[engine] / cycles)} of the cycles`;
  });
  return line;
}

// Array cycles summed over layers, as numbers.
function stallTable(table, schedules) {
  const head = row(table, ["cycles"], "th");
  for (const schedule of schedules) { make(head, "th", schedules.length > 1 ? schedule.name : ""); make(head, "th", ""); }
  make(head, "th", "");
  for (const cause of [...causesOf(schedules), "all"]) {
    const line = row(table, [cause]);
    for (const schedule of schedules) {
      const cycles = sum(schedule.layers.map((layer) => (cause === "all" ? total(layer) : layer[cause] || 0)));
      make(line, "td", number(cycles));
      make(line, "td", percent(cycles / schedule.cycles, 3));
    }
    make(line, "td", meanings.get(cause) || "", "text soft");
  }
}
