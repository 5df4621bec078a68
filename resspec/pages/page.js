"use strict";
const tables = [...document.querySelectorAll("table")];
const tabs = [...document.querySelectorAll(".tabs button")];
const filter = document.querySelector(".tabs input");

function show(level) {
  tables.forEach((table) => { table.hidden = table.dataset.level !== level; });
  tabs.forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.level === level)));
}

function sort(table, column, header) {
  const down = header.dataset.order ? header.dataset.order !== "down" : !header.classList.contains("word");
  table.querySelectorAll("th").forEach((other) => { delete other.dataset.order; });
  header.dataset.order = down ? "down" : "up";
  const key = (row) => row.cells[column].dataset.value;
  const rows = [...table.tBodies[0].rows];
  const order = header.classList.contains("word")
    ? (a, b) => key(a).localeCompare(key(b), "en", { numeric: true })
    : (a, b) => Number(key(a)) - Number(key(b));
  rows.sort((a, b) => (down ? order(b, a) : order(a, b)));
  table.tBodies[0].append(...rows);
}

tabs.forEach((tab) => tab.addEventListener("click", () => show(tab.dataset.level)));
tables.forEach((table) => table.querySelectorAll("th").forEach((header, column) => {
  header.addEventListener("click", () => sort(table, column, header));
}));
filter.addEventListener("input", () => {
  const wanted = filter.value.toLowerCase();
  tables.forEach((table) => [...table.tBodies[0].rows].forEach((row) => {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }));
});
show("stages");
