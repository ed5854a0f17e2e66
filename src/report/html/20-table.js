// The table of findings: filters, groups, order, columns, and sixty rows in the page whatever the number of findings.

const START = { q: "", group: "control", sort: "-severity", status: ["fail", "unknown"] };
const ROW = 28, MOST = 60, PAGE = 100;
let state = null;        // {q, group, sort, open: Set, cols: [], page, one array of names for each facet that is set}
let hits = [];           // findings that the filter leaves, in order
let groups = [];         // {label, rows, fail, unknown, excepted, worst}
let view = [];           // what the table shows: a finding, or -1 - group
let current = 0;         // the row that the keys move
let drawn = [0, 0];

// A facet: name of its value in a finding, by number. `codes` are made when first asked for.
const FACETS = {
  status: { label: "status", names: () => STATUS, code: (i) => F.c.status[i] },
  severity: { label: "severity", names: () => SEVERITY, code: (i) => controlOf(i).severity },
  practice: { label: "practice", names: () => F.practices.map((p) => p.slug), code: (i) => F.practices.indexOf(F.practiceOf[controlOf(i).practice]), show: (name) => F.practiceOf[name].number + " " + F.practiceOf[name].title },
  account: { label: "account", names: () => F.words.account, code: (i) => F.c.res_account[F.c.resource[i]], show: (name) => (name || "no account") + (F.accounts[name] ? " " + F.accounts[name] : "") },
  region: { label: "Region", names: () => F.words.region, code: (i) => F.c.res_region[F.c.resource[i]], show: (name) => name || "global" },
  type: { label: "type", names: () => F.words.type, code: (i) => F.c.res_type[F.c.resource[i]] },
  owner: { label: "owner", names: () => F.owners, code: (i) => F.ownerOf[F.c.control[i]] },
  framework: { label: "framework", names: () => F.frameworkNames, some: (i) => F.frameworksOf[F.c.control[i]] },
  objective: { label: "objective", names: () => F.objectiveNames, code: (i) => F.objectiveOf[F.c.control[i]] },
  control: { label: "control", names: () => F.controls.map((c) => c.id), code: (i) => F.c.control[i] },
  change: { label: "new or changed", names: () => ["new", "reopened", "not judged again", "older"], code: (i) => (F.c.old[i] ? 2 : F.c.openings[i] > 1 ? 1 : F.words.time[F.c.first_seen[i]] === F.as_of ? 0 : 3) },
};
const GROUPS = {
  control: { label: "control", code: (i) => F.c.control[i], name: (code) => F.controls[code].title },
  resource: { label: "resource", code: (i) => F.c.resource[i], name: (code) => F.words.uid[code] },
  account: { label: "account", code: (i) => F.c.res_account[F.c.resource[i]], name: (code) => FACETS.account.show(F.words.account[code]) },
  owner: { label: "owner", code: (i) => F.ownerOf[F.c.control[i]], name: (code) => F.owners[code] },
  practice: { label: "practice", code: FACETS.practice.code, name: (code) => FACETS.practice.show(F.practices[code].slug) },
  none: { label: "nothing" },
};

// The place of each word when words are sorted, so that rows are ordered by numbers.
const ranks = new Map();
function rank(words) {
  if (!ranks.has(words)) {
    const order = words.map((_, i) => i).sort((a, b) => (words[a] < words[b] ? -1 : 1));
    const out = new Uint32Array(words.length);
    order.forEach((word, place) => (out[word] = place));
    ranks.set(words, out);
  }
  return ranks.get(words);
}

