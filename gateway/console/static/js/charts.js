// Draws what the server put into `data-chart`, and draws it again when that changes.
const LIBRARY = "/static/vendor/echarts-6.1.0-line.min.js";
const SYMBOLS = { blue: "circle", yellow: "triangle", orange: "diamond", red: "rect" };
const NUMERALS = { blue: "Ⅳ", yellow: "Ⅲ", orange: "Ⅱ", red: "Ⅰ" };

// A token may hold `light-dark()`, which a canvas cannot read: ask an element what it comes to.
function colours() {
  const probe = document.createElement("i");
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const names = ["ink", "ink-3", "line", "card", "sunken", "accent", "negative",
    "blue", "yellow", "orange", "red", "blue-ink", "yellow-ink", "orange-ink", "red-ink"];
  const found = Object.fromEntries(names.map((name) => [name, read(name)]));
  probe.remove();
  return found;
}

const faded = (colour, share) => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

function options(box) {
  const data = JSON.parse(box.dataset.chart);
  const words = JSON.parse(box.dataset.words);
  const colour = colours();
  const lang = document.documentElement.lang;
  const hour = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const count = new Intl.NumberFormat(lang);
  const ahead = data.ahead ?? [];
  const at = [...data.at, ...ahead.map((point) => point.at)].map((time) => hour.format(new Date(time)));
  const behind = data.posts.map(() => null);
  // The band begins where the course ends, so that no gap shows.
  const course = (read) => ahead.length ? [...behind.slice(1), data.posts.at(-1), ...ahead.map(read)] : [];
  const font = getComputedStyle(document.body).fontFamily;
  const marks = data.marks.map((mark) => ({
    name: NUMERALS[mark.level] ?? "",
    coord: [mark.index, data.posts[mark.index]],
    symbol: SYMBOLS[mark.level] ?? "circle",
    itemStyle: { color: colour[mark.level] ?? colour.ink },
    label: { color: colour[`${mark.level}-ink`] ?? colour.ink },
  }));
  const band = data.usual && {
    silent: true,
    itemStyle: { color: colour.sunken },
    data: [[{ yAxis: data.usual[0] }, { yAxis: data.usual[1] }]],
  };
  return {
    animation: false,
    textStyle: { fontFamily: font },
    grid: { left: 8, right: 16, top: 20, bottom: 4, containLabel: true },
    tooltip: {
      // Drawn on the canvas: an HTML tooltip would need inline styles, which the policy forbids.
      trigger: "axis", renderMode: "richText", confine: true, transitionDuration: 0,
      backgroundColor: colour.card, borderColor: colour.line, padding: 10,
      textStyle: { color: colour.ink, fontSize: 12 },
      axisPointer: { lineStyle: { color: colour["ink-3"], type: "solid" } },
      formatter: ([point]) => {
        const index = point.dataIndex;
        const hourly = ahead[index - data.posts.length];
        if (hourly) {
          return [at[index], `${words.expected} ${count.format(hourly.expected)}`,
            `${words.between} ${count.format(hourly.low)} – ${count.format(hourly.high)}`].join("\n");
        }
        const marked = data.marks.find((mark) => mark.index === index);
        return [at[index], `${words.posts} ${count.format(data.posts[index])}`,
          `${words.negative} ${count.format(data.negative[index])}`,
          ...(marked ? [marked.title] : [])].join("\n");
      },
    },
    xAxis: {
      type: "category", data: at, boundaryGap: false, axisTick: { show: false },
      axisLine: { lineStyle: { color: colour.line } },
      axisLabel: { color: colour["ink-3"], hideOverlap: true, interval: Math.max(0, Math.floor(at.length / 6) - 1) },
    },
    yAxis: {
      type: "value", minInterval: 1, splitNumber: 4,
      splitLine: { lineStyle: { color: colour.line } },
      axisLabel: { color: colour["ink-3"], formatter: (value) => count.format(value) },
    },
    series: [
      {
        type: "line", data: data.posts, symbol: "none", z: 3,
        lineStyle: { color: colour.accent, width: 2 }, itemStyle: { color: colour.accent },
        areaStyle: { color: faded(colour.accent, 0.08) }, markArea: band || undefined,
        markPoint: {
          symbolSize: 13, silent: true, data: marks,
          label: { show: true, position: "top", distance: 5, fontSize: 12, formatter: (mark) => mark.name },
        },
      },
      {
        type: "line", data: data.negative, symbol: "none", z: 2,
        lineStyle: { color: colour.negative, width: 1.2 }, itemStyle: { color: colour.negative },
      },
      {
        type: "line", data: course((point) => point.expected), symbol: "none", z: 2, silent: true,
        lineStyle: { color: colour.accent, width: 1.5, type: "dashed" },
      },
      {
        type: "line", data: course((point) => point.low), symbol: "none", stack: "band", silent: true,
        lineStyle: { opacity: 0 },
      },
      {
        type: "line", data: course((point) => point.high - point.low).map((value, index) => index === data.posts.length - 1 ? 0 : value),
        symbol: "none", stack: "band", silent: true, lineStyle: { opacity: 0 },
        areaStyle: { color: faded(colour.accent, 0.14) },
      },
    ],
  };
}

const drawn = new Map();

async function draw(box) {
  const { init } = await import(LIBRARY);
  let chart = drawn.get(box);
  if (!chart) {
    const paper = document.createElement("div");
    box.replaceChildren(paper);
    chart = init(paper);
    drawn.set(box, chart);
    new ResizeObserver(() => chart.resize()).observe(paper);
    new MutationObserver(() => chart.setOption(options(box), true)).observe(box, { attributeFilter: ["data-chart"] });
  }
  chart.setOption(options(box), true);
}

export function drawCharts() {
  const drawAll = () => {
    for (const [box, chart] of drawn) {
      if (!box.isConnected) {
        chart.dispose();
        drawn.delete(box);
      }
    }
    for (const box of document.querySelectorAll("[data-chart]")) if (!drawn.has(box)) draw(box);
  };
  drawAll();
  document.addEventListener("htmx:after:swap", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const [box, chart] of drawn) chart.setOption(options(box), true);
  });
}
