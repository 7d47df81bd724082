/* Tables of results: sorted by a click on a heading, narrowed to some rows and some columns, a line a
   row unless details are asked for. The address says so, so that a link shows what its sender saw.
   What has no figure comes last, whichever way one sorts. */
(() => {
  "use strict";
  const { all } = window.rosetta;
  const NARROW = matchMedia("(max-width: 40em)");

  /* What a row is sorted by in a column: a figure, a text, or nothing. */
  function key(row, index, kind) {
    const cell = cellAt(row, index);
    if (kind === "text") return cell.textContent.trim().toLowerCase();
    return cell?.dataset.value === undefined ? null : Number(cell.dataset.value);
  }

  /* How long the run was, as a rank: the time of a short one says nothing beside that of a long one. */
  const length = (row, index) => Number(cellAt(row, index)?.dataset.length ?? -1);

  /* The cell in a column, though a cell before it may span several. */
  function cellAt(row, index) {
    let at = 0;
    for (const cell of row.cells) {
      at += cell.colSpan;
      if (at > index) return cell;
    }
    return null;
  }

  function compare(a, b) {
    if (a === null || b === null) return (a === null) - (b === null);
    return a < b ? -1 : Number(a > b);
  }

  /* The place of each heading among the columns: those of the second row stand below groups. */
  function headings(table) {
    const [first, second] = table.tHead.rows;
    const found = new Map();
    let at = 0;
    const below = second ? Array.from(second.cells) : [];
    for (const cell of first.cells) {
      if (cell.scope !== "colgroup") found.set(cell, at);
      else for (let i = 0; i < cell.colSpan; i += 1) found.set(below.shift(), at + i);
      at += cell.colSpan;
    }
    return found;
  }

  function sort(table, heading, direction, places) {
    for (const other of places.keys()) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    const index = places.get(heading);
    const rows = Array.from(table.tBodies[0].rows, (row) =>
      [key(row, index, heading.dataset.sort), row, length(row, index)]);
    rows.sort(([a, , long], [b, , longer]) =>
      (a === null || b === null ? compare(a, b) : longer - long || sign * compare(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }

  /* A heading that sorts holds its title in a button. */
  function connect(table, places, changed) {
    for (const heading of places.keys()) {
      if (!heading.dataset.sort) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(heading.firstChild);
      heading.prepend(button);
      button.addEventListener("click", () => {
        const upward = heading.getAttribute("aria-sort") === "ascending";
        sort(table, heading, upward ? "descending" : "ascending", places);
        changed();
      });
    }
  }

  /* Where cards stand for rows there are no headings to click on, but this choice. */
  function offer(controls, table, places, changed) {
    const choice = document.createElement("select");
    choice.add(new Option("Order of the tabs", ""));
    for (const heading of places.keys()) {
      if (!heading.dataset.sort || heading.hidden) continue;
      const group = table.querySelector(`[scope="colgroup"][data-group="${CSS.escape(heading.dataset.group ?? "")}"]`);
      const where = group ? `, ${group.firstChild.textContent}` : "";
      choice.add(new Option(heading.firstChild.textContent + where, heading.dataset.key));
    }
    const tabs = Array.from(table.tBodies[0].rows);
    choice.addEventListener("change", () => {
      const heading = [...places.keys()].find((one) => one.dataset.key === choice.value);
      if (heading) sort(table, heading, "ascending", places);
      else {
        for (const other of places.keys()) other.removeAttribute("aria-sort");
        table.tBodies[0].append(...tabs);
      }
      changed();
    });
    const label = document.createElement("label");
    label.className = "sort-by";
    label.append("Sort by ", choice);
    controls.before(label);
    return choice;
  }

  /* Rows by family, columns by hardware, details of all. */
  function show(box, table) {
    const { family, group, details } = box.dataset;
    if (details) {
      table.closest(".comparison-box").parentElement.classList.toggle("brief", !box.checked);
      return;
    }
    const found = family
      ? all(`tbody tr[data-family="${CSS.escape(family)}"]`, table)
      : all(`[data-group="${CSS.escape(group)}"]`, table);
    for (const element of found) element.hidden = !box.checked;
  }

  const nameOf = ({ dataset }) => dataset.family ?? dataset.group ?? dataset.details;

  /* The address holds what is not as a reader finds it at first. */
  function toAddress(boxes, usual, places) {
    const query = new URLSearchParams(location.search);
    for (const name of ["sort", "order", "show", "hide"]) query.delete(name);
    const sorted = [...places.keys()].find((one) => one.hasAttribute("aria-sort"));
    if (sorted) {
      query.set("sort", sorted.dataset.key);
      if (sorted.getAttribute("aria-sort") === "descending") query.set("order", "descending");
    }
    for (const [name, ticked] of [["show", true], ["hide", false]]) {
      const changed = boxes.filter((box) => box.checked === ticked && usual.get(box) !== ticked);
      if (changed.length) query.set(name, changed.map(nameOf).join(" "));
    }
    const text = query.toString();
    history.replaceState(history.state, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
  }

  function fromAddress(boxes, table, places, choice) {
    const query = new URLSearchParams(location.search);
    for (const [name, ticked] of [["show", true], ["hide", false]]) {
      const named = new Set((query.get(name) ?? "").split(" "));
      for (const box of boxes) if (named.has(nameOf(box))) box.checked = ticked;
    }
    for (const box of boxes) show(box, table);
    const heading = [...places.keys()].find((one) => one.dataset.sort && one.dataset.key === query.get("sort"));
    if (!heading) return;
    sort(table, heading, query.get("order") === "descending" ? "descending" : "ascending", places);
    choice.value = heading.dataset.key;
  }

  /* Cards are no table to the eye; to what reads them out they are. */
  function keepRoles(table) {
    table.setAttribute("role", "table");
    for (const body of table.tBodies) body.setAttribute("role", "rowgroup");
    for (const row of all("tbody tr", table)) {
      row.setAttribute("role", "row");
      for (const cell of row.cells) cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
    }
  }

  for (const controls of all(".table-controls")) {
    const table = controls.nextElementSibling.querySelector("table.comparison");
    const places = headings(table);
    const boxes = all("input", controls);
    for (const box of boxes) {
      if (box.dataset.details || (NARROW.matches && "published" in box.dataset)) box.checked = false;
    }
    controls.open = !NARROW.matches;
    const usual = new Map(boxes.map((box) => [box, box.checked]));
    const changed = () => toAddress(boxes, usual, places);
    const choice = offer(controls, table, places, changed);
    connect(table, places, changed);
    fromAddress(boxes, table, places, choice);
    if (NARROW.matches) keepRoles(table);
    controls.addEventListener("change", ({ target }) => {
      show(target, table);
      changed();
    });
  }
})();
