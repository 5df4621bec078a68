"use strict";
const report = JSON.parse(document.getElementById("data").textContent);
const setting = {
  responsive: true, displaylogo: false,
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
  toImageButtonOptions: { filename: report.name, scale: 2 },
};

for (const [place, chart] of Object.entries(report.charts)) {
  const at = document.getElementById(place);
  if (at) Plotly.newPlot(at, chart.data, chart.layout, setting);
}

function save(number) {
  const file = new Blob([report.trials[number].spec], { type: "text/yaml" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${report.name}_${number}.yaml`;
  link.click();
  URL.revokeObjectURL(link.href);
}

const chosen = document.getElementById("chosen");

function choose(number) {
  const trial = report.trials[number];
  if (!trial) return;
  chosen.classList.add("filled");
  chosen.dataset.number = number;
  chosen.querySelector("h3").textContent = trial.title;
  chosen.querySelector(".line").textContent = trial.about;
  chosen.querySelector("pre").textContent = trial.spec;
}

chosen.addEventListener("click", (event) => {
  const act = event.target.dataset.act;
  if (act === "save") save(chosen.dataset.number);
  if (act === "copy") navigator.clipboard.writeText(report.trials[chosen.dataset.number].spec);
});

for (const button of document.querySelectorAll("[data-save]")) {
  button.addEventListener("click", () => save(button.dataset.save));
}

for (const place of ["pareto", "history"]) {
  const at = document.getElementById(place);
  if (at && at.on) at.on("plotly_click", (event) => {
    const number = event.points[0].customdata;
    if (number !== undefined) choose(number);
  });
}

const cost = document.getElementById("cost");
cost.value = report.charts.pareto.layout.xaxis.title.text;
cost.addEventListener("change", () => {
  const traces = report.charts.pareto.data;
  const numbers = traces.map((trace) => [...trace.customdata]);
  const sorted = numbers.map((trial, place) => {
    const order = trial.map((number, index) => ({ index, x: report.trials[number].costs[cost.value] }));
    return traces[place].mode === "markers" ? order : order.sort((a, b) => a.x - b.x);
  });
  const column = (key) => sorted.map((order, place) => order.map((one) => traces[place][key][one.index]));
  Plotly.restyle("pareto", {
    x: sorted.map((order) => order.map((one) => one.x)),
    y: column("y"), text: column("text"), customdata: column("customdata"),
  });
  Plotly.relayout("pareto", { "xaxis.title.text": cost.value, "xaxis.autorange": true });
});
