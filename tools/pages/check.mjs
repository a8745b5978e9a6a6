// Looks at pages of dockmend in Chromium: axe-core finds nothing serious, nothing is loaded,
// the filters work, and nothing is wider than the window. Prints how long a page takes to open.
import axe from 'axe-core';
import puppeteer from 'puppeteer-core';
import { pathToFileURL } from 'node:url';

const sizes = {phone: [390, 844], tablet: [820, 1180], desktop: [1440, 900]};
const browser = await puppeteer.launch({executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
let failed = 0;
const check = (ok, words) => {
  if (!ok) failed++;
  console.log((ok ? 'ok ' : 'FAILED ') + words);
};

for (const file of process.argv.slice(2)) {
  const name = file.replace(/\.html$/, ''), url = pathToFileURL(file).href;
  const page = await browser.newPage(), loaded = [], said = [];
  page.on('request', (r) => { if (r.url() !== url && !r.url().endsWith('/favicon.ico')) loaded.push(r.url()); });
  page.on('console', (m) => said.push(m.text()));
  page.on('pageerror', (e) => said.push(String(e)));
  for (const [size, [width, height]] of Object.entries(sizes)) {
    for (const scheme of size === 'desktop' ? ['light', 'dark'] : ['light']) {
      await page.setViewport({width, height});
      await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
      const begin = performance.now();
      await page.goto(url, {waitUntil: 'load', timeout: 120_000});
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
      const took = performance.now() - begin;
      const [articles, wide] = await page.evaluate(() => [document.querySelectorAll('article').length, document.documentElement.scrollWidth > innerWidth]);
      console.log(`${name} ${size} ${scheme}: ${articles} findings, open and drawn after ${Math.round(took)} ms`);
      check(!wide, `${name} ${size}: no wider than the window`);
      await page.screenshot({path: `${name}-${size}-${scheme}.png`});
      await page.evaluate(() => document.getElementById('trend')?.scrollIntoView());
      await page.screenshot({path: `${name}-${size}-${scheme}-2.png`});
      await page.evaluate(() => document.getElementById('findings').scrollIntoView());
      await page.screenshot({path: `${name}-${size}-${scheme}-3.png`});
      if (size === 'tablet') continue;
      await page.evaluate((most) => { // axe takes minutes for thousands of the same kind
        for (const selector of ['article', 'tbody tr', 'option', '.names li']) [...document.querySelectorAll(selector)].slice(most).forEach((e) => e.remove());
        for (const d of document.querySelectorAll('details')) d.open = true;
      }, 300);
      await page.evaluate(axe.source);
      const result = await page.evaluate(() => axe.run(document, {resultTypes: ['violations', 'incomplete']}));
      for (const v of result.violations) console.log(`  ${v.impact} ${v.id}: ${v.help}: ${v.nodes[0].html.slice(0, 200)} (${v.nodes.length})`);
      for (const v of result.incomplete) console.log(`  cannot tell ${v.impact} ${v.id}: ${v.nodes[0].html.slice(0, 120)} (${v.nodes.length}): ${v.nodes[0].any[0]?.message}`);
      const serious = result.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').length;
      check(serious === 0, `${name} ${size} ${scheme}: axe-core ${axe.version}: ${serious} serious, ${result.violations.length - serious} others, ${result.passes.length} rules pass`);
    }
  }
  await page.goto(url, {waitUntil: 'load', timeout: 120_000});
  const filtered = await page.evaluate(async () => {
    const form = document.getElementById('filters'), shown = () => [...document.querySelectorAll('article')].filter((a) => !a.hidden);
    if (!form) return {ok: true, took: 0};
    const all = shown(), want = all.filter((a) => a.dataset.severity === 'warning').length;
    form.elements.severity.value = 'warning';
    const begin = performance.now();
    form.requestSubmit();
    const got = shown();
    document.body.getBoundingClientRect();
    const took = performance.now() - begin;
    form.elements.text.value = 'no such words';
    form.requestSubmit();
    const none = shown().length;
    document.querySelector('a[data-by=severity][data-is=error]').click();
    const errors = shown();
    form.reset();
    await new Promise((done) => setTimeout(done, 50));
    return {ok: got.length === want && none === 0 && errors.every((a) => a.dataset.severity === 'error') && shown().length === all.length, took};
  });
  check(filtered.ok, `${name}: filters, the first after ${Math.round(filtered.took)} ms`);
  await page.setJavaScriptEnabled(false);
  await page.goto(url, {waitUntil: 'load', timeout: 120_000});
  check(await page.$eval('#findings-shown', (l) => l.children.length > 0), `${name}: has its findings without the script`);
  await page.setJavaScriptEnabled(true);
  await page.goto(url, {waitUntil: 'load', timeout: 120_000});
  // The focus goes through the page with the keyboard alone.
  const stops = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(() => document.activeElement.tagName + ' ' + (document.activeElement.textContent || '').trim().slice(0, 20)));
  }
  check(stops[0].includes('Skip') && new Set(stops).size > 4, `${name}: the keyboard reaches ${stops.slice(0, 6).join(' | ')}`);
  check(loaded.length === 0, `${name}: nothing is loaded ${loaded}`);
  check(said.length === 0, `${name}: no errors in the console ${said}`);
  await page.emulateMediaType('print');
  await page.setViewport({width: 794, height: 1123}); // A4
  await page.screenshot({path: name + '-print.png'});
  await page.evaluate(() => document.getElementById('findings').scrollIntoView());
  await page.screenshot({path: name + '-print-2.png'});
  await page.emulateMediaType(null);
  await page.pdf({path: name + '.pdf', format: 'A4', timeout: 300_000, margin: {top: '12mm', bottom: '12mm', left: '12mm', right: '12mm'}});
  await page.close();
}
await browser.close();
process.exit(failed ? 1 : 0);