const COLUMNS = {
  status: { label: "Verdict", width: 118, text: (i) => STATUS[F.c.status[i]], cell: (i) => el("span", { class: "v" }, icon(STATUS[F.c.status[i]]), STATUS[F.c.status[i]]), key: (i) => F.c.status[i] },
  severity: { label: "Severity", width: 104, text: (i) => SEVERITY[controlOf(i).severity], cell: (i) => el("span", { class: "v" }, icon("s" + controlOf(i).severity), SEVERITY[controlOf(i).severity]), key: (i) => controlOf(i).severity },
  control: { label: "Control", width: 200, text: (i) => controlOf(i).id, key: (i) => F.c.control[i] },
  practice: { label: "Practice", width: 66, text: (i) => F.practiceOf[controlOf(i).practice]?.number ?? "", key: FACETS.practice.code },
  account: { label: "Account", width: 120, text: (i) => accountOf(i) || "–", key: (i) => rank(F.words.account)[F.c.res_account[F.c.resource[i]]] },
  region: { label: "Region", width: 92, text: (i) => regionOf(i) || "global", key: (i) => rank(F.words.region)[F.c.res_region[F.c.resource[i]]] },
  type: { label: "Type", width: 170, text: typeOf, key: (i) => rank(F.words.type)[F.c.res_type[F.c.resource[i]]] },
  resource: { label: "Resource", width: 0, text: uidOf, cell: (i) => el("code", { title: shown(uidOf(i)) }, nameOf(i)), key: (i) => rank(F.words.uid)[F.c.resource[i]] },
  reason: { label: "Reason", width: 0, text: (i) => F.words.reason[F.c.reason[i]], key: (i) => rank(F.words.reason)[F.c.reason[i]] },
  owner: { label: "Owner", width: 110, text: (i) => controlOf(i).owner, key: (i) => F.ownerOf[F.c.control[i]] },
  seen: { label: "Open since", width: 94, text: (i) => F.words.time[F.c.first_seen[i]].slice(0, 10), key: (i) => rank(F.words.time)[F.c.first_seen[i]] },
};
const SHOWN = { true: ["status", "account", "region", "resource", "reason", "seen"], false: ["status", "severity", "control", "account", "region", "resource", "reason", "seen"] };
const columnsNow = () => state.cols || SHOWN[state.group === "control"];

function prepare() {
  F.owners = [...new Set(F.controls.map((c) => c.owner))].sort();
  F.ownerOf = F.controls.map((c) => F.owners.indexOf(c.owner));
  F.objectiveNames = [...new Set(F.controls.map((c) => c.objective))].sort();
  F.objectiveOf = F.controls.map((c) => F.objectiveNames.indexOf(c.objective));
  F.frameworkNames = [...new Set(F.controls.flatMap((c) => c.frameworks.map((f) => f.split(" ")[0])))].sort();
  F.frameworksOf = F.controls.map((c) => [...new Set(c.frameworks.map((f) => F.frameworkNames.indexOf(f.split(" ")[0])))]);
}

// --- The filter

const activeFacets = (but) => Object.keys(FACETS).filter((key) => key !== but && state[key]?.length);

// What holds a word, by resource, reason and control. A longer word is looked for only where its beginning was found.
const masks = new Map();
function masksOf(word) {
  if (masks.has(word)) return masks.get(word);
  F.lower ||= { account: F.words.account.map((a) => (a + " " + (F.accounts[a] || "")).toLowerCase()), uid: F.words.uid.map((s) => s.toLowerCase()), reason: F.words.reason.map((s) => s.toLowerCase()),
    control: F.controls.map((c) => (c.id + " " + c.title).toLowerCase()) };
  const shorter = masks.get(word.slice(0, -1)), out = {};
  for (const key in F.lower) {
    const texts = F.lower[key], before = shorter?.[key], mask = (out[key] = new Uint8Array(texts.length));
    for (let t = 0; t < texts.length; t++) if (!before || before[t]) mask[t] = +texts[t].includes(word);
  }
  if (masks.size > 40) masks.clear();
  masks.set(word, out);
  return out;
}

// The findings that the search names, one byte each, or null when it asks nothing.
const searched = { q: "", mask: null };
function searchMask() {
  if (searched.q === state.q) return searched.mask;
  const wanted = state.q.toLowerCase().split(/\s+/).filter(Boolean), c = F.c;
  let mask = null;
  for (const word of wanted) {
    const m = masksOf(word), now = new Uint8Array(F.rows);
    for (let i = 0; i < F.rows; i++) {
      const r = c.resource[i];
      now[i] = (mask ? mask[i] : 1) & (m.uid[r] | m.reason[c.reason[i]] | m.control[c.control[i]] | m.account[c.res_account[r]]);
    }
    mask = now;
  }
  searched.q = state.q, searched.mask = mask;
  return mask;
}

