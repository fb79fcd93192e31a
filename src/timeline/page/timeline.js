// The timeline: engines, memory traffic and memories of each schedule over the cycles; to be zoomed, dragged and inspected.
// Where schedules are of the same program, `twins` says so: bars that lie elsewhere in the other one are outlined.
const KINDS = [
  // What an instruction works on decides its colour.
  ["projections", "#4c78a8", /(query|key|value)(_acc)?$/],
  ["scores, softmax", "#e45756", /(scores|probabilities)$/],
  ["context", "#f2a65a", /context(_acc)?$/],
  ["output projection", "#54a24b", /attention\.(output_acc|norm_input)$/],
  ["feed-forward, in", "#b279a2", /ffn\.(inner_acc|activation|rescaled)$/],
  ["feed-forward, out", "#72b7b2", /ffn\.(output_acc|norm_input)$/],
  ["LayerNorm", "#9d755d", /(hidden|input)$/],
  ["memory traffic", "#8a97a5", /./],
];
const kind = (name) => KINDS.find(([, , pattern]) => pattern.test(name));

function timeline(place, schedules, twins = false) {
  const LEFT = 108, RIGHT = 8, TRACK = 22, STRIP = 26, GAP = 10;
  const tools = make(place, "div", undefined, "row");
  const button = (id, text, act) => { const node = make(tools, "button", text); node.id = id; node.onclick = act; };
  button("in", "Zoom in", () => zoom(0.5));
  button("out", "Zoom out", () => zoom(2));
  button("all", "All", () => { from = 0; to = end; draw(); });
  const view = make(tools, "span", "", "soft");
  view.id = "window";
  const canvas = make(place, "canvas"), context = canvas.getContext("2d"), tip = $("tip");
  legend(make(place, "div", undefined, "legend"), KINDS);

  const end = Math.max(...schedules.map((schedule) => schedule.cycles));
  let from = 0, to = end, hits = [], held = null, height = 26;
  const rows = [];
  const addRow = (entry, tall) => { rows.push({ ...entry, y: height, tall }); height += tall + 4; };
  for (const schedule of schedules) {
    if (schedules.length > 1) addRow({ draw: () => {}, schedule, label: schedule.name }, 16);
    data.engines.forEach((label, index) => addRow({ draw: track, schedule, label, index }, TRACK));
    addRow({ draw: strip, schedule, label: "memory traffic", colour: "#8a97a5", most: 1, of: (share) => `${percent(share, 0)} of the bus` }, STRIP);
    for (const [memory, { words }] of Object.entries(schedule.memories)) {
      addRow({ draw: strip, schedule, memory, label: `${memory} in use`, colour: "#7ea3c7", of: (share) => `${number(share * words)} of ${number(words)} words` }, STRIP);
    }
    height += GAP;
    schedule.byEngine = data.engines.map((_, index) => schedule.instructions.map((entry, at) => [...entry, at]).filter((entry) => entry[2] === index));
  }
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "Timeline of " + rows.map((row) => row.label).join(", "));

  const width = () => canvas.clientWidth - LEFT - RIGHT;
  const x = (cycle) => LEFT + ((cycle - from) * width()) / (to - from);
  // The first entry of a sorted list that begins at a cycle or after it.
  const firstFrom = (entries, cycle) => {
    let low = 0, high = entries.length;
    while (low < high) { const middle = (low + high) >> 1; if (entries[middle][0] < cycle) low = middle + 1; else high = middle; }
    return low;
  };

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio; canvas.height = height * ratio; canvas.style.height = height + "px";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.clientWidth, height);
    context.font = "12px system-ui, sans-serif"; context.textBaseline = "middle";
    hits = [];
    grid();
    for (const row of rows) {
      context.fillStyle = "#1d2733";
      context.fillText(row.label, 6, row.y + row.tall / 2);
      row.draw(row);
    }
    view.textContent = `cycles ${number(from)} to ${number(to)}`;
  }

  function grid() {
    const step = 10 ** Math.floor(Math.log10((to - from) / 6)), nice = [1, 2, 5, 10].map((k) => k * step).find((s) => (to - from) / s <= 8);
    context.strokeStyle = "#e6ebf0"; context.fillStyle = "#5b6b7c"; context.textAlign = "center";
    for (let cycle = Math.ceil(from / nice) * nice; cycle <= to; cycle += nice) {
      const text = number(cycle), half = context.measureText(text).width / 2;
      context.beginPath(); context.moveTo(x(cycle), 18); context.lineTo(x(cycle), height); context.stroke();
      context.fillText(text, Math.min(x(cycle), canvas.clientWidth - 4 - half), 10);
    }
    context.textAlign = "left";
  }

  function track({ schedule, index, y }) {
    const entries = schedule.byEngine[index], edge = LEFT + width();
    let covered = -1;
    for (let at = Math.max(0, firstFrom(entries, from) - 4); at < entries.length && entries[at][0] <= to; at++) {
      const [start, cycles, , name, instruction] = entries[at];
      const next = at + 1 < entries.length ? entries[at + 1][0] : Infinity;
      const left = Math.max(LEFT, x(start)), right = Math.min(edge, x(Math.min(start + cycles, next)));
      const twin = twins && schedules.map((other) => other.instructions[instruction]).find((other) => other[0] !== start || other[1] !== cycles);
      if (right < LEFT || (right - covered < 0.5 && !twin)) continue;
      context.fillStyle = kind(schedule.names[name])[1];
      context.fillRect(left, y, Math.max(right - left, 0.6), TRACK);
      if (right - left > 3) { context.fillStyle = "#ffffff90"; context.fillRect(right - 1, y, 1, TRACK); }
      if (twin) { context.fillStyle = "#c8323c"; context.fillRect(left, y - 2, Math.max(right - left, 1), 4); }
      covered = right;
      const lines = [schedule.names[name], `instruction ${instruction}, ${data.engines[index]}`, `cycles ${number(start)} to ${number(start + cycles)}, ${number(cycles)}`];
      if (twin) lines.push(`in the other one ${number(twin[0])} to ${number(twin[0] + twin[1])}`);
      hits.push({ left, right: Math.max(right, left + 2), top: y, bottom: y + TRACK, text: () => lines.join("\n") });
    }
  }

  function strip(row) {
    const { schedule, y } = row, columns = Math.max(1, Math.floor(width())), values = new Float64Array(columns);
    context.fillStyle = "#f5f7f9"; context.fillRect(LEFT, y, columns, STRIP);
    if (row.memory) levels(schedule.memories[row.memory], values);
    else traffic(schedule, values);
    context.fillStyle = row.colour;
    values.forEach((value, column) => { const tall = Math.min(1, value) * STRIP; context.fillRect(LEFT + column, y + STRIP - tall, 1, tall); });
    const at = (px) => Math.min(1, values[Math.max(0, Math.min(columns - 1, Math.floor(px - LEFT)))]);
    hits.push({ left: LEFT, right: LEFT + columns, top: y, bottom: y + STRIP, text: (px) => `${row.label}: ${row.of(at(px))}` });
  }

  // Share of what the bus could move, in each column.
  function traffic(schedule, values) {
    const scale = width() / (to - from), column = (cycle) => Math.floor(x(cycle) - LEFT);
    for (const [bytes, start, stop] of schedule.traffic) {
      if (stop < from || start > to) continue;
      const rate = bytes / Math.max(1, stop - start);
      for (let c = Math.max(0, column(start)); c <= Math.min(values.length - 1, column(stop)); c++) {
        const begin = Math.max(start, from + c / scale), finish = Math.min(stop, from + (c + 1) / scale);
        values[c] += (Math.max(0, finish - begin) * rate * scale) / schedule.bus;
      }
    }
  }

  // Most words in use in each column, of all words.
  function levels({ words, levels }, values) {
    let at = firstFrom(levels, from), level = at > 0 ? levels[at - 1][1] : 0;
    for (let c = 0; c < values.length; ) {
      const until = at < levels.length ? Math.min(values.length, Math.floor(x(levels[at][0]) - LEFT)) : values.length;
      for (; c < until; c++) values[c] = Math.max(values[c], level / words);
      if (at >= levels.length || c >= values.length) break;
      level = levels[at++][1];
      values[c] = Math.max(values[c], level / words);
    }
  }

  function zoom(factor, share = 0.5) {
    const span = Math.min(end, Math.max(40, (to - from) * factor)), pivot = from + (to - from) * share;
    from = Math.max(0, Math.min(end - span, pivot - span * share)); to = from + span;
    draw();
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, Math.max(0, Math.min(1, (event.offsetX - LEFT) / width())));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    held = { x: event.offsetX, from };
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("held");
  });
  canvas.addEventListener("pointerup", () => { held = null; canvas.classList.remove("held"); });
  canvas.addEventListener("pointermove", (event) => {
    const { offsetX: px, offsetY: py } = event;
    if (held) {
      const span = to - from, moved = ((held.x - px) * span) / width();
      from = Math.max(0, Math.min(end - span, held.from + moved)); to = from + span;
      draw();
      return;
    }
    const hit = hits.find((hit) => px >= hit.left && px <= hit.right && py >= hit.top && py <= hit.bottom);
    tip.style.display = hit ? "block" : "none";
    if (!hit) return;
    tip.textContent = hit.text(px);
    tip.style.left = Math.min(event.clientX + 14, innerWidth - 330) + "px";
    tip.style.top = event.clientY + 14 + "px";
  });
  canvas.addEventListener("pointerleave", () => { tip.style.display = "none"; });
  addEventListener("resize", draw);
  draw();
}
