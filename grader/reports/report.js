"use strict";
// Whatever others wrote becomes text nodes here, and never HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const [RISKS, ROWS] = [["timeout", "crashed", "forbidden", "unreadable"], 50];
const STATUS = data.statuses.map(([name, word, sign]) => ({ name, word, sign }));
const ORDER = ["passed", "partial", "failed", ...RISKS, "todo"];
const byId = (id) => document.getElementById(id);
const weekNamed = (name) => data.weeks.find((week) => week.name === name);
const chosenWeeks = () => data.weeks.filter((w) => !byId("week").value || w.name === byId("week").value);

// What moves no cursor and turns no writing direction, as the grader's own tables show it.
const plain = (text) => String(text).replace(/(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/gu, "?");
const percent = (share) => (share === null ? "–" : `${Math.round(100 * share)} %`);
const decimal = (value) => (value === null ? "–" : value.toFixed(2));
const number = (value) => String(Math.round(100 * value) / 100);
const cut = (text, length = 80) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(key, plain(value));
  }
  for (const child of children.flat()) {
    if (child !== null) element.append(child instanceof Node ? child : plain(child));
  }
  return element;
}

const mark = (status) => el("span", { class: `sign ${status.name}`, "aria-hidden": "true" }, status.sign);
// A learner's name can't turn the direction of what stands beside it.
const nameOf = (index) => el("bdi", {}, data.learners[index][0]);
const opener = (index) =>
  el("button", { type: "button", class: "link", "data-learner": index,
    onclick: () => openLearner(index) }, nameOf(index));

