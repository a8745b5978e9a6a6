// Search and filters of the list of rules. The address keeps them, so that a list can be
// shared; without scripts the whole list is shown.
"use strict";

const form = document.getElementById("filter");
const rows = Array.from(document.querySelectorAll("#rules tbody tr"));
const count = document.getElementById("count");
const selects = Array.from(form.querySelectorAll("select"));
const search = document.getElementById("q");

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = selects.filter((s) => s.value !== "");
  let n = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const has = words.every((w) => text.includes(w)) &&
      wanted.every((s) => row.dataset[s.dataset.filter].split(" ").includes(s.value));
    row.hidden = !has;
    n += has ? 1 : 0;
  }
  count.textContent = n === 1 ? "1 rule" : n + " rules";
}

function remember() {
  const query = new URLSearchParams();
  for (const field of [search, ...selects]) {
    if (field.value !== "") {
      query.set(field.id, field.value);
    }
  }
  const text = query.toString();
  history.replaceState(null, "", text === "" ? location.pathname : "?" + text);
}

const query = new URLSearchParams(location.search);
for (const field of [search, ...selects]) {
  field.value = query.get(field.id) ?? "";
}
form.addEventListener("input", () => { show(); remember(); });
form.addEventListener("submit", (e) => e.preventDefault());
show();
