/* The bar that stays in view: which framework, which one beside it, which groups are offered.
   And the ends of the tab rows, which tell that a row goes on. */
(() => {
  "use strict";
  const { all, state, sets, show, holding, offered, watch, keepGroups } = window.rosetta;

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
    row.addEventListener("scroll", mark, { passive: true });
    new ResizeObserver(mark).observe(row);
    return mark;
  }

  const marks = sets.map(addEnds);
  watch(() => requestAnimationFrame(() => { for (const mark of marks) mark(); }));

  /* ---- The picker -------------------------------------------------------------------------- */

  const bar = document.querySelector(".picker");
  if (!bar) return;
  const [first, second] = [".pick-first", ".pick-second"].map((name) => bar.querySelector(name));
  const [swap, leave, groups] = [".swap", ".leave", ".groups"].map((name) => bar.querySelector(name));
  const boxes = all("input", groups);
  const nothing = second.firstElementChild;
  const lists = Array.from(first.children).map((list) => list.cloneNode(true));
  const total = all("option", first).length;

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

  /* Hold the step that is being read where it is. Where it would end above the view, since the
     other framework needs fewer lines, go to its beginning. */
  function keepingPlace(change) {
    const edge = bar.getBoundingClientRect().bottom;
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

  watch(update);
  update();
})();
