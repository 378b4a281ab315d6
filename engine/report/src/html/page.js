"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const tone = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = () => ({ stroke: tone("--soft"), grid: { stroke: tone("--line"), width: 1 }, ticks: { stroke: tone("--line"), width: 1 } });
  const charts = [];
  const sync = uPlot.sync("run");
  const number = (digits, unit) => (u, value) => value == null ? "—" : value.toLocaleString("en-GB", { maximumFractionDigits: digits }) + unit;

  function chart(parent, height, series, rows, options = {}) {
    const made = new uPlot({
      width: parent.clientWidth, height, series: [{}, ...series],
      cursor: { sync: { key: sync.key, setSeries: false }, drag: { x: true, y: false } },
      axes: [axis(), { ...axis(), size: 78, values: (u, ticks) => ticks.map(t => t == null ? "" : t.toLocaleString("en-GB")) }],
      scales: { x: { time: true } }, tzDate: t => uPlot.tzDate(new Date(t * 1e3), "Etc/UTC"), ...options,
    }, rows, parent);
    charts.push([made, parent, height]);
    return made;
  }

  const e = data.equity;
  chart(document.getElementById("equity"), 300,
    [{ label: "Equity", stroke: tone("--accent"), width: 1.6, fill: tone("--accent") + "14", value: number(2, " " + data.currency) }], [e.t, e.v]);
  chart(document.getElementById("drawdown"), 130,
    [{ label: "Drawdown", stroke: tone("--loss"), width: 1.2, fill: tone("--loss") + "2b", value: number(2, " %") }], [e.t, e.d]);

  function marks(market) {
    return u => {
      const c = u.ctx, left = u.bbox.left, top = u.bbox.top, ratio = devicePixelRatio;
      c.save();
      c.beginPath(); c.rect(left, top, u.bbox.width, u.bbox.height); c.clip();
      c.lineWidth = ratio; c.globalAlpha = market.levels.length > 400 ? .25 : .5;
      for (const [from, to, price, side] of market.levels) {
        const y = Math.round(u.valToPos(price, "y", true));
        c.strokeStyle = side > 0 ? tone("--gain") : tone("--loss");
        c.beginPath(); c.moveTo(u.valToPos(from, "x", true), y); c.lineTo(u.valToPos(to, "x", true), y); c.stroke();
      }
      c.globalAlpha = 1;
      const size = (market.fills.length > 600 ? 3 : 4.5) * ratio;
      for (const [time, price, side] of market.fills) {
        const x = u.valToPos(time, "x", true), y = u.valToPos(price, "y", true);
        c.fillStyle = side > 0 ? tone("--gain") : tone("--loss");
        c.strokeStyle = tone("--card");
        c.beginPath();
        c.moveTo(x, y - side * size); c.lineTo(x - size, y + side * size); c.lineTo(x + size, y + side * size);
        c.closePath(); c.fill(); c.stroke();
      }
      c.restore();
    };
  }

  const prices = document.getElementById("prices");
  for (const market of data.markets) {
    if (!market.t.length) continue;
    const title = document.createElement("h2");
    title.textContent = market.symbol + ": price, fills (▲ buy, ▼ sell) and resting orders";
    const place = document.createElement("div");
    prices.append(title, place);
    // Over a wide range equal steps should mean equal percentages, as a geometric grid has them.
    const wide = Math.max(...market.h) > 4 * Math.min(...market.l);
    chart(place, 420, [
      { label: "High", stroke: tone("--line"), width: 1, points: { show: false }, value: number(8, "") },
      { label: "Low", stroke: tone("--line"), width: 1, points: { show: false }, value: number(8, "") },
      { label: "Close", stroke: tone("--ink"), width: 1.3, points: { show: false }, value: number(8, "") },
    ], [market.t, market.h, market.l, market.c], { scales: { x: { time: true }, y: { distr: wide ? 3 : 1 } }, bands: [{ series: [1, 2], fill: tone("--level") + "40" }], hooks: { draw: [marks(market)] } });
  }

  addEventListener("resize", () => charts.forEach(([made, parent, height]) => made.setSize({ width: parent.clientWidth, height })));

  const table = document.getElementById("trades");
  const plain = cell => { const v = parseFloat(cell.textContent.replace(/−/g, "-").replace(/[ \s%]/g, "")); return isNaN(v) || /^\d{4}-/.test(cell.textContent) ? cell.textContent : v; };
  table.tHead.rows[0].childNodes.forEach((head, column) => head.addEventListener("click", () => {
    const down = head.dataset.down = head.dataset.down === "1" ? "0" : "1";
    const rows = [...table.tBodies[0].rows].filter(row => row.cells.length > 1);
    rows.sort((a, b) => { const [x, y] = [plain(a.cells[column]), plain(b.cells[column])]; return (x < y ? -1 : x > y ? 1 : 0) * (down === "1" ? -1 : 1); });
    table.tBodies[0].prepend(...rows);
  }));
})();
