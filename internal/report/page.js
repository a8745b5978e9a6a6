'use strict';
(() => {
  const form = document.getElementById('filters'), list = document.getElementById('findings-shown'), said = document.getElementById('shown');
  if (!form || !list) return;
  const printed = 200, all = [...list.querySelectorAll('article')], more = document.getElementById('more'), fields = form.elements, values = {rule: new Map(), team: new Map(), repository: new Map()};
  const teams = (a) => a.dataset.team ? a.dataset.team.split(' ') : ['(no owner)'];
  for (const a of all) {
    const of = {rule: [a.dataset.rule], team: teams(a), repository: a.dataset.repository ? [a.dataset.repository] : []};
    for (const key in of) for (const v of of[key]) values[key].set(v, (values[key].get(v) || 0) + 1);
  }
  for (const key in values) {
    const names = [...values[key].keys()].sort();
    for (const name of names) {
      const option = document.createElement('option');
      option.value = name;
      option.textContent = name + ' (' + values[key].get(name) + ')';
      fields[key].append(option);
    }
    fields[key].closest('label').hidden = names.length < 2;
  }
  const texts = new Map();
  const text = (a) => {
    if (!texts.has(a)) texts.set(a, a.textContent.toLowerCase());
    return texts.get(a);
  };
  const apply = () => {
    const words = fields.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const a of all) {
      const d = a.dataset;
      const fits = (!fields.severity.value || d.severity === fields.severity.value) && (!fields.rule.value || d.rule === fields.rule.value) &&
        (!fields.repository.value || d.repository === fields.repository.value) && (!fields.team.value || teams(a).includes(fields.team.value)) &&
        (!fields.fix.checked || 'fix' in d) && (!fields.new.checked || 'new' in d) && words.every((w) => text(a).includes(w));
      a.hidden = !fits;
      if (fits) n++;
      a.classList.toggle('print', fits && n <= printed);
    }
    list.classList.add('filtered');
    if (more) more.open = n < all.length;
    said.textContent = n + ' of ' + all.length + ' findings shown';
  };
  let wait;
  form.addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(apply, 150); });
  form.addEventListener('reset', () => setTimeout(apply));
  form.addEventListener('submit', (e) => { e.preventDefault(); apply(); });
  document.addEventListener('click', (e) => {
    const link = e.target.closest('a[data-by]');
    if (!link) return;
    const field = fields[link.dataset.by];
    form.reset();
    if (field.type === 'checkbox') field.checked = true;
    else field.value = link.dataset.is;
    apply();
  });
  form.hidden = false;
})();
