// The page: addresses, keys, theme, print, and the buttons of the static sections.

const THEMES = ["auto", "light", "dark"];
const memory = {
  get(key) { try { return localStorage.getItem("reeve-" + key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem("reeve-" + key, value); } catch { /* a file may have no storage */ } },
};

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("#to-theme").textContent = "Theme: " + theme;
}

function openAround(target) {
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
}

// Shows what the address names. `moved`: the user came here by a link, Back or a paste, so the page goes there.
function goTo(hash, moved) {
  const [name, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  if (name === "findings" || name.startsWith("finding=")) {
    if (!F) return;
    const kept = state.open;
    state = stateFrom(query);
    state.open = kept;
    closeDrawer(false);
    const row = name === "findings" ? -1 : rowOf(name.slice(8));
    if (row >= 0 && state.group !== "none") state.open.add(String(GROUPS[state.group].code(row)));
    redraw();
    if (moved) $("#findings").scrollIntoView();
    if (name === "findings") return;
    if (row < 0) return toast("No finding with that id is in this file");
    const v = view.indexOf(row);
    if (v >= 0) moveTo(v, false);
    openDrawer(row, false);
    return;
  }
  if (F) {
    closeDrawer(false);
    // The address before any filter: Back has undone the first of them.
    if (!name && queryOf(state)) state = stateFrom(""), redraw();
  }
  const target = name && document.getElementById(name);
  if (!target) return;
  openAround(target);
  if (moved) {
    target.scrollIntoView();
    if (!target.matches("a, button, [tabindex]")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  }
}

function keysDialog() {
  if ($("#keys")) return $("#keys").remove();
  const on = memory.get("keys") !== "off";
  const back = document.activeElement;
  const close = () => { $("#keys")?.remove(); back?.focus?.(); };
  const keys = { "/": "search", "j k": "next and previous row", "Enter": "evidence of the row", "Esc": "back", "g s": "Summary", "g p": "Practices", "g d": "Do first", "g f": "Findings", "g u": "Unknowns", "?": "this list" };
  const box = el("div", { class: "keys", id: "keys", role: "dialog", "aria-label": "Keys", tabindex: -1 }, el("h2", {}, "Keys"),
    el("dl", {}, Object.entries(keys).flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)])),
    el("button", { type: "button", "aria-pressed": String(on), onclick: (event) => { memory.set("keys", memory.get("keys") === "off" ? "on" : "off"); event.target.setAttribute("aria-pressed", String(memory.get("keys") !== "off")); } }, "Single-letter keys"), " ",
    el("button", { type: "button", onclick: close }, "Close"));
  document.body.append(box);
  box.focus();
}

const PLACES = { s: "summary", p: "practices", d: "do-first", f: "findings", u: "unknowns" };
let afterG = 0;
function onKey(event) {
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if ($("#keys")) return keysDialog();
    if (closeMenu(true) || closeDrawer()) return;
    if (typing) event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inDrawer = $("#drawer")?.contains(document.activeElement) && F;
  const inGrid = $("#grid")?.contains(document.activeElement);
  if (!typing && (event.key === "ArrowDown" || event.key === "ArrowUp") && (inDrawer || inGrid)) {
    event.preventDefault();
    const by = event.key === "ArrowDown" ? 1 : -1;
    return inDrawer ? stepDrawer(by) : moveTo(document.activeElement === $("#grid") ? current : current + by);
  }
  if (event.key === "Enter" && document.activeElement === $("#grid")) return openRow(current);
  if (typing || memory.get("keys") === "off" && event.key !== "?") return;
  if (Date.now() - afterG < 1500 && PLACES[event.key]) {
    afterG = 0;
    event.preventDefault();
    location.hash = PLACES[event.key];
    return;
  }
  if (event.key === "g") return void (afterG = Date.now());
  if (event.key === "?") return keysDialog();
  if (!F) return;
  if (event.key === "/") {
    event.preventDefault();
    $("#findings").scrollIntoView();
    $("#search").focus();
  } else if (event.key === "j" || event.key === "k") {
    if (inDrawer) return stepDrawer(event.key === "j" ? 1 : -1);
    if (!inGrid) $("#findings").scrollIntoView();
    moveTo(inGrid && document.activeElement !== $("#grid") ? current + (event.key === "j" ? 1 : -1) : current);
  }
}

