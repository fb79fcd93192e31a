// Helper functions that build elements of pages.
const $ = (id) => document.getElementById(id);
const number = (value) => Math.round(value).toLocaleString("en").replace(/,/g, "\u202f");
const percent = (share, digits = 2) => (100 * share).toFixed(digits) + "\u00a0%";
const sum = (values) => values.reduce((all, value) => all + value, 0);
const make = (parent, tag, text, className) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  parent.append(node);
  return node;
};
const row = (table, texts, tag = "td") => {
  const line = make(table, "tr");
  for (const text of texts) make(line, tag, text);
  return line;
};
const legend = (place, entries) => {
  for (const [name, colour] of entries) {
    const entry = make(place, "span");
    make(entry, "span", "", "swatch").style.background = colour;
    entry.append(name);
  }
};
document.title = $("title").textContent = data.title;
