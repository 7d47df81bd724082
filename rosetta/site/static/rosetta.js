/* Tabs that follow one choice of framework: kept between pages and visits, opened by ?framework=,
   by a link to a line and by find-in-page. Two of them side by side, by ?a= and ?b=. */
window.rosetta = (() => {
  "use strict";
  const CHOICE = "rosetta-framework";
  const HIDDEN = "rosetta-hidden-groups";
  const RECENT = "rosetta-recent";
  const MANY = 5; // are remembered, which is about what a row shows
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  /* localStorage throws where the reader has forbidden it. */
  const remembered = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const remember = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* not kept, then */ }
  };

  /* What is shown: a framework, and maybe a second one beside it; groups that are not offered. */
  const state = { first: null, second: null, hidden: new Set() };
  const watchers = [];

  /* Every set of tabs on the page, with its tabs and panels by framework. */
  const sets = all(".tab-set").map((box) => {
    const row = box.querySelector(':scope > [role="tablist"]');
    const tabs = new Map(all('[role="tab"]', row).map((tab) => [tab.dataset.framework, tab]));
    const panels = new Map(Array.from(tabs, ([name, tab]) => [
      name, document.getElementById(tab.getAttribute("aria-controls")),
    ]));
    const open = Array.from(tabs).find(([, tab]) => tab.getAttribute("aria-selected") === "true");
    return { box, row, tabs, panels, first: open[0], second: null };
  });
  const known = new Set(sets.flatMap((set) => Array.from(set.tabs.keys())));
  const canCompare = () => document.querySelector(".picker") !== null;

  /* ---- Choosing ---------------------------------------------------------------------------- */

  /* Show a framework, and a second one beside it, in every set that has them; a set without the
     first keeps what it shows. Only what changes is touched: there may be hundreds of panels. */
  function show(first, second = null, { keep = true, push = false } = {}) {
    for (const set of sets) {
      const before = [set.first, set.second];
      if (set.tabs.has(first)) set.first = first;
      set.second = second !== set.first && set.panels.has(second) ? second : null;
      for (const name of new Set([...before, set.first, set.second])) {
        if (name) place(set, name);
      }
      if (set.second) order(set.panels.get(set.first), set.panels.get(set.second));
    }
    state.first = first;
    state.second = second;
    document.documentElement.classList.toggle("side-by-side", second !== null);
    if (keep) {
      remember(CHOICE, first);
      remember(RECENT, JSON.stringify(recent([first, second])));
    }
    writeAddress(push);
    revealAll();
    for (const watcher of watchers) watcher();
  }

  /* What was chosen last, the latest first; what else is stored there is nobody's name. */
  function recent(latest = []) {
    let stored = [];
    try { stored = JSON.parse(remembered(RECENT) || "[]").map(String); } catch { /* none, then */ }
    const names = [...latest, ...stored].filter((name) => known.has(name));
    return Array.from(new Set(names)).slice(0, MANY);
  }

  /* Put what the reader chose before at the head of every row. Done when the page opens, and not
     while somebody reads: a tab that was just chosen stays where it is. */
  function putRecentFirst() {
    const choice = remembered(CHOICE);
    const names = recent(known.has(choice) ? [choice] : []);
    for (const { row, tabs } of sets) {
      row.prepend(...names.filter((name) => tabs.has(name)).map((name) => tabs.get(name)));
    }
  }

  /* Open or close one panel of a set and say so on its tab. */
  function place(set, name) {
    const tab = set.tabs.get(name);
    const panel = set.panels.get(name);
    const chosen = name === set.first;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    panel.classList.toggle("right", name === set.second);
    const open = chosen || name === set.second;
    if (open) panel.removeAttribute("hidden");
    else panel.setAttribute("hidden", "until-found");
    reach(panel, open);
    // Side by side there are no tabs for a panel to belong to.
    panel.setAttribute("role", set.second ? "group" : "tabpanel");
  }

  /* What is closed is found by the browser's search, and by nothing else: neither by the Tab key nor
     by who listens to the page. */
  function reach(panel, open) {
    panel.tabIndex = open ? 0 : -1;
    if (open) panel.removeAttribute("aria-hidden");
    else panel.setAttribute("aria-hidden", "true");
  }

  /* Read from left to right: the first one's panel comes first, also for the Tab key. The one that
     holds the focus stays in place, or it would lose it. */
  function order(first, second) {
    if (first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING) return;
    if (first.contains(document.activeElement)) first.after(second);
    else second.before(first);
  }

  /* Scroll each row, and nothing else, until its tab is in sight: first all reading, then writing. */
  function revealAll() {
    const moves = sets.map(({ row, tabs, first }) => {
      const tab = tabs.get(first);
      const left = tab.offsetLeft - row.offsetLeft;
      const room = row.clientWidth - tab.offsetWidth;
      const margin = Math.min(64, room / 2);
      const out = left - margin < row.scrollLeft || left + margin > row.scrollLeft + room;
      return out ? [row, left - room / 2] : null;
    });
    for (const move of moves) if (move) move[0].scrollLeft = move[1];
  }

  /* Keep the address in step with what is shown. Coming to two columns and leaving them are steps
     that the browser's own Back undoes. */
  function writeAddress(push) {
    const address = new URL(location);
    const { searchParams: asked } = address;
    if (state.second) {
      asked.delete("framework");
      asked.set("a", state.first);
      asked.set("b", state.second);
    } else {
      asked.delete("a");
      asked.delete("b");
      if (asked.has("framework")) asked.set("framework", state.first);
    }
    if (address.href === location.href) return;
    history[push ? "pushState" : "replaceState"](history.state, "", address);
  }

  /* What the address asks for: two known frameworks, or one, or nothing. */
  function readAddress() {
    const asked = new URLSearchParams(location.search);
    const [a, b, one] = ["a", "b", "framework"].map((name) => asked.get(name));
    if (known.has(a) && known.has(b) && a !== b && canCompare()) return { first: a, second: b };
    const first = [one, a, b].find((name) => known.has(name));
    return first ? { first, second: null } : null;
  }

  /* Open a framework that a link or the browser's search asks for; it is not a choice. */
  function uncover(name) {
    if (name === state.first || name === state.second) return;
    if (state.second) show(state.first, name, { keep: false });
    else show(name, null, { keep: false });
  }

  /* Keep an element where it is on the screen while things above it change their height. */
  function holding(element, change) {
    const before = element.getBoundingClientRect().top;
    change();
    scrollBy({ top: element.getBoundingClientRect().top - before, behavior: "instant" });
  }

  /* ---- Groups ------------------------------------------------------------------------------ */

  const offered = (element) =>
    !(element.dataset.groups || "").split(" ").some((group) => state.hidden.has(group));

  /* Take the tabs of these groups out of every row; the open one stays. */
  const sheet = document.head.appendChild(document.createElement("style"));
  function hideGroups(groups) {
    state.hidden = new Set(groups);
    sheet.textContent = Array.from(state.hidden, (group) =>
      `.tab-row [data-groups~="${CSS.escape(group)}"]:not([aria-selected="true"]) { display: none }`
    ).join("\n");
    revealAll();
    for (const watcher of watchers) watcher();
  }

  function rememberedGroups() {
    try { return JSON.parse(remembered(HIDDEN) || "[]").map(String); } catch { return []; }
  }

  /* ---- The rows ---------------------------------------------------------------------------- */

  function connect({ row, panels }) {
    row.addEventListener("click", (event) => {
      const tab = event.target.closest('[role="tab"]');
      if (tab) holding(row, () => show(tab.dataset.framework));
    });
    row.addEventListener("keydown", (event) => {
      const tabs = all('[role="tab"]', row).filter((tab) => tab === event.target || offered(tab));
      const at = tabs.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const tab = tabs[(to + tabs.length) % tabs.length];
      tab.focus({ preventScroll: true });
      holding(row, () => show(tab.dataset.framework));
    });
    for (const [name, panel] of panels) {
      panel.addEventListener("beforematch", () => uncover(name));
      if (panel.hasAttribute("hidden")) reach(panel, false);
    }
  }

  /* ---- Links to lines ---------------------------------------------------------------------- */

  /* An address may have been typed: "#100%" is nothing that can be decoded. */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  /* Open the panel that holds the address's target and go there: a line of code comes to the middle,
     with what stands before it. Also for a heading: choosing a framework after the browser's own
     jump has moved everything below. */
  function followHash() {
    const target = document.getElementById(decoded(location.hash.slice(1)));
    if (!target) return;
    const panel = target.closest(".tab-panel");
    if (panel) uncover(panel.dataset.framework);
    target.scrollIntoView({ block: panel || target.matches(".highlight *") ? "center" : "start", behavior: "instant" });
  }

  /* A line number links to its line, without being one more stop of the Tab key. */
  document.addEventListener("click", (event) => {
    const line = event.target.closest(".linenos")?.closest("span[id]");
    if (line && getSelection().isCollapsed) location.hash = line.id;
  });

  /* The home page's list of frameworks is a choice as a tab is, though its links are addresses. */
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("ul.chips a");
    if (chosen) remember(CHOICE, new URL(chosen.href).searchParams.get("framework"));
  });

  /* Who follows a link of the contents list, where that is a dialog, wants to see what it leads to. */
  document.addEventListener("click", (event) => {
    event.target.closest('dialog a[href^="#"]')?.closest("dialog").close();
  });

  /* ---- Start ------------------------------------------------------------------------------- */

  if (sets.length) {
    sets.forEach(connect);
    state.first = sets[0].first;
    putRecentFirst();
    const asked = readAddress();
    const choice = remembered(CHOICE);
    document.documentElement.classList.toggle("side-by-side", Boolean(asked?.second));
    // A link is somebody else's wish: it opens a tab, and the reader's own choice stays.
    if (asked) show(asked.first, asked.second, { keep: false });
    else if (known.has(choice)) show(choice, null, { keep: false });
    hideGroups(rememberedGroups());
    addEventListener("popstate", () => {
      const { first, second } = readAddress() || { first: state.first, second: null };
      if (first !== state.first || second !== state.second) show(first, second, { keep: false });
    });
    addEventListener("storage", (event) => {
      if (event.key === HIDDEN) hideGroups(rememberedGroups());
      if (event.key === CHOICE && known.has(event.newValue) && !state.second) {
        show(event.newValue, null, { keep: false });
      }
    });
  }
  followHash();
  addEventListener("load", followHash); // pictures have taken their room by now
  addEventListener("hashchange", followHash);

  return {
    all, state, sets, show, holding, offered,
    watch: (watcher) => watchers.push(watcher),
    keepGroups: (groups) => {
      remember(HIDDEN, JSON.stringify(groups));
      hideGroups(groups);
    },
  };
})();
