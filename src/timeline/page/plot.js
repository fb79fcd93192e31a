// A line through one value per position, as SVG.
function plot(parent, { title, names, values, from, to, text }) {
  const WIDTH = 560, HEIGHT = 220, LEFT = 64, RIGHT = 16, TOP = 30, BOTTOM = 34;
  const draw = (parent, tag, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  };
  const svg = draw(parent, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title, class: "plot" });
  const x = (index) => LEFT + 12 + (index * (WIDTH - LEFT - RIGHT - 24)) / Math.max(1, values.length - 1);
  const y = (value) => HEIGHT - BOTTOM - ((value - from) * (HEIGHT - TOP - BOTTOM)) / (to - from);
  draw(svg, "text", { x: 0, y: 14, class: "name" }, title);
  for (let step = 0; step <= 4; step++) {
    const value = from + ((to - from) * step) / 4;
    draw(svg, "line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), class: "grid" });
    draw(svg, "text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, text(value));
  }
  const every = Math.ceil(values.length / 13);
  names.forEach((name, index) => {
    if (index % every === 0) draw(svg, "text", { x: x(index), y: HEIGHT - BOTTOM + 20, "text-anchor": "middle" }, name);
  });
  draw(svg, "polyline", { points: values.map((value, index) => `${x(index)},${y(value)}`).join(" "), class: "line" });
  values.forEach((value, index) => {
    draw(draw(svg, "circle", { cx: x(index), cy: y(value), r: 4, class: "point" }), "title", {}, `${names[index]}: ${text(value, true)}`);
  });
}

// Smallest of 1, 2, 5 times a power of ten that is at least a value.
const roundUp = (value) => {
  const unit = 10 ** Math.floor(Math.log10(value || 1e-6));
  return [1, 2, 4, 5, 10].map((k) => k * unit).find((k) => k >= value * (1 - 1e-9));
};