// The findings that a facet's chosen names leave, one byte each; kept until another choice, since a key pressed in the search changes none.
const facetMasks = new Map();
function facetMask(key) {
  const chosen = state[key].join("\n"), known = facetMasks.get(key);
  if (known?.chosen === chosen) return known.mask;
  const facet = FACETS[key], yes = Uint8Array.from(facet.names(), (name) => state[key].includes(name)), mask = new Uint8Array(F.rows);
  for (let i = 0; i < F.rows; i++) mask[i] = facet.some ? +facet.some(i).some((code) => yes[code]) : yes[facet.code(i)];
  facetMasks.set(key, { chosen, mask });
  return mask;
}

// What search and facets leave together, or null when they ask nothing; `but` names a facet that does not count.
function filterMask(but) {
  let mask = searchMask();
  for (const key of activeFacets(but)) {
    const more = facetMask(key);
    if (!mask) {
      mask = more;
      continue;
    }
    const both = new Uint8Array(F.rows);
    for (let i = 0; i < F.rows; i++) both[i] = mask[i] & more[i];
    mask = both;
  }
  return mask;
}

// Calls each(i) for every finding that the filter leaves.
function sift(but, each) {
  const mask = filterMask(but);
  for (let i = 0; i < F.rows; i++) if (!mask || mask[i]) each(i);
}

// All findings in the order of a column. A filter leaves the order as it is, so it is made once for each column asked for.
const orders = new Map();
function ordered() {
  if (orders.has(state.sort)) return orders.get(state.sort);
  const down = state.sort[0] === "-", key = (COLUMNS[state.sort.replace("-", "")] || COLUMNS.severity).key;
  const keys = new Float64Array(F.rows);
  let most = 0;
  for (let i = 0; i < F.rows; i++) if ((keys[i] = key(i)) > most) most = keys[i];
  for (let i = 0; i < F.rows; i++) keys[i] = (down ? most - keys[i] : keys[i]) * F.rows + i;
  keys.sort();
  const out = Uint32Array.from(keys, (value) => value % F.rows);
  orders.set(state.sort, out);
  return out;
}

const blocks = (group) => (state.group === "control" && F.controls[group.code].blocks) || Infinity;

function build() {
  const order = ordered(), mask = filterMask(null), left = new Uint32Array(F.rows);
  let n = 0;
  for (let k = 0; k < F.rows; k++) if (!mask || mask[order[k]]) left[n++] = order[k];
  hits = left.subarray(0, n);
  groups = [];
  view = hits;
  if (state.group !== "none") {
    // Counted first, so that each group's rows are a piece of one array.
    const by = GROUPS[state.group], found = [], counts = [];
    for (let k = 0; k < n; k++) {
      const i = hits[k], code = by.code(i), status = F.c.status[i], severity = controlOf(i).severity;
      let group = found[code];
      if (!group) {
        found[code] = group = { code, key: String(code), label: by.name(code), rows: null, fail: 0, unknown: 0, excepted: 0, worst: 0, at: groups.length, n: 0, by: [0, 0, 0] };
        groups.push(group);
      }
      group.n++;
      group.by[status]++;
      if (severity > group.worst) group.worst = severity;
    }
    const rows = new Uint32Array(n);
    let from = 0;
    for (const group of groups) {
      STATUS.forEach((name, status) => (group[name] = group.by[status] || 0));
      group.rows = rows.subarray(from, (from += group.n));
      group.n = 0;
    }
    for (let k = 0; k < n; k++) {
      const group = found[by.code(hits[k])];
      group.rows[group.n++] = hits[k];
    }
    // By severity what blocks the next level comes first, then the groups with most fails; by anything else they stand where their first row does.
    if (state.sort === "-severity") groups.sort((a, b) => b.worst - a.worst || (blocks(a) === blocks(b) ? 0 : blocks(a) - blocks(b)) || b.fail - a.fail || b.unknown - a.unknown || a.at - b.at);
    if (groups.length === 1) state.open.add(groups[0].key);
    view = [];
    groups.forEach((group, g) => {
      view.push(-1 - g);
      if (state.open.has(group.key)) for (const i of group.rows) view.push(i);
    });
  }
  if (current >= view.length) current = Math.max(0, view.length - 1);
  if (!groups.length) return;
  hits = new Uint32Array(n);
  let to = 0;
  for (const group of groups) hits.set(group.rows, to), (to += group.n);
}

