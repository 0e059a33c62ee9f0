// What the pages do in the browser. Everything also works without it, except that nothing is live.
import { keepClocks } from "./clocks.js";
import { drawCharts } from "./charts.js";
import { keepForms } from "./forms.js";
import { listenToKeys } from "./keys.js";
import { listenToHouse } from "./live.js";
import { keepTold } from "./told.js";
import { tellZone } from "./zone.js";

tellZone();
keepClocks();
drawCharts();
keepForms();
keepTold();
listenToKeys();
// Rows of places may be longer than a telephone is wide.
for (const here of document.querySelectorAll(".side [aria-current], .tabs.sideways [aria-current]")) {
  const row = here.closest(".side, .tabs");
  row.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - row.clientWidth / 2;
}
if (document.body.dataset.live) listenToHouse();
