/**
 * The script of report pages: values under the pointer, smoothing, and the choice of the horizontal axis. Without it, a page shows everything over steps.
 *
 * @module
 */
import { Html } from "./html.ts";

/**
 * Switches and values of charts. It is a function of nothing but the page, so its hash can be in the content security policy. `albertReport.apply()` applies
 * the reader's choices to content that was replaced.
 */
export const CHART_SCRIPT: Html = new Html(String.raw`
"use strict";
const albertReport = (() => {
  const choice = { axis: "step", smooth: 0 };
  const main = () => document.querySelector("main");
  const axes = () => JSON.parse(main().dataset.axes || "{}");
  const charts = new WeakMap();
  const chartOf = (svg) => {
    if (!charts.has(svg)) charts.set(svg, JSON.parse(svg.dataset.chart));
    return charts.get(svg);
  };

  // The quantity of an axis at a step, interpolated between known steps.
  function along(points, step) {
    if (!points) return step;
    let before = [0, 0], slope = 0;
    for (const point of points) {
      if (point[0] > before[0]) slope = (point[1] - before[1]) / (point[0] - before[0]);
      if (step <= point[0]) break;
      before = point;
    }
    return before[1] + slope * (step - before[0]);
  }

  // Exponential moving average without the bias of its start, as in TensorBoard.
  function smoothed(values, weight) {
    let sum = 0, total = 0;
    return values.map((value) => {
      sum = weight * sum + (1 - weight) * value;
      total = weight * total + (1 - weight);
      return sum / total;
    });
  }

  function placesOf(chart) {
    const [left, right, top, bottom] = chart.box;
    const runs = chart.across === "step" ? axes()[choice.axis] : undefined;
    const first = runs ? 0 : chart.steps[0];
    const last = runs
      ? Math.max(...chart.curves.map(({ run, step }) => along(runs[run], step.at(-1)))) || 1
      : chart.steps[1];
    const [low, high] = chart.values.map((value) => chart.log ? Math.log(value) : value);
    return {
      x: (step, run) => left + (along(runs && runs[run], step) - first) / (last - first) * (right - left),
      y: (value) => bottom - ((chart.log ? Math.log(value) : value) - low) / (high - low) * (bottom - top),
    };
  }

  const at = (x, y) => x.toFixed(1) + "," + y.toFixed(1);

  function draw(svg) {
    const chart = chartOf(svg);
    const known = chart.across === "step" && choice.axis in axes() ? choice.axis : "step";
    for (const axis of svg.querySelectorAll(".axis")) {
      axis.style.display = axis.classList.contains("axis-" + known) ? "" : "none";
    }
    const { x, y } = placesOf(chart);
    svg.querySelectorAll(".curve").forEach((group, i) => {
      const { step, mean, low, high, kind, run } = chart.curves[i];
      const smooth = kind === "line" ? choice.smooth : 0;
      const shown = smooth > 0 ? smoothed(mean, smooth) : mean;
      const line = step.map((s, j) => at(x(s, run), y(shown[j])));
      group.querySelector(".line").setAttribute("d", line.length > 1 ? "M" + line.join("L") : "");
      group.querySelectorAll("circle").forEach((circle, j) => circle.setAttribute("cx", x(step[j], run)));
      const bars = group.querySelector(".bars");
      if (bars) bars.setAttribute("d", step.map((s, j) => "M" + at(x(s, run), y(low[j])) + "V" + y(high[j]).toFixed(1)).join(""));
      const band = group.querySelector(".band");
      if (band) {
        const up = step.map((s, j) => at(x(s, run), y(high[j])));
        const down = step.map((s, j) => at(x(s, run), y(low[j]))).reverse();
        band.setAttribute("d", "M" + up.concat(down).join("L") + "Z");
      }
    });
  }

  function apply() {
    const controls = document.querySelector(".controls");
    if (controls) {
      controls.hidden = false;
      for (const input of controls.querySelectorAll("input[name=axis]")) {
        input.checked = input.value === choice.axis;
      }
      controls.querySelector("input[name=smooth]").value = choice.smooth;
    }
    if (choice.axis !== "step" || choice.smooth > 0) document.querySelectorAll("svg.chart").forEach(draw);
  }

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;

  const number = (value, format) =>
    format === "percent"
      ? (100 * value).toFixed(1) + "%"
      : Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 5 });
  const time = (minutes) =>
    minutes < 90 ? minutes.toFixed(1) + " min" : (minutes / 60).toFixed(1) + " h";

  function line(text, color) {
    const row = document.createElement("div");
    if (color) {
      const key = document.createElement("i");
      key.style.background = color;
      row.append(key);
    }
    row.append(text);
    return row;
  }

  function showTip(rows, event) {
    tip.replaceChildren(...rows);
    if (!tip.isConnected) document.body.append(tip);
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const x = Math.min(event.clientX + 14, innerWidth - width - 8);
    const y = event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18;
    tip.style.left = Math.max(4, x) + "px";
    tip.style.top = Math.max(4, y) + "px";
  }

  function hideTip() {
    tip.hidden = true;
    document.querySelectorAll(".cursor").forEach((cursor) => cursor.remove());
  }

  // The point that is nearest to the pointer, and the values of all curves at its step.
  function readChart(svg, event) {
    const chart = chartOf(svg), { x } = placesOf(chart);
    const box = svg.getBoundingClientRect();
    const place = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    const points = chart.curves.flatMap(({ step, run }) => step.map((s) => ({ s, run, at: x(s, run) })));
    if (points.length === 0) return;
    const found = points.reduce((a, b) => Math.abs(b.at - place) < Math.abs(a.at - place) ? b : a);
    hideTip();
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
    cursor.setAttribute("class", "cursor");
    cursor.setAttribute("d", "M" + found.at.toFixed(1) + "," + chart.box[2] + "V" + chart.box[3]);
    svg.append(cursor);
    const head = [chart.across + " " + Math.round(found.s).toLocaleString("en")];
    if (chart.across === "step") {
      const { tokens, time: times } = axes();
      if (tokens) head.push(Math.round(along(tokens[found.run], found.s)).toLocaleString("en") + " tokens");
      if (times) head.push(time(along(times[found.run], found.s)));
    }
    const rows = [line(head.join(" · "))];
    rows[0].className = "head";
    const groups = svg.querySelectorAll(".curve");
    chart.curves.forEach(({ label, step: steps, mean, low, high, kind, run }, i) => {
      if (steps.length === 0) return;
      let j = 0;
      steps.forEach((s, k) => {
        if (Math.abs(x(s, run) - found.at) < Math.abs(x(steps[j], run) - found.at)) j = k;
      });
      const smooth = kind === "line" && choice.smooth > 0 ? smoothed(mean, choice.smooth)[j] : null;
      const range = low && low[j] < high[j] ? " [" + number(low[j], chart.format) + ", " + number(high[j], chart.format) + "]" : "";
      const value = number(mean[j], chart.format) + range + (smooth === null ? "" : ", smoothed " + number(smooth, chart.format));
      const color = groups[i].querySelector(".line").getAttribute("stroke");
      const where = steps[j] === found.s ? "" : " (" + chart.across + " " + Math.round(steps[j]).toLocaleString("en") + ")";
      rows.push(line((label ? label + ": " : "") + value + where, color));
    });
    for (const { label, value } of chart.references) rows.push(line(label + ": " + number(value, chart.format)));
    showTip(rows, event);
  }

  function readMap(svg, event) {
    const map = JSON.parse(svg.dataset.map);
    const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    const column = Math.floor(((event.clientX - box.left) / box.width * view.width - map.left) / map.width);
    const row = Math.floor(((event.clientY - box.top) / box.height * view.height - map.top) / map.height);
    if (!(row in map.rows) || !(column in map.steps)) return hideTip();
    const value = map.values[row][column];
    const head = line(map.rows[row]);
    head.className = "head";
    showTip([head, line("step " + map.steps[column].toLocaleString("en") + ": " + (value > 0 ? value : "0"))], event);
  }

  function read(event) {
    const target = event.target instanceof Element ? event.target : null;
    const chart = target && target.closest("svg.chart"), map = target && target.closest("svg.map");
    if (chart) readChart(chart, event);
    else if (map) readMap(map, event);
    else if (!tip.hidden) hideTip();
  }
  document.addEventListener("pointermove", read);
  document.addEventListener("pointerdown", read);
  document.addEventListener("scroll", hideTip, { passive: true });
  document.addEventListener("input", ({ target }) => {
    if (target.name === "axis") choice.axis = target.value;
    else if (target.name === "smooth") choice.smooth = Number(target.value);
    else return;
    document.querySelectorAll("svg.chart").forEach(draw);
  });
  apply();
  return { apply };
})();
`);
