// For browser tests: TAP, the program with the fictional county on a free port, Debian's Chromium.
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, '..', '..');
export const program = process.env.EVENGROUND_PROGRAM || join(root, 'build/release/evenground');

/** Installs the libraries of package.json into build/browser (not into the tree) and returns the folder. Gives up soon where
 * the registry cannot be reached: npm by itself would go on for five minutes. */
export function libraries() {
  const folder = join(root, 'build', 'browser');
  const wanted = Object.keys(JSON.parse(readFileSync(join(here, 'package.json'))).dependencies);
  if (!wanted.every(name => existsSync(join(folder, 'node_modules', name)))) {
    mkdirSync(folder, { recursive: true });
    execFileSync('cp', [join(here, 'package.json'), folder]);
    // Tests run side by side, and only one may install.
    const npm = spawnSync('flock', ['.installing', 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error',
      '--fetch-retries=1', '--fetch-retry-mintimeout=2000', '--fetch-timeout=60000'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    if (npm.status !== 0) return null;
  }
  return join(folder, 'node_modules');
}

export async function openBrowser(modules, further = []) {
  const { chromium } = await import(join(modules, 'playwright-core', 'index.mjs'));
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--enable-unsafe-swiftshader', '--use-gl=angle', '--use-angle=swiftshader', ...further]
  });
}

const underWay = new WeakMap(); // page -> the requests it waits for

/** Goes to the address and returns when the page stands: it is loaded, and what its scripts asked for has come (see calm). */
export async function visit(page, address) {
  follow(page);
  await page.goto(address, { waitUntil: 'load' });
  await calm(page);
}

function follow(page) {
  if (underWay.has(page)) return;
  const requests = new Set();
  let coming = null; // the request for a new document
  underWay.set(page, requests);
  page.on('request', request => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) coming = request;
    requests.add(request);
  });
  // A new document waits for nothing that the one before it asked for, and Chromium does not always say how that ended. The one before
  // it asks until the new one stands in its place.
  page.on('framenavigated', frame => {
    if (frame !== page.mainFrame() || !coming) return;
    for (const request of requests) if (request !== coming) requests.delete(request);
    coming = null;
  });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, request => requests.delete(request));
}

/** Returns when a page that was visited has asked for nothing for 60 ms and waits for nothing. Playwright's "networkidle" takes half a
 * second more for each page. Each time the page itself answers: one that is too busy to ask is not calm. */
export async function calm(page) {
  follow(page);
  const requests = underWay.get(page);
  for (let polls = 0, quiet = 0; quiet < 3; polls++) {
    if (polls > 1000) throw new Error(`${page.url()} still waits for ${[...requests].map(request => request.url())}`);
    await page.waitForTimeout(20);
    const answers = await page.evaluate(() => true).catch(() => false); // not while a new document comes
    if (polls % 50 === 49) await forgetUnwanted(page, requests);
    quiet = answers && requests.size === 0 ? quiet + 1 : 0;
  }
}

/** Returns when no map of Leaflet's moves, and what it asked for at the end of its way has come. */
export async function still(page) {
  await until(page, () => !document.querySelector('.leaflet-pan-anim, .leaflet-zoom-anim, .leaflet-cluster-anim'));
  await calm(page);
}

/** A map takes tiles away that it has asked for and needs no more. Chromium does not always say how these requests ended. */
async function forgetUnwanted(page, requests) {
  const awaited = new Set(await page.evaluate(() => [...document.images].filter(image => !image.complete).map(image => image.src)));
  for (const request of requests) if (request.resourceType() === 'image' && !awaited.has(request.url())) requests.delete(request);
}