// --- State in the address

function queryOf(from) {
  const parts = [];
  for (const key of Object.keys(FACETS)) {
    const chosen = from[key] || [];
    if (key === "status" && chosen.join() === START.status.join()) continue;
    if (chosen.length || key === "status") parts.push(key + "=" + chosen.map(encodeURIComponent).join(","));
  }
  if (from.q) parts.push("q=" + encodeURIComponent(from.q));
  if (from.group !== START.group) parts.push("group=" + from.group);
  if (from.sort !== START.sort) parts.push("sort=" + from.sort);
  if (from.cols) parts.push("cols=" + from.cols.join(","));
  if (from.page) parts.push("page=" + from.page);
  return parts.join("&");
}

function stateFrom(query) {
  const out = { q: "", group: START.group, sort: START.sort, open: new Set(), cols: null, page: 0, status: START.status };
  for (const part of query.split("&").filter(Boolean)) {
    const at = part.indexOf("="), key = part.slice(0, at), value = part.slice(at + 1);
    const words = value.split(",").filter(Boolean).map((word) => { try { return decodeURIComponent(word); } catch { return word; } });
    if (key === "q") out.q = words.join(",");
    else if (key === "group" && GROUPS[value]) out.group = value;
    else if (key === "sort" && COLUMNS[value.replace("-", "")]) out.sort = value;
    else if (key === "cols") out.cols = words.filter((word) => COLUMNS[word]);
    else if (key === "page") out.page = Math.max(0, parseInt(value, 10) || 0);
    else if (FACETS[key]) out[key] = words;
  }
  return out;
}

// What the user changed: one step of Back.
function change(what, replace) {
  Object.assign(state, what);
  if (!("page" in what) && state.page) state.page = 1;
  const query = queryOf(state);
  history[replace ? "replaceState" : "pushState"](null, "", "#findings" + (query ? "?" + query : ""));
  closeDrawer(false);
  redraw();
}

// --- Drawing

function redraw() {
  build();
  current = 0;
  drawn = [-1, -1];
  const grid = $("#grid");
  grid.scrollTop = 0;
  drawToolbar();
  drawHead();
  drawRows();
}

