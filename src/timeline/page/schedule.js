// A schedule compared with a simple one.
const first = data.schedules[0];
$("about").textContent = `${first.tokens} tokens, ${first.layers.length} layers, configuration ${first.config}. Cycles as predicted by the cycle model.`;
row($("summary"), ["schedule", "cycles", "array busy with needed products", "instructions", "bytes moved", "bus busy"], "th");
for (const schedule of data.schedules) {
  const bytes = sum(schedule.traffic.map(([bytes]) => bytes));
  row($("summary"), [schedule.name, number(schedule.cycles), percent(schedule.utilization), number(schedule.instructions.length), number(bytes),
    percent(bytes / schedule.bus / schedule.cycles, 1)]);
}
timeline($("timeline"), data.schedules);
legend($("causes"), causesOf(data.schedules).map((cause) => [cause, colourOf(cause)]));
layerTables($("layers"), data.schedules);
stallTable($("stalls"), data.schedules);
