/* Tabs that follow one choice of framework: kept between pages and visits, opened by ?framework=,
   by a link to a line and by find-in-page; and the buttons that copy code. */
(() => {
  "use strict";
  const CHOICE = "rosetta-framework";
  const PARAMETER = "framework";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  /* localStorage throws where the reader has forbidden it. */
  const remembered = () => {
    try { return localStorage.getItem(CHOICE); } catch { return null; }
  };
  const remember = (framework) => {
    try { localStorage.setItem(CHOICE, framework); } catch { /* not kept, then */ }
  };

  /* ---- Choosing a framework ---------------------------------------------------------------- */

  const rowOf = (set) => set.querySelector(':scope > [role="tablist"]');
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

  /* Open a framework in every set that has it; a set without it keeps what it shows. */
  function select(framework, { keep = true } = {}) {
    for (const set of all(".tab-set")) {
      const tabs = all('[role="tab"]', rowOf(set));
      const chosen = tabs.find((tab) => tab.dataset.framework === framework);
      if (!chosen) continue;
      for (const tab of tabs) {
        const open = tab === chosen;
        tab.setAttribute("aria-selected", String(open));
        tab.tabIndex = open ? 0 : -1;
        if (open) panelOf(tab).removeAttribute("hidden");
        else panelOf(tab).setAttribute("hidden", "until-found");
      }
      reveal(rowOf(set), chosen);
    }
    if (keep) remember(framework);
    const address = new URL(location);
    if (address.searchParams.has(PARAMETER)) {
      address.searchParams.set(PARAMETER, framework);
      history.replaceState(history.state, "", address);
    }
  }

  /* Scroll a row, and nothing else, until the tab is in sight. */
  function reveal(row, tab) {
    const left = tab.offsetLeft - row.offsetLeft;
    if (left < row.scrollLeft || left + tab.offsetWidth > row.scrollLeft + row.clientWidth) {
      row.scrollLeft = left - (row.clientWidth - tab.offsetWidth) / 2;
    }
  }

  /* Keep the row where it is on the screen while the panels above it change their height. */
  function holding(row, change) {
    const before = row.getBoundingClientRect().top;
    change();
    scrollBy({ top: row.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function connect(set) {
    const row = rowOf(set);
    row.addEventListener("click", (event) => {
      const tab = event.target.closest('[role="tab"]');
      if (tab) holding(row, () => select(tab.dataset.framework));
    });
    row.addEventListener("keydown", (event) => {
      const tabs = all('[role="tab"]', row);
      const at = tabs.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const tab = tabs[(to + tabs.length) % tabs.length];
      tab.focus({ preventScroll: true });
      holding(row, () => select(tab.dataset.framework));
    });
    for (const panel of all(":scope > .tab-panel", set)) {
      panel.addEventListener("beforematch", () => select(panel.dataset.framework, { keep: false }));
    }
  }

  /* ---- Links to lines ---------------------------------------------------------------------- */

  /* Open the panel that holds the address's target and go there. Also for a heading: choosing a
     framework after the browser's own jump has moved everything below. */
  function followHash() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const panel = target.closest(".tab-panel");
    if (panel) select(panel.dataset.framework, { keep: false });
    target.scrollIntoView({ block: panel ? "center" : "start", behavior: "instant" });
  }

  /* A line number links to its line, without being one more stop of the Tab key. */
  document.addEventListener("click", (event) => {
    const line = event.target.closest(".linenos")?.closest("span[id]");
    if (line && getSelection().isCollapsed) location.hash = line.id;
  });

  /* ---- Copying ----------------------------------------------------------------------------- */

  function codeOf(root) {
    return all(".cell_input pre", root).map((pre) => {
      const copy = pre.cloneNode(true);
      for (const number of all(".linenos", copy)) number.remove();
      return copy.textContent.trimEnd();
    });
  }

  /* All code of the panel's framework, from the page's first step to this panel. */
  function fromTheTop(panel) {
    const same = all(".tab-panel").filter((p) => p.dataset.framework === panel.dataset.framework);
    return same.slice(0, same.indexOf(panel) + 1).flatMap(codeOf);
  }

  function copyButton(label, code) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = label;
    button.addEventListener("click", async () => {
      let said = "Copied";
      try {
        await navigator.clipboard.writeText(code().join("\n\n") + "\n");
      } catch {
        said = "Not allowed";
      }
      button.textContent = said;
      announce(said);
      setTimeout(() => { button.textContent = label; }, 1500);
    });
    return button;
  }

  /* Tell those who do not see the button. */
  function announce(message) {
    let status = document.getElementById("rosetta-status");
    if (!status) {
      status = document.createElement("div");
      status.id = "rosetta-status";
      status.className = "visually-hidden";
      status.setAttribute("role", "status");
      document.querySelector("main").append(status);
    }
    status.textContent = message;
  }

  function addCopyButtons() {
    for (const panel of all(".tab-panel")) {
      const bar = panel.querySelector(".panel-bar");
      if (!bar || !panel.querySelector(".cell_input")) continue;
      bar.append(copyButton("Copy this step", () => codeOf(panel)));
      if (bar.dataset.fromTop) {
        bar.append(copyButton("Copy from the top to here", () => fromTheTop(panel)));
      }
    }
    for (const cell of all(".cell").filter((found) => !found.closest(".tab-panel"))) {
      if (cell.querySelector(".cell_input")) cell.append(copyButton("Copy", () => codeOf(cell)));
    }
  }

  /* ---- Start ------------------------------------------------------------------------------- */

  function start() {
    const sets = all(".tab-set");
    sets.forEach(connect);
    addCopyButtons();
    const known = new Set(all('.tab-set [role="tab"]').map((tab) => tab.dataset.framework));
    const asked = new URLSearchParams(location.search).get(PARAMETER);
    const framework = [asked, remembered()].find((name) => known.has(name));
    if (framework) select(framework, { keep: framework === asked });
    followHash();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  addEventListener("load", followHash); // pictures have taken their room by now
  addEventListener("hashchange", followHash);
  addEventListener("storage", (event) => {
    if (event.key === CHOICE && event.newValue) select(event.newValue, { keep: false });
  });
})();
