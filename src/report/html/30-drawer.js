// The drawer of evidence: one finding, and every fact under its verdict.

const OTHERS = 8;  // findings of other tools shown with a finding
let drawerRow = -1, drawerFrom = null;

function linkOf(i) {
  const query = queryOf(state);
  return "#finding=" + idOf(i) + (query ? "?" + query : "");
}

function openDrawer(i, push) {
  if (push) history.pushState(null, "", linkOf(i));
  const first = !$("#drawer");
  if (first) drawerFrom = document.activeElement;
  drawerRow = i;
  $("#drawer")?.remove();
  document.body.append(drawerOf(i));
  $("#drawer").focus();
}

function closeDrawer(push = true) {
  const drawer = $("#drawer");
  if (!drawer) return false;
  drawer.remove();
  drawerRow = -1;
  if (push) {
    const query = queryOf(state);
    history.pushState(null, "", "#findings" + (query ? "?" + query : ""));
    const row = $(`#grid tr[data-v="${current}"] button`);
    (row || drawerFrom)?.focus?.({ preventScroll: true });
  }
  return true;
}

// The finding behind the one shown, in the order of the table.
function stepDrawer(by) {
  let v = current;
  do v += by;
  while (v >= 0 && v < view.length && view[v] < 0);
  if (v < 0 || v >= view.length) return;
  moveTo(v, false);
  history.replaceState(null, "", linkOf(view[v]));
  openDrawer(view[v], false);
}

function factOf(proof, i) {
  const box = el("div", { class: "fact" });
  if (proof.resource !== uidOf(i)) box.append(el("p", { class: "src" }, "about ", el("code", {}, proof.resource)));
  box.append(el("code", {}, (proof.path || "the reply") + (proof.value ? " = " + proof.value : " is not there")));
  if (proof.readAs) box.append(el("p", { class: "exp" }, "read as ", el("code", {}, proof.readAs)));
  if (proof.expected) box.append(el("p", { class: "exp" }, "expected ", el("code", {}, proof.expected)));
  const basis = { file: " (the file's time)", stated: " (a date the reply mentions)" }[proof.basis] || "";
  box.append(el("p", { class: "src" }, "from ", el("code", {}, proof.source + (proof.line ? ":" + proof.line + ":" + proof.column : "")), " · ", time(proof.time), basis));
  if (proof.unread.length) box.append(el("p", { class: "src" }, "not read, so it did not soften the verdict: " + proof.unread.join(", ")));
  return box;
}

function exceptionOf(i) {
  const glob = (pattern) => new RegExp("^" + pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".") + "$", "s");
  return F.exceptions.find((e) => e.control === controlOf(i).id && glob(e.resource).test(uidOf(i)));
}

