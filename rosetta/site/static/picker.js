/* The bar that stays in view: which framework, which one beside it, which groups are offered.
   And the ends of the tab rows, which tell that a row goes on. */
(() => {
  "use strict";
  const { all, state, sets, show, holding, offered, watch, keepGroups } = window.rosetta;
  const FEW = 6; // as many tabs as a row shows
  const bar = document.querySelector(".picker");
  const lists = bar ? all(".pick-first > *", bar).map((list) => list.cloneNode(true)) : [];
  const total = lists.reduce((sum, list) => sum + list.children.length, 0);

  /* ---- The ends of a row ------------------------------------------------------------------- */

  /* Fade the end behind which there are more tabs, and offer a button to go there. The keyboard
     needs none: its arrows scroll the row. */
  function addEnds({ box, row }) {
    const mark = () => {
      const rest = row.scrollWidth - row.clientWidth - row.scrollLeft;
      row.classList.toggle("more-left", row.scrollLeft > 1);
      row.classList.toggle("more-right", rest > 1);
    };
    for (const [side, sign, arrow] of [["left", -1, "‹"], ["right", 1, "›"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `row-end row-end-${side}`;
      button.textContent = arrow;
      button.tabIndex = -1;
      button.setAttribute("aria-hidden", "true");
      button.addEventListener("click", () => row.scrollBy({ left: sign * row.clientWidth * 0.7 }));
      box.insertBefore(button, row.nextSibling);
    }
    if (lists.length && total > FEW) box.insertBefore(allOf(row), row.nextSibling);
    row.addEventListener("scroll", mark, { passive: true });
    new ResizeObserver(mark).observe(row);
    return mark;
  }

  /* All frameworks as a menu, since a row shows but its beginning. What it offers is opened, and then
     it is a button again. The keyboard has the row's arrows for that. */
  function allOf(row) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    const title = new Option(`All ${total}`, "", true, true);
    title.hidden = true;
    label.className = "row-all";
    select.setAttribute("aria-label", `All ${total} frameworks`);
    select.tabIndex = -1;
    select.autocomplete = "off";
    select.append(title, ...lists.map((list) => list.cloneNode(true)));
    select.addEventListener("change", () => {
      const name = select.value;
      select.value = "";
      if (!name) return;
      holding(row, () => show(name));
      row.querySelector('[aria-selected="true"]').focus({ preventScroll: true });
    });
    row.parentNode.classList.add("has-all");
    label.append(select);
    return label;
  }

  const marks = sets.map(addEnds);
  watch(() => requestAnimationFrame(() => { for (const mark of marks) mark(); }));

  /* ---- The picker -------------------------------------------------------------------------- */

  if (!bar) return;
  const [first, second] = [".pick-first", ".pick-second"].map((name) => bar.querySelector(name));
  const [swap, leave, groups] = [".swap", ".leave", ".groups"].map((name) => bar.querySelector(name));
  const boxes = all("input", groups);
  const nothing = second.firstElementChild;

  /* Fill a list with what is offered, and with what it shows even if that is not offered. */
  function fill(select, chosen, without) {
    const filled = lists.map((list) => {
      const copy = list.cloneNode(false);
      copy.append(...Array.from(list.children).filter((option) =>
        option.value === chosen || (option.value !== without && offered(option))
      ).map((option) => option.cloneNode(true)));
      return copy;
    });
    select.replaceChildren(
      ...(select === second ? [nothing] : []), ...filled.filter((list) => list.children.length)
    );
    select.value = chosen;
  }

  function update() {
    fill(first, state.first);
    fill(second, state.second || "", state.first);
    swap.hidden = leave.hidden = !state.second;
    const shown = lists.flatMap((list) => Array.from(list.children)).filter(offered).length;
    groups.firstElementChild.textContent =
      shown === total ? `All ${total} shown` : `${shown} of ${total} shown`;
    for (const box of boxes) box.checked = !state.hidden.has(box.value);
  }

  /* Where what stays in view ends: the picker, and the steps' links where they stay with it. */
  const links = document.querySelector(".step-links");
  const edgeOf = () => {
    const stays = getComputedStyle(bar).position === "static" ? links : bar;
    return stays.getBoundingClientRect().bottom;
  };

  /* Hold the step that is being read where it is. Where it would end above the view, since the
     other framework needs fewer lines, go to its beginning. */
  function keepingPlace(change) {
    const edge = edgeOf();
    const read = sets.map((set) => set.box).find((b) => b.getBoundingClientRect().bottom > edge + 80);
    if (!read) return change();
    holding(read, change);
    const { top, bottom } = read.getBoundingClientRect();
    if (bottom < edge + 80) scrollBy({ top: top - edge - 16, behavior: "instant" });
  }

  const pick = (a, b) => keepingPlace(() => show(a, b, { push: !b !== !state.second }));

  first.addEventListener("change", () => {
    pick(first.value, first.value === state.second ? state.first : state.second);
  });
  second.addEventListener("change", () => pick(state.first, second.value || null));
  swap.addEventListener("click", () => pick(state.second, state.first));
  leave.addEventListener("click", () => {
    pick(state.first, null);
    second.focus({ preventScroll: true });
  });

  groups.addEventListener("change", () => {
    keepGroups(boxes.filter((box) => !box.checked).map((box) => box.value));
  });
  document.addEventListener("click", (event) => {
    if (!groups.contains(event.target)) groups.open = false;
  });
  groups.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !groups.open) return;
    groups.open = false;
    groups.firstElementChild.focus();
  });

  /* ---- The steps --------------------------------------------------------------------------- */

  /* Mark the link of the step that is being read, and keep it in sight within its row. */
  const steps = all("a", links).map((link) => [link, document.getElementById(link.hash.slice(1))]);
  let current = null;
  function markStep() {
    const edge = edgeOf() + 120;
    const begun = steps.filter(([, section]) => section.getBoundingClientRect().top < edge);
    const link = begun.length ? begun.at(-1)[0] : null;
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "location");
    current = link;
    if (link) links.scrollLeft = link.offsetLeft - (links.clientWidth - link.offsetWidth) / 2;
  }
  let asked = false;
  const soon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; markStep(); });
  };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon, { passive: true });

  watch(update);
  watch(soon);
  update();
  soon();
})();