/** Makes the county and serves it: {address, folder, stop()}; `editor` {name, password} gets into its editors.txt. */
export async function serveCounty(editor) {
  const folder = mkdtempSync(join(tmpdir(), 'evenground-browser-'));
  execFileSync(program, ['sample', folder, '--areas', '400', '--seed', '1']);
  if (editor) execFileSync(program, ['editor', 'add', join(folder, 'editors.txt'), editor.name], { input: `${editor.password}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
  const server = spawn(program, ['serve', join(folder, 'atlas.yaml'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise((done, failed) => {
    let text = '';
    server.stderr.on('data', chunk => {
      text += chunk;
      const found = /serving (http:\/\/[^/\s]+)\//.exec(text);
      if (found) done(found[1]);
    });
    server.on('exit', code => failed(new Error(`the server ended with ${code}: ${text}`)));
  });
  return {
    address,
    folder,
    stop: () => new Promise(done => {
      server.removeAllListeners('exit');
      server.on('exit', () => { rmSync(folder, { recursive: true, force: true }); done(); });
      server.kill('SIGTERM');
    })
  };
}

/** Waits until the function or expression is true in the page. waitForFunction would need what the pages' policy forbids. */
export async function until(page, what) {
  for (const late = Date.now() + 15000; Date.now() < late;) {
    // While a new document comes, nothing can be asked.
    const is = await page.evaluate(what).catch(error => { if (!/context was destroyed|navigat/.test(error.message)) throw error; });
    if (is) return;
    await page.waitForTimeout(20);
  }
  throw new Error(`${page.url()} never came to ${what}`);
}

/** Waits until the element with this id has the keyboard: browsers give it after the document is there, and scripts after an answer. */
export const hasFocus = (page, id) => until(page, `document.activeElement !== null && document.activeElement.id === '${id}'`);

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], COLOURS = ['color-contrast', 'link-in-text-block'];

/** audit(page, part): what axe-core finds, as one text, empty where it finds nothing. Three quarters of its time go into contrasts, which
 * are the same in every language and width: a page is looked at whole once ('all'), otherwise without them ('words'), and in dark for
 * them alone ('colours'). close: selectors of what may stand close together. tags: null for axe-core's own choice of rules. */
export function auditor(modules, tags = TAGS) {
  const axe = readFileSync(join(modules, 'axe-core', 'axe.min.js'), 'utf8');
  const report = result => (result.passes.length > 0 ? [] : ['no rule was tried']).concat(result.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ') + ' (' + node.failureSummary + ')').join(', ')));
  return async (page, part = 'all', close = []) => {
    const how = { resultTypes: ['violations'], rules: {} }, size = { ...how, runOnly: { type: 'rule', values: ['target-size'] } };
    if (part === 'colours') how.runOnly = { type: 'rule', values: COLOURS };
    else if (tags) how.runOnly = tags;
    if (part === 'words') how.rules['color-contrast'] = { enabled: false };
    const runs = [`axe.run(document, ${JSON.stringify(how)})`];
    if (close.length > 0 && part !== 'colours') {
      how.rules['target-size'] = { enabled: false };
      runs.splice(0, 1, `axe.run(document, ${JSON.stringify(how)})`, `axe.run({ exclude: ${JSON.stringify(close)} }, ${JSON.stringify(size)})`);
    }
    return (await page.evaluate(`${axe}; (async () => [${runs.map(one => `...(${report})(await ${one})`)}])()`)).join('; ');
  };
}

/** What is to be hit, in a list of its own and not within a line of text, and is smaller than 24 pixels (WCAG 2.5.8). */
export const smallTargets = page => page.evaluate(() => [...document.querySelectorAll('a, button:not(.default), summary, select, textarea, input:not([type=hidden])')].filter(node => {
  const box = node.getBoundingClientRect();
  return box.width > 1 && box.right > 0 && box.left < innerWidth && (box.height < 24 || box.width < 24) && !node.closest('p, dd, .trap, .leaflet-control-attribution, li > a + *');
}).map(node => node.outerHTML.slice(0, 90)));

/** A picture of the page for people to look at, in build/browser/shots, where EG_SHOTS is set. */
export async function shoot(page, name, options = {}) {
  if (!process.env.EG_SHOTS) return;
  const shots = join(root, 'build', 'browser', 'shots');
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, name), ...options });
}

/** Runs [name, function] pairs and prints TAP, with the seconds that each took. Exit status 1 when one fails. TEST_CASE=word picks those
 * with the word in their name. */
export async function run(all) {
  const word = process.env.TEST_CASE || '', tests = all.filter(([name]) => name.includes(word));
  console.log(`1..${tests.length}`);
  let failed = 0;
  for (const [i, [name, body]] of tests.entries()) {
    const started = Date.now();
    try {
      await body();
      console.log(`ok ${i + 1} - ${name} # ${((Date.now() - started) / 1000).toFixed(2)} s`);
    } catch (error) {
      failed++;
      console.log(`not ok ${i + 1} - ${name}`);
      console.log(String(error.stack || error).split('\n').map(line => `# ${line}`).join('\n'));
    }
  }
  process.exitCode = failed ? 1 : 0;
}

export function check(condition, what) {
  if (!condition) throw new Error(what);
}

export function skipAll(reason) {
  console.log(`1..0 # SKIP ${reason}`);
}

export { existsSync, readFileSync, join };
