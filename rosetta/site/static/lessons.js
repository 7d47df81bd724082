/* The list of lessons, narrowed by framework, workload and verdict. What is chosen stands in the
   address, so that a link to a narrowed list can be passed on; every choice says how many it leaves. */
(() => {
  "use strict";
  const { all } = window.rosetta;
  const form = document.querySelector(".lesson-filter");
  const entries = all("ul.lessons > li");
  const count = document.querySelector(".coverage-count");
  const selects = Array.from(form.querySelectorAll("select"));
  const reset = form.querySelector('[type="reset"]');
  count.setAttribute("role", "status");

  const fits = (entry, { name, value }) =>
    value === "" || entry.dataset[name].split(" ").includes(value);

  /* Beside each option stands how many lessons it would leave, the other lists being as they are. */
  function tell(select) {
    const others = selects.filter((other) => other !== select);
    const left = entries.filter((entry) => others.every((other) => fits(entry, other)));
    for (const option of select.options) {
      if (option.value === "") continue;
      const number = left.filter((entry) => fits(entry, { name: select.name, value: option.value }));
      option.textContent = `${option.dataset.label} (${number.length})`;
    }
  }

  function narrow() {
    const shown = entries.filter((entry) => selects.every((select) => fits(entry, select)));
    for (const entry of entries) entry.hidden = !shown.includes(entry);
    selects.forEach(tell);
    reset.hidden = selects.every((select) => select.value === "");
    const lessons = entries.length === 1 ? "lesson" : "lessons";
    const whole = shown.length === entries.length;
    count.textContent = `${whole ? "" : `${shown.length} of `}${entries.length} ${lessons}.`;
  }

  function writeAddress() {
    const address = new URL(location.href);
    for (const { name, value } of selects) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(history.state, "", address);
  }

  function readAddress() {
    const asked = new URLSearchParams(location.search);
    for (const select of selects) {
      const value = asked.get(select.name) || "";
      const known = Array.from(select.options).some((option) => option.value === value);
      select.value = known ? value : "";
    }
    narrow();
  }

  form.addEventListener("change", () => { narrow(); writeAddress(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const select of selects) select.value = "";
    narrow();
    writeAddress();
    selects[0].focus(); // the button is gone, and the focus would be, too
  });
  addEventListener("popstate", readAddress);
  readAddress();
})();
