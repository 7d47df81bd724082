/* The buttons that copy code: of a step, of all steps up to it, of a single cell. */
(() => {
  "use strict";
  const { all } = window.rosetta;

  function codeOf(root) {
    return all(".cell_input pre", root).map((pre) => {
      const copy = pre.cloneNode(true);
      for (const other of all(".linenos, .lesson-list", copy)) other.remove();
      return copy.textContent.trimEnd();
    });
  }

  /* All code of the panel's framework, from the page's first step to this panel. */
  function fromTheTop(panel) {
    const same = all(".tab-panel").filter((p) => p.dataset.framework === panel.dataset.framework);
    return same.slice(0, same.indexOf(panel) + 1).flatMap(codeOf);
  }

  /* Put a text on the clipboard; tell whether that went. Browsers lend the clipboard only to pages
     that came by https or from this machine, but anywhere let a selection be copied. */
  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copiedBySelection(text);
    }
  }

  function copiedBySelection(text) {
    const focused = document.activeElement;
    const box = document.createElement("textarea");
    box.value = text;
    box.readOnly = true;
    box.className = "visually-hidden";
    box.style.position = "fixed"; // to be selected without scrolling
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    focused?.focus({ preventScroll: true });
    return done;
  }

  function copyButton(label, code) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = label;
    button.addEventListener("click", async () => {
      const said = await copied(code().join("\n\n") + "\n") ? "Copied" : "Not allowed";
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

  addCopyButtons();
})();
