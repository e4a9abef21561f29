#!/usr/bin/env node
// The pages of the user guide, as they stand: only the server's address and the library's are replaced by local ones.
import { createServer } from 'node:http';
import { calm, check, libraries, openBrowser, readFileSync, run, serveCounty, skipAll, existsSync, join, root, visit } from './support.mjs';

const modules = libraries();
const pages = ['leaflet', 'openlayers', 'maplibre', 'maplibre-vector'];
const types = { js: 'text/javascript', css: 'text/css' };

/** https://unpkg.com/leaflet@1.9.4/dist/leaflet.js -> the file in node_modules. */
function local(url) {
  const found = /^https:\/\/unpkg\.com\/([a-z-]+)@[\d.]+\/(.+)$/.exec(url);
  return found && join(modules, found[1], found[2]);
}

/** The page's own controls, and a hover. */
async function restyle(page) {
  await page.waitForFunction('official');
  const colours = () => page.evaluate('JSON.stringify(map.getPaintProperty(fill, "fill-color"))');
  check((await colours()).includes('["get","class"]'), 'the style colours by class');
  await page.selectOption('#year', '2019');
  check((await colours()).includes('["get","class_2019"]'), 'another year is shown');
  await page.check('#mine');
  check((await colours()).includes('["step",["get","value_2019"]'), 'own classes are shown');
  // The tiles may still be made ready: a hover over nothing shows nothing.
  const popup = page.locator('.maplibregl-popup-content');
  for (let i = 0; i < 200 && await popup.count() === 0; i++) {
    await page.mouse.move(380 + 10 * (i % 2), 290 + 10 * (i % 2));
    await page.waitForTimeout(50);
  }
  const text = await popup.textContent({ timeout: 5000 });
  check(/^.+: ([\d.]+ %|[a-z_]+)$/.test(text), text);
}

async function show(browser, server, name) {
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  const tiles = [], problems = [];
  page.on('pageerror', error => problems.push(String(error)));
  page.on('console', message => { if (message.type() === 'error' && !/favicon/.test(message.location().url)) problems.push(message.text()); });
  page.on('requestfailed', request => {
    if (request.failure().errorText !== 'net::ERR_ABORTED') problems.push(`${request.url()}: ${request.failure().errorText}`);
  });
  page.on('response', response => {
    if (/\/tiles\/.*\.(png|mvt)/.test(response.url())) tiles.push(response.status());
  });
  await page.route('https://unpkg.com/**', route => {
    const file = local(route.request().url());
    if (!file || !existsSync(file)) return route.abort();
    return route.fulfill({ contentType: types[file.split('.').pop()], body: readFileSync(file) });
  });
  const html = readFileSync(join(root, 'docs/guide/snippets', `${name}.html`), 'utf8').replaceAll('http://127.0.0.1:8080', server.address);
  const site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html));
  await new Promise(done => site.listen(0, '127.0.0.1', done));
  await visit(page, `http://127.0.0.1:${site.address().port}/`);
  for (let i = 0; i < 500 && tiles.length < 2; i++) await page.waitForTimeout(20);
  await calm(page);
  if (name === 'maplibre-vector') await restyle(page);
  await page.screenshot({ path: join(root, 'build/browser', `${name}.png`) });
  check(tiles.length >= 2 && tiles.every(status => status === 200 || status === 204), `tiles came: ${tiles}; ${problems.join(' | ')}`);
  check(problems.length === 0, problems.join(' | '));
  await page.close();
  site.close();
}

if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty();
  const browser = await openBrowser(modules);
  await run(pages.map(name => [`the guide's ${name} page draws tiles`, () => show(browser, server, name)]));
  await browser.close();
  await server.stop();
}
