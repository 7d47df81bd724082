/* Tables of results: sorted by a click on a heading, narrowed to some rows and some columns.
   Everything is shown from the start; what has no figure comes last, whichever way one sorts. */
(() => {
  "use strict";
  const { all } = window.rosetta;

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

  function sort(table, heading, index, places) {
    const direction = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of places.keys()) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    const rows = Array.from(table.tBodies[0].rows, (row) =>
      [key(row, index, heading.dataset.sort), row, length(row, index)]);
    rows.sort(([a, , long], [b, , longer]) =>
      (a === null || b === null ? compare(a, b) : longer - long || sign * compare(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }

  /* A heading that sorts holds its title in a button. */
  function connect(table) {
    const places = headings(table);
    for (const [heading, index] of places) {
      if (!heading.dataset.sort) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(heading.firstChild);
      heading.prepend(button);
      button.addEventListener("click", () => sort(table, heading, index, places));
    }
  }

  /* Rows by family, columns by hardware. */
  function narrow(controls, table) {
    controls.addEventListener("change", ({ target }) => {
      const { family, group } = target.dataset;
      const found = family
        ? all(`tbody tr[data-family="${CSS.escape(family)}"]`, table)
        : all(`[data-group="${CSS.escape(group)}"]`, table);
      for (const element of found) element.hidden = !target.checked;
    });
  }

  for (const controls of all(".table-controls")) {
    const table = controls.nextElementSibling.querySelector("table.comparison");
    connect(table);
    narrow(controls, table);
  }
})();