// The rows of a section as they stand: its tables, or its `data-row` elements with their named cells.
function sectionRows(section) {
  const rows = [], text = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const cells = $$("[data-row]", section);
  if (cells.length) {
    rows.push($$("[data-cell]", cells[0]).map((one) => one.dataset.cell));
    for (const row of cells) rows.push($$("[data-cell]", row).map((one) => text(one.querySelector("data") || one)));
  }
  for (const table of $$("table", section)) {
    if (rows.length) rows.push([]);
    const title = table.caption || table.closest("details")?.querySelector("summary") || null;
    if (title) rows.push([text(title)]);
    for (const row of table.rows) rows.push([...row.cells].filter((one) => !one.classList.contains("js")).map(text));
  }
  return rows;
}

// On paper: details open in the sections that lead, and the findings as filtered, up to five hundred.
let opened = [];
function beforePrint() {
  opened = ["#summary", "#practices", "#do-first", "#depth"].flatMap((id) => $$(id + " details:not([open])"));
  for (const one of opened) one.open = true;
  if (!F) return;
  const columns = columnsNow(), most = 500, names = ["severity", "control", ...columns.filter((name) => name !== "severity" && name !== "control")];
  const host = el("div", { id: "printed" }, el("p", {}, count(hits.length, "finding") + " as filtered" + (queryOf(state) ? " (" + shown(decodeURIComponent(queryOf(state))) + ")" : "") + "."),
    el("table", { class: "t ff" }, el("thead", {}, el("tr", {}, names.map((name) => el("th", {}, COLUMNS[name].label)))),
      el("tbody", {}, Array.from(hits.slice(0, most), (i) => el("tr", {}, names.map((name) => el("td", { class: "p-" + name }, name === "resource" ? nameOf(i) : COLUMNS[name].text(i))))))));
  const rest = hits.length - most;
  if (rest > 0) {
    const by = new Map();
    for (const i of hits.slice(most)) by.set(controlOf(i), (by.get(controlOf(i)) || 0) + 1);
    host.append(el("p", {}, thousands(rest) + " more in the file:"), el("table", { class: "t" }, el("tbody", {}, [...by].map(([control, n]) => el("tr", {}, el("td", {}, control.title), el("td", { class: "n" }, thousands(n)))))));
  }
  $("#grid").hidden = true;
  $("#findings").append(host);
}
function afterPrint() {
  for (const one of opened) one.open = false;
  opened = [];
  $("#printed")?.remove();
  if ($("#grid")) $("#grid").hidden = false;
}

function startPage() {
  setTheme(THEMES.includes(memory.get("theme")) ? memory.get("theme") : "auto");
  $("#to-theme").onclick = () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "auto") + 1) % 3];
    memory.set("theme", next);
    setTheme(next);
  };
  $("#to-print").onclick = () => print();
  $("#to-search").onclick = () => { $("#findings").scrollIntoView(); $("#search")?.focus(); };
  $("#to-sections").onclick = () => $("#to-sections").setAttribute("aria-expanded", String($("#rail").classList.toggle("open")));
  $("#rail").addEventListener("click", (event) => { if (event.target.closest("a")) $("#rail").classList.remove("open"), $("#to-sections").setAttribute("aria-expanded", "false"); });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#menu, [data-facet]")) closeMenu(false);
    const csv = event.target.closest("[data-csv]"), box = event.target.closest(".copybox .copy");
    if (csv) download(csv.dataset.csv + ".csv", sectionRows(csv.closest("section")));
    if (box) copy($("pre", box.parentElement).textContent);
  });
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", afterPrint);
  addEventListener("popstate", () => goTo(location.hash, true));
  const asOf = $(".asof time");
  if (asOf) {
    const here = new Date(asOf.dateTime), zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    if (here.getTimezoneOffset() !== 0) $("#local-time").textContent = "(" + here.toTimeString().slice(0, 5) + " " + zone.split("/").pop().replace(/_/g, " ") + ")";
  }
  for (const one of $$("time[datetime]")) one.title = new Date(one.dateTime).toLocaleString();
  const links = new Map($$("#rail a").map((a) => [a.hash.slice(1), a]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.target.inView = entry.isIntersecting;
    const first = $$("main > section").find((section) => section.inView);
    for (const [id, link] of links) id === first?.id ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current");
  }, { rootMargin: "-110px 0px -50% 0px" });
  $$("main > section").forEach((section) => seen.observe(section));
}

async function start() {
  document.documentElement.classList.add("scripted");
  startPage();
  try {
    if (typeof DecompressionStream === "undefined") throw new Error("no DecompressionStream");
    await openFindings();
    startTable();
    redraw();
  } catch (error) {
    // The plain rows stay; their first line names the remedy.
    F = null;
    $("#explorer").hidden = true;
    for (const one of $$("a.js[href^='#findings?']")) one.remove();
  }
  goTo(location.hash, true);
  document.documentElement.dataset.ready = F ? "findings" : "plain";
}
start();