function drawerOf(i) {
  const control = controlOf(i), status = STATUS[F.c.status[i]], account = accountOf(i), id = idOf(i), proofs = proofsOf(i), all = F.c.proofs_all[i];
  const practice = F.practiceOf[control.practice];
  const drawer = el("aside", { class: "drawer", id: "drawer", "aria-label": "Evidence of " + control.id, tabindex: -1 });
  drawer.append(
    el("header", {}, el("span", { class: "v" }, icon(status), el("b", {}, status)), el("span", { class: "v" }, icon("s" + control.severity), SEVERITY[control.severity]), el("span", { class: "sp" }),
      el("button", { type: "button", id: "copy-link", onclick: () => copy(location.href.split("#")[0] + linkOf(i)) }, "copy link"), el("button", { type: "button", onclick: () => copy("reeve explain " + id) }, "copy as command"),
      el("button", { type: "button", id: "close-drawer", "aria-label": "Close", onclick: () => closeDrawer() }, "✕")),
    el("h2", {}, control.title),
    el("p", { class: "meta" }, el("code", {}, control.id), " · " + (practice ? practice.number + " · " : "") + "level " + control.level + " · " + control.owner),
    el("dl", { class: "kv" },
      el("dt", {}, "Resource"), el("dd", {}, el("code", {}, uidOf(i))),
      el("dt", {}, "Account"), el("dd", {}, (account || "none") + (F.accounts[account] ? " (" + F.accounts[account] + ")" : "") + " · " + (regionOf(i) || "global") + " · " + typeOf(i)),
      el("dt", {}, "Reason"), el("dd", {}, F.words.reason[F.c.reason[i]]),
      el("dt", {}, "Open since"), el("dd", {}, time(F.words.time[F.c.first_seen[i]]), F.c.openings[i] > 1 ? " · opened " + F.c.openings[i] + " times" : "", F.c.old[i] ? " · not judged again by this run" : "")));
  const exception = status === "excepted" ? exceptionOf(i) : null;
  if (exception)
    drawer.append(el("h3", {}, "Excepted"), el("p", {}, exception.reason), el("p", { class: "meta" }, "accepted by " + exception.owner + ", approved by " + exception.approver + ", until " + day(exception.expires)));
  drawer.append(el("h3", {}, "Why it matters"), el("p", {}, control.why), el("h3", {}, "Fix · " + control.effort), el("p", {}, control.fix));
  drawer.append(el("h3", {}, proofs.length === 1 ? "The fact" : "The facts"));
  for (const proof of proofs) drawer.append(factOf(proof, i));
  if (all > proofs.length) drawer.append(el("p", { class: "meta" }, count(all - proofs.length, "more fact") + ": reeve explain " + id));
  if (!all) drawer.append(el("p", { class: "meta" }, "No fact was read: " + F.words.reason[F.c.reason[i]]));
  const others = othersOf(i);
  if (others.length) {
    drawer.append(el("h3", {}, "Other tools say"), el("p", { class: "meta" }, "in their words about this resource, and in no count of Reeve's"));
    for (const one of others.slice(0, OTHERS)) {
      drawer.append(el("div", { class: "fact other" }, el("b", {}, one.tool), ": " + one.status + (one.severity ? ", " + one.severity : "") + " ", el("code", {}, one.check),
        one.title ? el("p", { class: "exp" }, one.title) : null, el("p", { class: "src" }, time(one.time))));
    }
    if (others.length > OTHERS) drawer.append(el("p", { class: "meta" }, count(others.length - OTHERS, "more finding") + ": reeve explain " + uidOf(i)));
  }
  drawer.append(el("h3", {}, "Rule"), el("details", {}, el("summary", {}, control.file), el("pre", { tabindex: 0 }, control.rule)));
  const beside = F.controls.filter((other) => other.objective === control.objective && other !== control);
  drawer.append(el("h3", {}, "Layers of " + control.objective));
  const layers = el("dl", { class: "kv" });
  for (const [layer, word] of [["preventive", "prevent"], ["detective", "detect"], ["responsive", "respond"]]) {
    const here = beside.filter((other) => other.layer === layer), self = control.layer === layer;
    layers.append(el("dt", {}, icon(word), " " + word), el("dd", {}, self ? "this control" + (here.length ? ", " : "") : here.length ? "" : "–", here.slice(0, 6).flatMap((other, n) => [n ? ", " : "", el("a", { href: "#control=" + other.id }, other.id), " (" + other.status + ")"]), here.length > 6 ? " and " + (here.length - 6) + " more" : ""));
  }
  drawer.append(layers);
  if (control.also.length) drawer.append(el("p", { class: "meta" }, "also there: " + control.also.join(", ")));
  // By framework, its requirements behind it.
  const used = new Map();
  for (const id of control.frameworks) {
    const space = id.indexOf(" "), name = space < 0 ? id : id.slice(0, space);
    used.set(name, [...(used.get(name) ?? []), ...(space < 0 ? [] : [id.slice(space + 1)])]);
  }
  if (control.attack.length) used.set("ATT&CK", control.attack);
  if (used.size) drawer.append(el("h3", {}, "Used by"), el("dl", { class: "kv used" }, [...used].flatMap(([name, ids]) => [el("dt", {}, name), el("dd", {}, ids.join(", ") || "–")])));
  drawer.append(el("p", { class: "meta" }, "id ", el("code", {}, id)));
  return drawer;
}