let typing = 0;
function drawToolbar() {
  const bar = $("#toolbar"), facets = Object.keys(FACETS).filter((key) => (key === "change" ? F.words.time.length > 2 || F.c.old.includes(1) : key !== "framework" || F.frameworkNames.length));
  const menus = facets.map((key) => {
    const chosen = state[key] || [], facet = FACETS[key];
    const names = chosen.map((name) => (facet.show ? facet.show(name) : name));
    return el("button", { type: "button", class: chosen.length ? "on" : null, "aria-expanded": "false", "aria-haspopup": "true", "data-facet": key, onclick: (event) => openMenu(event.currentTarget, key) },
      facet.label + (chosen.length ? ": " + (names.length > 2 ? names.length + " chosen" : names.join(", ")) : "") + " ▾");
  });
  const search = $("#search") || el("input", { type: "search", id: "search", placeholder: "Search…  /", "aria-label": "Search findings", autocomplete: "off", spellcheck: "false",
    oninput: (event) => {
      const fresh = Date.now() - typing > 1500;
      typing = Date.now();
      change({ q: event.target.value }, !fresh);
    } });
  if (document.activeElement !== search) search.value = state.q;
  const group = el("button", { type: "button", "aria-expanded": "false", "aria-haspopup": "true", "data-facet": "group", onclick: (event) => openMenu(event.currentTarget, "group") }, "grouped by " + GROUPS[state.group].label + " ▾");
  const columns = el("button", { type: "button", "aria-expanded": "false", "aria-haspopup": "true", "data-facet": "cols", onclick: (event) => openMenu(event.currentTarget, "cols") }, "columns ▾");
  const clear = queryOf({ ...state, page: 0 }) ? el("button", { type: "button", onclick: () => change({ ...stateFrom(""), ...Object.fromEntries(Object.keys(FACETS).filter((k) => k !== "status").map((k) => [k, null])) }) }, "clear") : null;
  const focused = document.activeElement?.dataset?.facet;
  const keep = [search, ...menus, group, columns, el("button", { type: "button", id: "csv", onclick: exportRows }, "CSV"), el("button", { type: "button", onclick: () => copy(location.href) }, "copy link"), clear];
  // The search field stays in place, else the cursor in it would be lost.
  $$(":scope > *", bar).forEach((child) => child !== search && child.remove());
  if (!search.isConnected) bar.append(search);
  bar.append(...keep.slice(1).filter(Boolean));
  let excepted = 0;
  sift("status", (i) => (excepted += F.c.status[i] === 2));
  bar.append(el("span", { class: "say" }, thousands(hits.length) + " of " + count(F.rows, "finding") + (excepted ? " · " + thousands(excepted) + " excepted" + (state.status.length && !state.status.includes("excepted") ? ", not shown" : "") : "")));
  if (focused) $(`[data-facet="${focused}"]`, bar)?.focus();
}

function closeMenu(focus) {
  const menu = $("#menu");
  if (!menu) return false;
  const button = $(`[data-facet="${menu.dataset.of}"]`, $("#toolbar"));
  menu.remove();
  button?.setAttribute("aria-expanded", "false");
  if (focus) button?.focus();
  return true;
}

function openMenu(button, key) {
  const again = $("#menu")?.dataset.of === key;
  closeMenu(false);
  if (again) return;
  const items = [];
  const choice = (label, checked, n, pick, kind = "checkbox") => items.push(el("label", {}, el("input", { type: kind, name: "menu-" + key, checked, onchange: pick }), el("span", {}, label), n == null ? null : el("span", { class: "n" }, thousands(n))));
  if (key === "group") {
    for (const [name, by] of Object.entries(GROUPS)) choice(by.label, state.group === name, null, () => change({ group: name, open: new Set(), cols: null }), "radio");
  } else if (key === "cols") {
    const now = columnsNow();
    for (const [name, column] of Object.entries(COLUMNS))
      choice(column.label, now.includes(name), null, () => change({ cols: Object.keys(COLUMNS).filter((k) => (k === name ? !now.includes(k) : now.includes(k))) }));
  } else {
    const facet = FACETS[key], names = facet.names(), counts = new Uint32Array(names.length);
    sift(key, (i) => (facet.some ? facet.some(i).forEach((code) => counts[code]++) : counts[facet.code(i)]++));
    const chosen = state[key] || [];
    let all = names.map((name, code) => [name, counts[code]]).filter(([name, n]) => n || chosen.includes(name));
    if (key === "severity") all.reverse();
    else if (key !== "status" && key !== "practice") all.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const more = all.length - 200;
    for (const [name, n] of all.slice(0, 200)) choice(facet.show ? facet.show(name) : name, chosen.includes(name), n, (event) => change({ [key]: event.target.checked ? [...chosen, name] : chosen.filter((c) => c !== name) }));
    if (more > 0) items.push(el("p", {}, thousands(more) + " more: search for them"));
    if (!all.length) items.push(el("p", {}, "No rows match."));
  }
  const menu = el("div", { class: "menu", id: "menu", "data-of": key, role: "group", "aria-label": button.textContent.replace(" ▾", "") }, items);
  menu.style.left = Math.max(0, Math.min(button.offsetLeft, $("#toolbar").clientWidth - 260)) + "px";
  menu.style.top = button.offsetTop + button.offsetHeight + 4 + "px";
  button.setAttribute("aria-expanded", "true");
  button.after(menu);
  menu.addEventListener("change", () => requestAnimationFrame(() => {
    // Choosing redraws the toolbar; the menu of facets stays for the next choice.
    if (key === "group") return $(`[data-facet="group"]`)?.focus();
    const at = $(`[data-facet="${key}"]`), label = document.activeElement === document.body;
    if (at && !$("#menu")) openMenu(at, key), label && $("#menu input")?.focus();
  }));
  $("input", menu)?.focus();
}