/** A table that sorts, searches and shows some rows at a time. */
class Table {
  constructor(host, { caption, columns, rows, className = "", tools = [], search = null, head = null }) {
    Object.assign(this, { columns, rows, className, search, head, caption });
    this.page = 0;
    this.sorting = null;
    this.filter = () => true;
    this.says = el("span", { role: "status" });
    this.body = el("tbody");
    this.table = el("table", { class: className }, el("caption", {}, caption), this.makeHead(), this.body);
    this.pager = el("div", { class: "pager" });
    const searching = search && el("label", {}, "Search",
      el("input", { type: "search", oninput: (event) => {
        this.query = event.target.value.toLowerCase();
        this.again();
      } }));
    host.replaceChildren(
      ...(searching ? [el("div", { class: "tools" }, searching, tools, this.says)] : []),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${caption}` }, this.table),
      this.pager);
    this.query = "";
    this.again();
  }

  makeHead() {
    const row = el("tr");
    this.heads = this.columns.map((column, index) => {
      const label = column.value
        ? el("button", { type: "button", onclick: () => this.sort(index) }, column.title)
        : el("span", {}, column.title);
      const attributes = { scope: "col", class: column.className || null, title: column.full || null };
      return row.appendChild(el("th", attributes, label));
    });
    return el("thead", {}, this.head || [], row);
  }

  sort(index) {
    const isFirst = this.sorting === null || this.sorting.index !== index;
    this.sorting = { index, sign: isFirst ? (this.columns[index].starts || 1) : -this.sorting.sign };
    this.heads.forEach((head, i) => {
      if (i !== index) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", this.sorting.sign > 0 ? "ascending" : "descending");
    });
    this.again();
  }

  again() {
    const { query } = this;
    this.found = this.rows.filter((row) => this.filter(row) && (!query || this.search(row).toLowerCase().includes(query)));
    if (this.sorting !== null) {
      const { index, sign } = this.sorting;
      const { value } = this.columns[index];
      // What has no value comes last, whichever way.
      this.found = this.found.map((row) => [value(row), row]).sort(([a], [b]) =>
        a === null || b === null ? (a === null) - (b === null)
          : sign * (typeof a === "string" ? a.localeCompare(b) : a - b)).map(([, row]) => row);
    }
    this.page = 0;
    this.draw();
  }

  draw(all = false) {
    const pages = Math.max(1, Math.ceil(this.found.length / ROWS));
    const shown = all ? this.found : this.found.slice(this.page * ROWS, (this.page + 1) * ROWS);
    this.body.replaceChildren(...shown.map((row) => el("tr", {}, this.columns.map((column) => column.cell(row)))));
    this.says.textContent = `${this.found.length} of ${this.rows.length}`;
    const turn = (text, by, isPossible) => el("button", { type: "button", disabled: isPossible ? null : "",
      onclick: () => { this.page += by; this.draw(); this.pager.querySelector("button:enabled").focus(); } }, text);
    this.pager.replaceChildren(...(pages === 1 ? [] : [
      turn("Earlier rows", -1, this.page > 0),
      el("span", {}, `Page ${this.page + 1} of ${pages}`),
      turn("Further rows", 1, this.page < pages - 1)]));
  }
}

const cell = (text, className = null) => el("td", { class: className }, text);
const numeric = (title, value, show = String, full = null) => ({
  title, full, value, starts: -1, className: "number", cell: (row) => cell(show(value(row)), "number"),
});

function fileName(place) {
  return `${place}.${/\b(quiz|reading)$/.test(place) ? "toml" : "py"}`;
}

function choice(label, entries, changed, className = null) {
  return el("label", {}, label, el("select", { class: className, onchange: (event) => changed(event.target.value) },
    el("option", { value: "" }, "any"),
    entries.map(([value, text]) => el("option", { value }, text))));
}

function drawSummary() {
  const handed = data.weeks.map((week) => `${week.handed_in} in ${week.name}`).join(", ");
  byId("summary").append(plain(`${count(data.n_learners, "learner")}, ${count(data.n_results, "graded submission")}` +
    `${handed ? `: ${handed}` : ""}.`));
  for (const week of data.weeks) {
    byId("week").append(el("option", { value: week.name }, week.title ? `${week.name}: ${week.title}` : week.name));
  }
  byId("legend").append(...STATUS.map((status) => el("span", {}, mark(status), ` ${status.word}`)));
}

function drawNotices() {
  const notice = (text, lines = [], isBad = false) => byId("notices").append(
    el("div", { class: isBad ? "notice bad" : "notice" }, el("p", {}, text),
      lines.length ? el("ul", {}, lines.map((line) => el("li", {}, line))) : null));
  if (data.not_graded.length) {
    notice("Not graded, and not the learners’ fault. Run the same command again; if it stays, report it:", data.not_graded, true);
  }
  if (data.void.length) {
    notice("Hidden tests that our own solutions fail count for nobody. Report them; when they are mended, run the same command again:",
      data.void.map(([test, says, why]) => `${test}: ${says} (${why})`), true);
  }
  if (!data.is_confined) notice("Some of this was graded without the sandbox: its results are worth no more than the learners’ word.", [], true);
  if (data.conflicts.length) {
    notice("Decided by hand, and something has changed since. The decision counts until you take it back; confirm it, or take it back:",
      data.conflicts, true);
  }
  if (data.left_out.length) notice("Left out of what was handed in; see whether somebody should hand in again:", data.left_out);
  if (data.n_learners < data.small) {
    notice(`With ${count(data.n_learners, "learner")}, separation and agreement mean little: one learner more or less can turn them. ` +
      `From about ${data.small} on they begin to say something.`);
  }
  const n = data.learners.length;
  if (data.n_learners > n) notice(`Only the first ${n} learners are listed. The statistics are of all ${data.n_learners}.`);
  if (n > data.n_detailed) notice(`Of the first ${data.n_detailed} learners there are details. Those of the others are in results/.`);
  if (data.n_without_code) notice(`The code of ${count(data.n_without_code, "learner")} is left out, so that this file stays small.`);
  notice("Who handed in nothing at all is in no result, and not in this report.");
}

function stack(statuses) {
  const total = Object.values(statuses).reduce((a, b) => a + b, 0) || 1;
  const parts = ORDER.map((name) => STATUS.find((status) => status.name === name)).filter((s) => statuses[s.name]);
  const label = parts.map((s) => `${s.word} ${percent(statuses[s.name] / total)}`).join(", ");
  return el("div", { class: "stack", role: "img", "aria-label": label, title: label }, parts.map((s) => {
    const part = el("span", { class: s.name });
    part.style.flexGrow = statuses[s.name];
    return part;
  }));
}

function histogram(bins) {
  const most = Math.max(...bins, 1);
  const name = (i) => (i === bins.length - 1 ? "100 % and more" : `${10 * i} to ${10 * i + 10} %`);
  const label = bins.map((n, i) => [n, i]).filter(([n]) => n).map(([n, i]) => `${name(i)}: ${n}`).join(", ");
  return el("div", { class: "histogram", role: "img", "aria-label": `learners by score: ${label}`, title: label },
    bins.map((n) => {
      const bar = el("span");
      bar.style.height = `${100 * n / most}%`;
      return bar;
    }));
}

function drawWeeks() {
  const columns = [
    { title: "Week", value: (w) => w.name, cell: (w) => el("th", { scope: "row" }, w.name) },
    numeric("Handed in", (w) => w.handed_in),
    numeric("Mean", (w) => w.mean, percent, "mean score"),
    numeric("Median", (w) => w.median, percent, "median score"),
    { title: "Scores, 0 to 100 %", cell: (w) => el("td", {}, histogram(w.histogram)) },
    { title: "Exercises", cell: (w) => el("td", {}, stack(w.statuses)) },
    numeric("Done", (w) => share(w, "passed"), percent),
    numeric("To do", (w) => share(w, "todo"), percent),
  ];
  new Table(byId("weeks"), { caption: "Progress through the weeks", columns, rows: data.weeks });
}

function share(week, status) {
  const total = Object.values(week.statuses).reduce((a, b) => a + b, 0);
  return total ? week.statuses[status] / total : null;
}

function drawNeeds() {
  const weeksOf = (need) => need[2].join(" ");
  const columns = [
    { title: "Learner", value: (need) => data.learners[need[0]][0], cell: (need) => el("th", { scope: "row" }, opener(need[0])) },
    { title: "Why", cell: (need) => el("td", { class: "words" }, need[2].map((reason) => el("div", {}, reason))) },
  ];
  const table = new Table(byId("needs"), { caption: "Learners who need help, the most urgent first", columns, rows: data.needs,
    search: (need) => `${data.learners[need[0]][0]} ${weeksOf(need)}` });
  onWeek(() => {
    const week = byId("week").value;
    table.filter = (need) => !week || need[2].some((reason) => reason.includes(week)) || need[1] === 0;
    table.again();
  });
}

function duration(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.ceil(seconds / 60) % 60];
  return days ? `${count(days, "day")} ${hours} h` : hours ? `${hours} h ${minutes} min` : `${minutes} min`;
}

function drawLate() {
  const weeks = Object.entries(data.deadlines);
  if (!weeks.length) return;
  byId("late-part").hidden = false;
  byId("late-rule").textContent = plain(`Due: ${weeks.map(([week, time]) => `${week} ${time}`).join(", ")}. ${data.rule}`);
  const columns = [
    { title: "Learner", value: (l) => data.learners[l[0]][0], cell: (l) => el("th", { scope: "row" }, opener(l[0])) },
    { title: "Week", value: (l) => l[1], cell: (l) => cell(l[1]) },
    { title: "Handed in", value: (l) => l[2], cell: (l) => cell(l[2]) },
    numeric("Late by", (l) => l[3], duration),
    numeric("Points", (l) => l[4], number),
    numeric("By the rule", (l) => l[5], number),
  ];
  const table = new Table(byId("late"), { caption: "Late work, the latest first", columns, rows: data.late,
    search: (l) => data.learners[l[0]][0] });
  onWeek(() => {
    table.filter = (l) => !byId("week").value || l[1] === byId("week").value;
    table.again();
  });
  if (data.untold.length) {
    byId("untold").append("No time that can be read: ", ...data.untold.flatMap(([learner, week, text], i) => [
      i ? ", " : "", nameOf(learner), plain(` ${week}${text ? ` (${text})` : ""}`)]), ".");
  }
}

const weekListeners = [];
function onWeek(listener) {
  weekListeners.push(listener);
}

const rowOf = (learner, week) => data.learners[learner][1][week];
function totals(learner) {
  let [score, most, done] = [0, 0, 0];
  for (const week of chosenWeeks()) {
    const row = rowOf(learner, week.name);
    if (!row) continue;
    score += row[0];
    most += row[1];
    done += [...row[3]].filter((code) => STATUS[code]?.name === "passed").length;
  }
  return { score, most, done };
}

let heat = null;
const wanted = { status: "", finding: "" };
function drawHeat() {
  const weeks = chosenWeeks();
  const sums = data.learners.map((_, learner) => totals(learner));
  const exercise = (week, index) => {
    const { name } = week.exercises[index];
    return {
      title: name, full: name, className: index ? "exercise" : "exercise first",
      cell: (learner) => {
        const row = rowOf(learner, week.name);
        const status = row && STATUS[row[3][index]];
        const first = index ? "" : " first";
        if (!status) return el("td", { class: `status${first}` });
        return el("td", { class: `status ${status.name}${first}`, title: `${name}: ${status.word}` }, status.sign);
      },
    };
  };
  const columns = [
    { title: "Learner", value: (i) => data.learners[i][0], cell: (i) => el("th", { scope: "row" }, opener(i)) },
    numeric("Points", (i) => sums[i].score, number),
    numeric("of", (i) => sums[i].most, number),
    numeric("Done", (i) => sums[i].done),
    ...weeks.flatMap((week) => week.exercises.map((_, index) => exercise(week, index))),
  ];
  const head = el("tr", {}, el("td", { colspan: 4 }), weeks.map((week) =>
    el("th", { scope: "colgroup", colspan: week.exercises.length, class: "first" }, week.name)));
  const found = data.findings.map((finding, index) => [finding, index])
    .filter(([finding]) => weeks.some((week) => week.name === finding[0]))
    .sort(([a], [b]) => b[3] - a[3]);
  Object.assign(wanted, { status: "", finding: "" });
  const tools = [
    choice("Has", STATUS.map((status, code) => [String(code), status.word]), (value) => {
      wanted.status = value;
      heat.again();
    }, "short"),
    choice("Misconception", found.map(([[, name, sentence, n], index]) => [String(index), `${n} × ${name}: ${cut(sentence)}`]), (value) => {
      wanted.finding = value;
      heat.again();
    }),
  ];
  heat = new Table(byId("heat"), { caption: "Learners and exercises", className: "heat", columns, head, tools,
    rows: data.learners.map((_, learner) => learner), search: (learner) => data.learners[learner][0] });
  heat.filter = (learner) => {
    const rows = weeks.map((week) => rowOf(learner, week.name)).filter(Boolean);
    return (rows.length > 0) && (!wanted.status || rows.some((row) => row[3].includes(wanted.status))) &&
      (!wanted.finding || rows.some((row) => Object.values(row[4]).includes(Number(wanted.finding))));
  };
  heat.again();
}

function drawExercises() {
  byId("alpha").replaceChildren(...chosenWeeks().map((week) => el("p", {}, el("b", {}, week.name), ": " + (
    week.alpha === null ? "too few learners, or all of them alike, to tell its agreement."
      : `agreement ${decimal(week.alpha.value)}` + (week.alpha.low === null ? "" : ` (${decimal(week.alpha.low)} to ${decimal(week.alpha.high)})`) +
        `, from ${week.alpha.n_items} exercises and ${week.alpha.n_learners} learners.`))));
  const rows = chosenWeeks().flatMap((week) => week.exercises.filter((each) => each.judged).map((each) => ({ ...each, week: week.name })));
  const columns = [
    { title: "Exercise", value: (e) => e.name, cell: (e) => el("th", { scope: "row" }, e.name, el("div", { class: "dim small" }, e.title)) },
    { title: "Week", value: (e) => e.week, cell: (e) => cell(e.week) },
    { title: "Module", value: (e) => e.module, cell: (e) => cell(e.module) },
    numeric("Difficulty", (e) => e.difficulty, (d) => (d === null ? "–" : String(d)), "as its author said, from 1 to 5"),
    numeric("Begun", (e) => e.begun),
    numeric("To do", (e) => e.to_do / e.judged, percent),
    numeric("Points", (e) => e.mean, percent),
    numeric("All points", (e) => e.full, percent),
    numeric("Separation", (e) => e.discrimination, decimal),
    numeric("Too slow", (e) => e.too_slow),
    { title: "Remarks", value: (e) => e.remarks.join(", ") || null, cell: (e) => cell(e.remarks.join(", "), "words") },
  ];
  new Table(byId("exercise-table"), { caption: "Exercises", columns, rows, search: (e) => `${e.name} ${e.title} ${e.module} ${e.remarks}` });
}

function drawMisconceptions() {
  const names = new Set(chosenWeeks().map((week) => week.name));
  const rows = data.findings.filter((finding) => names.has(finding[0])).sort((a, b) => b[3] - a[3]);
  const columns = [
    numeric("Learners", (f) => f[3]),
    { title: "Exercise", value: (f) => f[1], cell: (f) => el("th", { scope: "row" }, f[1], el("div", { class: "dim small" }, f[0])) },
    { title: "What a teacher would say", value: (f) => f[2], cell: (f) => el("td", { class: "words" }, f[2]) },
    { title: "Examples", cell: (f) => el("td", {}, f[4].length ? el("details", {},
      el("summary", {}, count(f[4].length, "example")), f[4].map((text) => code(text))) : "") },
  ];
  new Table(byId("misconception-table"), { caption: "Misconceptions, the commonest first", columns, rows, search: (f) => `${f[1]} ${f[2]}` });
}

function drawTests() {
  const rows = chosenWeeks().flatMap((week) => week.tests.map((test) => ({ ...test, week: week.name, of: week.exercises[test.exercise].name })));
  const failing = (t) => (t.judged ? t.failed / t.judged : null);
  rows.sort((a, b) => b.remarks.length - a.remarks.length || failing(b) - failing(a));
  const columns = [
    { title: "Exercise", value: (t) => t.of, cell: (t) => el("th", { scope: "row" }, t.of, el("div", { class: "dim small" }, t.week)) },
    { title: "Requirement", value: (t) => t.says, cell: (t) => el("td", { class: "words" }, t.says, el("div", { class: "dim small" }, el("code", {}, t.name))) },
    numeric("Judged", (t) => t.judged),
    numeric("Fail", failing, percent),
    numeric("Separation", (t) => t.discrimination, decimal),
    { title: "Remarks", value: (t) => t.remarks.join("; ") || null, cell: (t) => el("td", { class: "words" }, t.remarks.join("; ")) },
  ];
  new Table(byId("test-table"), { caption: "Hidden tests, those with remarks first", columns, rows,
    search: (t) => `${t.of} ${t.name} ${t.says} ${t.remarks.join(" ")}` });
}

// Details of a learner, unpacked when they are asked for.
const STRINGS = `"""(?:\\\\[^]|(?!""")[^\\\\])*(?:"""|(?![^]))|'''(?:\\\\[^]|(?!''')[^\\\\])*(?:'''|(?![^]))|` +
  `"(?:\\\\[^]|[^"\\\\\\n])*"?|'(?:\\\\[^]|[^'\\\\\\n])*'?`;
// Brackets in brackets in brackets: a head of several lines that has more keeps its docstring.
const BRACKETS = "\\((?:[^()]|\\((?:[^()]|\\([^()]*\\))*\\))*\\)";
const DOCSTRING = new RegExp(`((?:^|\\n)(?:async\\s+def|def|class)\\s+\\w+\\s*(?:${BRACKETS})?[^:\\n]*:[ \\t]*(?:#[^\\n]*)?\\n)` +
  `\\s+[rR]?(?:"""[^]*?"""|'''[^]*?''')[ \\t]*(?:\\n|(?![^]))`);
const KEYWORDS = "False|None|True|and|as|assert|async|await|break|case|class|continue|def|del|elif|else|except|finally|for|from|" +
  "global|if|import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield";
const TOKENS = new RegExp(`(?<s>${STRINGS})|(?<c>#[^\\n]*)|\\b(?<k>${KEYWORDS})\\b|\\b(?<n>\\d[\\w.]*)|\\w+`, "g");

function code(text) {
  const block = el("pre", { tabindex: "0" });
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (!kind) continue;
    block.append(plain(text.slice(end, match.index)), el("span", { class: kind }, match[0]));
    end = match.index + match[0].length;
  }
  block.append(plain(text.slice(end)));
  return block;
}

/** Return a top-level definition of a module without its docstring, and its first line. */
function definition(text, name) {
  const tokens = new RegExp(`${STRINGS}|#[^\\n]*|[([{]|[)\\]}]|^[^\\s#)\\]}"']`, "gm");
  const starts = [];
  let depth = 0;
  for (const match of text.matchAll(tokens)) {
    const [token] = match;
    const isStart = (match.index === 0 || text[match.index - 1] === "\n") && token.length === 1 && depth === 0;
    if (isStart) starts.push(match.index);
    if ("([{".includes(token)) depth += 1;
    else if (")]}".includes(token)) depth = Math.max(0, depth - 1);
  }
  const is = new RegExp(`^(?:async\\s+def|def|class)\\s+${name}\\b|^${name}\\s*[:=]`);
  const index = starts.findLastIndex((start) => is.test(text.slice(start, start + 200)));
  if (index < 0) return null;
  let first = index;
  while (first > 0 && text[starts[first - 1]] === "@") first -= 1;
  const whole = text.slice(starts[first], starts[index + 1]).trimEnd();
  return {
    line: text.slice(0, starts[first]).split("\n").length,
    text: whole.replace(DOCSTRING, "$1"),
  };
}

const chunks = new Map();
async function detailsOf(learner) {
  const number = Math.floor(learner / data.chunk);
  const element = byId(`chunk-${number}`);
  if (element === null) return null;
  if (!chunks.has(number)) {
    const bytes = Uint8Array.from(atob(element.textContent), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    chunks.set(number, JSON.parse(await new Response(stream).text()));
  }
  const { strings, verdicts, code } = chunks.get(number);
  return {
    entry(week, exercise) {
      const found = verdicts[week]?.[exercise]?.[learner];
      if (!found) return null;
      const [why, failed] = found.slice(4);
      return [...found.slice(0, 4), strings[why], failed.map(([test, reason]) => [test, strings[reason]])];
    },
    sources: new Map(Object.entries(code).filter(([, texts]) => texts[learner]).map(
      ([place, texts]) => [place, texts[learner].map((line) => strings[line]).join("\n")])),
  };
}

function exerciseDetails(week, index, entry, row, source, seen) {
  const exercise = week.exercises[index];
  const [code_, score, passed, total, why, failed] = entry;
  const status = STATUS[code_];
  const title = `${exercise.name}: ${status.word}, ${number(score)} of ${count(exercise.points, "point")}`;
  const parts = [el("summary", {}, mark(status), " ", title)];
  if (why) {
    const isKnown = row[4][index] !== undefined;
    parts.push(el("p", {}, isKnown ? el("b", {}, "Misconception: ") : null, why));
  }
  if (failed.length) {
    parts.push(el("p", { class: "dim" }, `Passes ${passed} of ${count(total, "hidden test")}; not these:`));
    // Cases of one requirement that fail alike are told once.
    const cases = new Map();
    for (const [test, reason] of failed) {
      const key = JSON.stringify([week.tests[test].says, reason]);
      cases.set(key, (cases.get(key) ?? 0) + 1);
    }
    parts.push(el("ul", {}, [...cases].map(([key, n]) => {
      const [says, reason] = JSON.parse(key);
      return el("li", {}, says, n > 1 ? ` (${n} cases)` : "", reason ? el("div", { class: "dim" }, reason) : null);
    })));
  }
  if (source !== undefined) {
    const found = definition(source, exercise.object);
    if (found && seen.has(exercise.object)) parts.push(el("p", { class: "dim" }, `The code of ${exercise.object} stands above.`));
    else if (found) {
      seen.add(exercise.object);
      parts.push(el("p", { class: "dim small" }, `${exercise.module}.py, from line ${found.line}, without docstring`), code(found.text));
    }
  }
  const isOpen = !["passed", "todo"].includes(status.name);
  return el("details", { class: "exercise", open: isOpen ? "" : null }, parts);
}

function weekDetails(week, row, details) {
  const [score, most, submitted] = row;
  const seen = new Set();
  const todo = [];
  const parts = [el("h3", {}, `${week.name}: ${number(score)} of ${number(most)} points`)];
  if (submitted) parts.push(el("p", { class: "dim" }, `Handed in ${submitted}`));
  week.exercises.forEach((exercise, index) => {
    const entry = details.entry(week.name, index);
    if (!entry) return;
    if (STATUS[entry[0]].name === "todo") todo.push(exercise.name);
    else parts.push(exerciseDetails(week, index, entry, row, details.sources.get(`${week.name}/${exercise.module}`), seen));
  });
  if (todo.length) parts.push(el("p", {}, el("b", {}, "To do: "), todo.join(", ")));
  for (const [place, text] of details.sources) {
    if (!place.startsWith(`${week.name}/`)) continue;
    const whole = el("details", {}, el("summary", {}, `All of ${fileName(place)}`));
    whole.addEventListener("toggle", () => whole.append(code(text)), { once: true });
    parts.push(whole);
  }
  return parts;
}

let shown = 0;
async function openLearner(learner) {
  shown = learner;
  const dialog = byId("learner");
  byId("learner-name").replaceChildren(nameOf(learner));
  const place = heat.found.indexOf(learner);
  byId("previous").disabled = place <= 0;
  byId("next").disabled = place < 0 || place === heat.found.length - 1;
  byId("learner-body").replaceChildren(el("p", { role: "status" }, "Unpacking …"));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  const reasons = data.needs.filter((need) => need[0] === learner).flatMap((need) => need[2]);
  const parts = reasons.length ? [el("div", { class: "notice" }, reasons.map((reason) => el("div", {}, reason)))] : [];
  try {
    const details = await detailsOf(learner);
    if (shown !== learner) return;
    if (details === null) parts.push(el("p", {}, "Details are left out, so that this file stays small. They are in results/."));
    for (const week of chosenWeeks()) {
      const row = rowOf(learner, week.name);
      if (row && details) parts.push(...weekDetails(week, row, details));
      else if (row) parts.push(el("h3", {}, `${week.name}: ${number(row[0])} of ${number(row[1])} points`));
    }
  } catch (error) {
    parts.push(el("p", { class: "notice bad" }, `The details cannot be unpacked by this browser: ${error}`));
  }
  byId("learner-body").replaceChildren(...parts);
}

function turn(by) {
  const next = heat.found[heat.found.indexOf(shown) + by];
  if (next !== undefined) openLearner(next);
}

drawSummary();
drawNotices();
drawWeeks();
drawNeeds();
drawLate();
for (const draw of [drawHeat, drawExercises, drawMisconceptions, drawTests]) {
  draw();
  onWeek(draw);
}
byId("week").addEventListener("change", () => weekListeners.forEach((listener) => listener()));
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
byId("close").addEventListener("click", () => byId("learner").close());
// Paper has no further pages to turn to.
addEventListener("beforeprint", () => byId("learner").open || heat.draw(true));
addEventListener("afterprint", () => heat.draw());
