"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const tone = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: tone("--soft"), grid: { stroke: tone("--line"), width: 1 }, ticks: { stroke: tone("--line"), width: 1 } };
  // Hues a golden angle apart, so that neighbours differ however many runs there are.
  const colour = at => `hsl(${(215 + at * 137.5) % 360} 62% 48%)`;
  const place = document.getElementById("curves");
  if (!data.t.length) return;
  const series = data.runs.map((label, at) => ({ label, stroke: colour(at), width: 1.5, spanGaps: true, value: (u, v) => v == null ? "—" : v.toFixed(3) }));
  const made = new uPlot({
    width: place.clientWidth, height: 380, series: [{}, ...series],
    axes: [axis, { ...axis, size: 70 }], scales: { x: { time: true } }, tzDate: t => uPlot.tzDate(new Date(t * 1e3), "Etc/UTC"),
  }, [data.t, ...data.curves], place);
  addEventListener("resize", () => made.setSize({ width: place.clientWidth, height: 380 }));
})();