function drawHead() {
  const columns = columnsNow(), head = $("#grid thead tr"), group = $("#grid colgroup");
  group.replaceChildren(...columns.map((name) => { const col = el("col"); if (COLUMNS[name].width) col.style.width = COLUMNS[name].width + (name === "status" ? 22 : 0) + "px"; return col; }), Object.assign(el("col"), {}));
  group.lastChild.style.width = "104px";
  head.replaceChildren(...columns.map((name) => {
    const at = state.sort.replace("-", "") === name, down = state.sort[0] === "-";
    return el("th", { scope: "col", "aria-sort": at ? (down ? "descending" : "ascending") : null }, el("button", { type: "button", "data-sort": name, onclick: () => change({ sort: at && !down ? "-" + name : name }) }, COLUMNS[name].label + (at ? (down ? " ▼" : " ▲") : "")));
  }), el("th", { scope: "col" }, el("span", { class: "vh" }, "Evidence")));
}

function rowElement(v, columns) {
  const item = view[v];
  if (item < 0) {
    const group = groups[-1 - item], open = state.open.has(group.key), control = state.group === "control" ? F.controls[group.code] : null;
    const counts = STATUS.filter((s) => group[s]).map((s) => thousands(group[s]) + " " + s).join(", ");
    const text = [open ? "▾ " : "▸ ", icon("s" + group.worst), " " + SEVERITY[group.worst] + " · ", el("b", {}, group.label), control ? " · " + control.id : "", " · " + counts,
      control ? " · " + (F.practiceOf[control.practice]?.number ?? "") + " · " + control.owner + (control.blocks ? " · blocks level " + (F.level + 1) : "") : ""];
    return el("tr", { class: "g" + (v === current ? " on" : ""), "aria-rowindex": v + 2, "data-v": v }, el("td", { colspan: columns.length + 1 }, el("button", { type: "button", "aria-expanded": String(open), tabindex: v === current ? 0 : -1, onclick: () => toggle(v) }, text)));
  }
  return el("tr", { class: "r" + (v === current ? " on" : ""), "aria-rowindex": v + 2, "data-v": v, onclick: (event) => event.target.closest("button") || openRow(v) },
    columns.map((name) => { const column = COLUMNS[name]; return el("td", name === "reason" ? { title: shown(column.text(item)) } : {}, column.cell ? column.cell(item) : column.text(item)); }),
    el("td", {}, el("button", { type: "button", class: "open", tabindex: v === current ? 0 : -1, "aria-label": "Evidence of " + shown(controlOf(item).id + " for " + nameOf(item)), onclick: () => openRow(v) }, "evidence ›")));
}

function pad(height, columns) {
  const td = el("td", { colspan: columns.length + 1 }), tr = el("tr", { class: "pad", "aria-hidden": "true" }, td);
  td.style.height = height + "px";
  return tr;
}

