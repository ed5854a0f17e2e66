"use strict";
// The report's script: search, table, evidence and keys over the findings that the file carries. It makes elements and text nodes only;
// no text of the input is ever read as markup. This part: small helpers, and the columns as report/columns.h packs them.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// What would act on the text around it is shown by its number, as the rest of the page does.
const shown = (text) => String(text).replace(ACTS, (c) => "[U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");
const thousands = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const count = (n, one, many = one + "s") => thousands(n) + " " + (n === 1 ? one : many);

// el("td", {class: "n", onclick: f}, "text", child): strings become text nodes.
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child != null) made.append(child instanceof Node ? child : shown(child));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";
function icon(id) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i i-" + id);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", "#i-" + id);
  svg.append(use);
  return svg;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const day = (rfc3339) => (rfc3339 ? Number(rfc3339.slice(8, 10)) + " " + MONTHS[Number(rfc3339.slice(5, 7)) - 1] + " " + rfc3339.slice(0, 4) : "–");
function time(rfc3339) {
  if (!rfc3339) return document.createTextNode("time not known");
  return el("time", { datetime: rfc3339, title: new Date(rfc3339).toLocaleString() }, day(rfc3339) + ", " + rfc3339.slice(11, 16) + " UTC");
}

const STATUS = ["fail", "unknown", "excepted"];
const SEVERITY = ["informational", "low", "medium", "high", "critical"];

// SHA-256 over bytes, for the ids of findings: crypto.subtle is not there for every page opened from a file.
const sha256 = (() => {
  const primes = [], constant = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const K = primes.map((p) => constant(Math.cbrt(p))), H = primes.slice(0, 8).map((p) => constant(Math.sqrt(p)));
  const w = new Int32Array(64);
  return (bytes) => {
    const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
    padded.set(bytes);
    padded[bytes.length] = 128;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, bytes.length * 8);
    const h = H.slice();
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = (w[i - 16] + w[i - 7] + (((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)) + (((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10))) | 0;
      }
      let [a, b, c, d, e, f, g, x] = h;
      for (let i = 0; i < 64; i++) {
        const one = (x + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const two = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        x = g, g = f, f = e, e = (d + one) | 0, d = c, c = b, b = a, a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, x].forEach((value, i) => (h[i] = (h[i] + value) | 0));
    }
    const out = new DataView(new ArrayBuffer(32));
    h.forEach((value, i) => out.setInt32(4 * i, value));
    return new Uint8Array(out.buffer);
  };
})();

function base32(bytes) {
  let out = "", bits = 0, value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += "abcdefghijklmnopqrstuvwxyz234567"[(value >>> (bits - 5)) & 31];
    value &= 255;
  }
  return bits ? out + "abcdefghijklmnopqrstuvwxyz234567"[(value << (5 - bits)) & 31] : out;
}

// The findings: columns of integers, dictionaries of words, and what the head says of controls and practices.
let F = null;

async function openFindings() {
  const packed = atob($("#data").textContent), bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  const buffer = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const columns = {};
  for (const [name, [width, offset, values]] of Object.entries(head.columns))
    columns[name] = new (width === 1 ? Uint8Array : width === 2 ? Uint16Array : Uint32Array)(buffer, 4 + length + offset, values);
  const sums = (values) => {
    const out = new Uint32Array(values.length + 1);
    for (let i = 0; i < values.length; i++) out[i + 1] = out[i] + values[i];
    return out;
  };
  F = { ...head, c: columns, firstProof: sums(columns.proofs), firstNumber: sums(columns.ev_numbers) };
  F.practiceOf = Object.fromEntries(F.practices.map((p) => [p.slug, p]));
  F.controlIndex = new Map(F.controls.map((c, i) => [c.id, i]));
  $("#data").remove();
}

const controlOf = (i) => F.controls[F.c.control[i]];
const uidOf = (i) => F.words.uid[F.c.resource[i]];
const accountOf = (i) => F.words.account[F.c.res_account[F.c.resource[i]]];
const regionOf = (i) => F.words.region[F.c.res_region[F.c.resource[i]]];
const typeOf = (i) => F.words.type[F.c.res_type[F.c.resource[i]]];
// What is left of a uid when type, account and Region stand beside it.
function nameOf(i) {
  const uid = uidOf(i), type = typeOf(i), at = uid.indexOf("/" + type + "/");
  if (at >= 0) return uid.slice(at + type.length + 2);
  const parts = uid.split(":");
  return uid.startsWith("arn:") && parts.length > 5 ? parts.slice(5).join(":") : uid;
}

const utf8 = new TextEncoder();
const idOf = (i) => base32(sha256(utf8.encode(controlOf(i).id + "\0" + uidOf(i))).subarray(0, 16));
function rowOf(id) {
  const digit = (c) => "abcdefghijklmnopqrstuvwxyz234567".indexOf(c);
  const first = ((digit(id[0]) << 3) | (digit(id[1]) >> 2)) & 255;
  for (let i = 0; i < F.rows; i++) if (F.c.id8[i] === first && idOf(i) === id) return i;
  return -1;
}

function proofsOf(i) {
  const out = [], c = F.c, w = F.words;
  for (let e = F.firstProof[i]; e < F.firstProof[i + 1]; e++) {
    let number = F.firstNumber[e];
    out.push({
      resource: c.ev_other[e] ? w.other[c.ev_other[e] - 1] : uidOf(i),
      source: w.source[c.ev_source[e]], time: w.time[c.ev_time[e]], basis: w.basis[c.ev_basis[e]],
      path: w.path[c.ev_path[e]].replace(/\[#/g, () => "[" + c.path_numbers[number++]),
      value: w.value[c.ev_value[e]], readAs: w.value[c.ev_read_as[e]], expected: w.expected[c.ev_expected[e]],
      line: c.ev_line[e], column: c.ev_column[e], unread: w.unread[c.ev_unread[e]].split("\n").filter(Boolean),
    });
  }
  return out;
}

// What other tools said of the resource; their table is in the order of resources and no longer than what was imported.
function othersOf(i) {
  const out = [], c = F.c, said = (column, n) => F.words.said[c[column][n]];
  for (let n = 0; n < c.imp_resource.length; n++)
    if (c.imp_resource[n] === c.resource[i])
      out.push({ tool: said("imp_tool", n), check: said("imp_check", n), status: said("imp_status", n), severity: said("imp_severity", n), title: said("imp_title", n), time: F.words.time[c.imp_time[n]] });
  return out;
}

let toastTimer = 0;
function toast(text) {
  $(".toast")?.remove();
  document.body.append(el("div", { class: "toast", role: "status" }, text));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $(".toast")?.remove(), 2500);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { "aria-hidden": "true", class: "vh" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("Copied");
}

// Cells that a spreadsheet would run are led by an apostrophe; all are quoted.
const cell = (text) => '"' + (/^[=+\-@\t\r]/.test(text) ? "'" : "") + String(text).replace(/"/g, '""') + '"';
function download(name, rows) {
  const url = URL.createObjectURL(new Blob(["\ufeff" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n"], { type: "text/csv" }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