let saying = 0;
function drawRows() {
  const grid = $("#grid"), body = $("#grid tbody"), columns = columnsNow(), paged = state.page > 0;
  let from, to;
  if (paged) {
    state.page = Math.min(state.page, Math.max(1, Math.ceil(view.length / PAGE)));
    from = (state.page - 1) * PAGE, to = Math.min(view.length, from + PAGE);
    grid.style.maxHeight = "none";
  } else {
    grid.style.maxHeight = "";
    const top = Math.floor(grid.scrollTop / ROW), fits = Math.ceil((grid.clientHeight || 640) / ROW);
    from = Math.max(0, Math.min(top - Math.floor((MOST - fits) / 2), view.length - MOST)), to = Math.min(view.length, from + MOST);
  }
  const first = paged ? from : Math.min(view.length, Math.floor(grid.scrollTop / ROW)), last = paged ? to : Math.min(view.length, first + Math.max(1, Math.floor((grid.clientHeight - ROW) / ROW)));
  if (from !== drawn[0] || to !== drawn[1]) {
    drawn = [from, to];
    const held = body.contains(document.activeElement);
    const rows = [];
    if (!paged && from > 0) rows.push(pad(from * ROW, columns));
    for (let v = from; v < to; v++) rows.push(rowElement(v, columns));
    if (!paged && to < view.length) rows.push(pad((view.length - to) * ROW, columns));
    body.replaceChildren(...rows);
    if (!view.length) body.append(el("tr", {}, el("td", { colspan: columns.length + 1 }, "No rows match. Clear a filter or the search.")));
    $("#grid table").setAttribute("aria-rowcount", view.length + 1);
    if (held) focusCurrent();
  }
  const says = $("#rows-say"), text = view.length ? "rows " + thousands(first + 1) + "–" + thousands(last) + " of " + thousands(view.length) : "no rows";
  clearTimeout(saying);
  saying = setTimeout(() => says.textContent !== text && (says.textContent = text), says.textContent ? 250 : 0);
  $("#paging").textContent = paged ? "Scroll instead of pages" : "Pages of " + PAGE;
  $("#prev").hidden = $("#next").hidden = !paged;
  $("#prev").disabled = state.page <= 1;
  $("#next").disabled = to >= view.length;
}

function focusCurrent() {
  $(`#grid tr[data-v="${current}"] button`)?.focus({ preventScroll: true });
}

function moveTo(v, focus = true) {
  if (!view.length) return;
  current = Math.max(0, Math.min(view.length - 1, v));
  const grid = $("#grid");
  if (state.page) {
    const page = Math.floor(current / PAGE) + 1;
    if (page !== state.page) state.page = page;
  } else {
    const top = current * ROW;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + 2 * ROW > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + 2 * ROW - grid.clientHeight;
  }
  drawn = [-1, -1];
  drawRows();
  if (focus) focusCurrent();
}

function toggle(v) {
  const group = groups[-1 - view[v]];
  if (!group) return;
  state.open.has(group.key) ? state.open.delete(group.key) : state.open.add(group.key);
  build();
  moveTo(v);
}

function openRow(v) {
  current = v;
  if (view[v] < 0) return toggle(v);
  drawn = [-1, -1];
  drawRows();
  openDrawer(view[v], true);
}

function exportRows() {
  const columns = columnsNow();
  download("findings.csv", [["id", ...columns.map((name) => COLUMNS[name].label)], ...Array.from(hits, (i) => [idOf(i), ...columns.map((name) => COLUMNS[name].text(i))])]);
}

function startTable() {
  prepare();
  state = stateFrom("");
  const host = $("#explorer");
  host.append(
    el("div", { class: "bar2", id: "toolbar", role: "group", "aria-label": "Filter of the findings" }),
    el("div", { class: "grid", id: "grid", role: "region", "aria-label": "Table of findings", tabindex: 0, onscroll: () => requestAnimationFrame(drawRows) },
      el("table", {}, el("caption", { class: "vh" }, "Findings as filtered"), el("colgroup"), el("thead", {}, el("tr", { "aria-rowindex": 1 })), el("tbody"))),
    el("div", { class: "say2" }, el("span", { id: "rows-say", "aria-live": "polite" }), el("button", { type: "button", id: "paging", onclick: () => change({ page: state.page ? 0 : 1 }) }),
      el("button", { type: "button", id: "prev", onclick: () => change({ page: state.page - 1 }) }, "Previous"), el("button", { type: "button", id: "next", onclick: () => change({ page: state.page + 1 }) }, "Next"),
      el("span", {}, "j k move, Enter opens, ? lists the keys")));
  host.hidden = false;
  $("#plain").remove();
}
