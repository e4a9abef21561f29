// Pictures of every public page and every editors' page in every state, at 320 and at 1280 pixels, for people to look at: `make shots`
// writes them into build/shots, with an index. What a program can see of each page (axe-core, a page that scrolls sideways, what is too
// small to be hit) stands in the index beside the picture, and on standard output. Not a test: the tests look at fewer states, faster.
// TEST_CASE=word takes the pictures with the word in their name.
import { auditor, calm, libraries, openBrowser, serveCounty, smallTargets, still, until, visit, root, join, program } from './support.mjs';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const EDITOR = { name: 'Ann Reed', password: 'correct horse battery' };
const WIDTHS = [320, 1280];
const LANGUAGES = ['en', 'cy', 'es', 'pt', 'ar'];

// An entry that says all that a directory has words for.
const WHOLE = {
  name: 'Harbour Kitchen and Neighbourhood Advice Partnership', alternate_name: 'The Kitchen', kind: 'hub', last_reviewed: '2024-03-01',
  description: 'Hot meals, a food pantry and advice on benefits, debts and housing.\nEverybody is welcome; children eat free.',
  url: 'https://example.org/harbour-kitchen/what-we-do/advice-and-meals-for-all-neighbourhoods', email: 'kitchen-and-advice@harbour.example.org',
  alert: 'The hall is closed for repairs until the end of the month; meals are served at the church.', status: 'active',
  eligibility: 'Whoever lives in Ashport', fees: 'Free; donations are welcome', how_to_apply: 'Come in, or telephone first if you need a lift.',
  programme: 'Thriving Neighbourhoods', topics: ['food_access', 'community_safety'], organisation: { name: 'Harbour Trust', url: 'https://trust.example.org/' },
  location: { name: 'Harbour Hall', longitude: -1.2, latitude: 52.1, address_1: '12 Quay Street', city: 'Ashport', postal_code: 'ZZ3 5AD', country: 'GB', transportation: 'Buses 7 and 12, stop Quay' },
  other_locations: [{ name: 'Church of All Saints', longitude: -1.21, latitude: 52.11, address_1: '1 Church Lane', city: 'Ashport', accessibility: [{ description: 'Ramp at the side door' }] }],
  accessibility: [{ description: 'Step-free entrance', details: 'Doors 90 cm wide' }, { description: 'Hearing loop' }],
  phones: [{ number: '01632 960123', type: 'voice', description: 'Kitchen' }, { number: '01632 960124', type: 'text' }, { number: '01632 960125', visibility: 'private' }],
  contacts: [{ name: 'Siân Owen', title: 'Coordinator', email: 'sian@harbour.example.org' }, { name: 'Bo Private', visibility: 'private' }],
  schedules: [{ freq: 'WEEKLY', byday: 'MO,TU,WE,TH,FR', opens_at: '09:00', closes_at: '17:00' }, { freq: 'WEEKLY', byday: 'SA', opens_at: '10:00', closes_at: '12:00', description: 'Advice only' }],
  languages: [{ name: 'Welsh', code: 'cy' }, { name: 'British Sign Language', note: 'on Tuesdays' }],
  funding: [{ source: 'National Lottery Community Fund', amount: '150000', currency: 'GBP', valid_from: '2024-04-01', valid_to: '2027-03-31', title: 'Kitchen for all' }],
  costs: [{ option: 'Meal', amount: '2.50', currency: 'GBP', amount_description: 'Children free' }], required_documents: [{ document: 'A letter with your address' }]
};

const modules = libraries();
if (!modules) {
  console.log('playwright-core could not be installed');
  process.exit(1);
}
const folder = join(root, 'build', 'shots');
if (!process.env.TEST_CASE) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const server = await serveCounty(EDITOR);
const browser = await openBrowser(modules), large = await openBrowser(modules, ['--blink-settings=defaultFontSize=32']);
const audit = auditor(modules);

// --- what there is to be seen ---

const token = execFileSync(program, ['editor', 'token', join(server.folder, 'editors.txt'), 'robot'], { encoding: 'utf8' }).trim().split(/\s+/).pop();
const call = async (method, path, body, headers = {}) => {
  const answer = await fetch(server.address + path, { method, headers: { Authorization: `Bearer ${token}`, ...headers }, body });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
};
const json = async path => (await call('GET', path)).json();

const entries = (await json('/coalitions?limit=1000')).features;
const served = entries.find(one => one.properties.service_area && one.properties.service_area.codes && one.geometry), training = entries.find(one => one.properties.kind === 'training');
const [longitude, latitude] = served.geometry.coordinates;
WHOLE.location = { ...WHOLE.location, longitude, latitude };
WHOLE.other_locations[0] = { ...WHOLE.other_locations[0], longitude: longitude + 0.05, latitude: latitude + 0.02 };
WHOLE.service_areas = (await json(`/entries/${served.id}`)).service_areas;
const whole = (await (await call('POST', '/entries?reason=by%20letter', JSON.stringify(WHOLE), { 'Content-Type': 'application/json' })).json()).id;
const rows = ['key,kind,name,description,topics,phone', ...Array.from({ length: 30 }, (_, i) => `shot-${i},service,Imported service ${i + 1},What it does,food_access,01632 9602${10 + i}`)];
writeFileSync(join(server.folder, 'rows.csv'), rows.join('\n') + '\n');
execFileSync(program, ['directory', 'import', join(server.folder, 'atlas.yaml'), join(server.folder, 'rows.csv'), '--format', 'csv', '--as', 'A list by e-mail'], { stdio: 'ignore' });
for (let polls = 0; !(await json('/coalitions?q=Imported')).numberMatched; polls++) {
  if (polls > 200) throw new Error('the import never came');
  await new Promise(done => setTimeout(done, 100));
}
const editing = await browser.newContext({ bypassCSP: true, reducedMotion: 'reduce' });
const suggesting = await editing.newPage();
const suggest = async (path, fields) => {
  await visit(suggesting, `${server.address}/finder/suggest${path}`);
  for (const [name, value] of Object.entries(fields)) await suggesting.fill(`[name="${name}"]`, value);
  await Promise.all([suggesting.waitForURL(/done=1/), suggesting.click('#suggest .buttons button')]);
};
const toCome = { name: 'Harbour Kitchen', description: 'Hot meals every day.', 'phones.0.number': '01632 960999', fees: '', note: 'We have a new name and a new number.', from_name: 'Mo', from_contact: 'mo@example.org' };
await suggest(`?entry=${whole}`, toCome);
await suggest('', { name: 'Allotment for beginners', description: 'Growing food together', 'phones.0.number': '01632 960444' });
const signIn = async page => {
  await page.goto(`${server.address}/admin/sign-in`);
  await page.fill('#name', EDITOR.name);
  await page.fill('#password', EDITOR.password);
  await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.click('form button')]);
};
await signIn(suggesting);
const cookies = await editing.cookies();
const linksAt = async (path, selector = 'ul.rows a') => {
  await suggesting.goto(server.address + path);
  return suggesting.$$eval(selector, nodes => nodes.map(node => node.href.replace(location.origin, '')));
};
// An entry that was changed since somebody suggested something.
const sendForm = async (page, selector) => Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.click(selector)]);
await suggest(`?entry=${served.id}`, { name: 'A name of its own' });
const document = await call('GET', `/entries/${served.id}`), tag = document.headers.get('etag');
await call('PUT', `/entries/${served.id}?reason=by%20telephone`, JSON.stringify({ ...await document.json(), name: 'Another name meanwhile' }), { 'Content-Type': 'application/json', 'If-Match': tag });
const waiting = {};
for (const link of await linksAt('/admin/suggestions')) {
  await suggesting.goto(server.address + link);
  const text = await suggesting.textContent('main');
  waiting[/Allotment/.test(text) ? 'fresh' : /Another name meanwhile/.test(text) ? 'clash' : 'change'] = link;
}
const changes = await linksAt('/admin/history', 'ul.rows a[href*="history/"]');
const batch = await (async () => {
  for (const link of changes) {
    await suggesting.goto(server.address + link);
    if (/all these entries/.test(await suggesting.textContent('main'))) return link;
  }
  throw new Error('no batch in the history');
})();

// --- the pictures ---

const guest = createServer((request, answer) => {
  answer.setHeader('Content-Type', 'text/html');
  const path = decodeURIComponent(request.url.slice(1));
  answer.end(`<!doctype html><html lang="en"><title>Elsewhere</title><meta name="viewport" content="width=device-width"><body style="font-family:serif"><h1>Another site</h1><p>What stands around the frame.</p><iframe src="${server.address}/${path}" title="Find help" width="100%" height="800" loading="lazy"></iframe>`);
});
await new Promise(done => guest.listen(0, '127.0.0.1', done));

const fill = fields => async page => { for (const [id, value] of Object.entries(fields)) await page.fill(id, value); };
const submit = (selector, fields = {}) => async page => {
  await fill(fields)(page);
  await sendForm(page, selector);
};
const openMore = async page => { for (const one of await page.$$('details:not([open]) > summary')) if (await one.isVisible()) await one.click(); };
const SENDS = '#suggest .buttons button', SAVES = 'button[value=save]:not(.default)';
const editor = path => `/admin${path}`;

/** name: [path, {prepare(page), ...}]: `browser` (the one with letters twice as large), `admin` (signed in), `options` of the context, `widths`,
 * `view`: what the window shows, not the whole page; `frame`: in another site; `noAxe`: not ours, or not seen. */
const shots = {};
for (const lang of LANGUAGES) {
  shots[`finder-list-${lang}`] = [`/finder?lang=${lang}`];
  shots[`finder-searched-${lang}`] = [`/finder?q=food&place=Ashport&radius=25000&lang=${lang}`, { prepare: openMore }];
  shots[`finder-nothing-${lang}`] = [`/finder?q=zzzz&lang=${lang}`];
  shots[`finder-unknown-place-${lang}`] = [`/finder?place=Atlantis&lang=${lang}`];
  shots[`entry-whole-${lang}`] = [`/finder/${whole}?lang=${lang}`];
  shots[`entry-none-${lang}`] = [`/finder/none?lang=${lang}`];
  shots[`print-list-${lang}`] = [`/finder?print=1&lang=${lang}`];
  shots[`suggest-change-${lang}`] = [`/finder/suggest?entry=${whole}&lang=${lang}`];
  shots[`suggest-register-${lang}`] = [`/finder/suggest?lang=${lang}`];
  shots[`suggest-faults-${lang}`] = [`/finder/suggest?lang=${lang}`, { prepare: submit(SENDS, { '#f-email': 'nobody', '#f-url': 'not an address' }) }];
  shots[`suggest-sent-${lang}`] = [`/finder/suggest?done=1&lang=${lang}`];
  shots[`landing-${lang}`] = [`/?lang=${lang}`, { view: true }];
}
const plain = { options: { javaScriptEnabled: false } }, dark = { options: { colorScheme: 'dark' } }, forced = { options: { forcedColors: 'active' } }, big = { browser: large };
for (const [how, what] of Object.entries({ 'no-script': plain, dark, forced, 'letters-200': big })) Object.assign(shots, {
  [`finder-list-${how}`]: ['/finder', what],
  [`finder-searched-${how}`]: ['/finder?q=food&place=Ashport&radius=25000&topic=food_access', what],
  [`entry-whole-${how}`]: [`/finder/${whole}`, what],
  [`suggest-change-${how}`]: [`/finder/suggest?entry=${whole}`, what],
  [`landing-${how}`]: ['/', { ...what, view: true }],
  [`admin-suggestion-${how}`]: [waiting.change, { ...what, admin: true }],
  [`admin-entry-${how}`]: [editor(`/entries/${whole}`), { ...what, admin: true }]
});
Object.assign(shots, {
  'finder-typed-place': ['/finder?place=ash'],
  'finder-several-places': ['/finder?place=Ashport+0'],
  'finder-served': ['/finder?place=Ashport&served=1'],
  'finder-place-needed': ['/finder?radius=5000'],
  'finder-last-page': ['/finder?page=3'],
  'finder-beyond-last-page': ['/finder?page=99'],
  'finder-training': ['/finder?kind=training'],
  'finder-all-filters': ['/finder?topic=food_access&kind=hub&kind=service', { prepare: openMore }],
  'finder-bad-request': ['/finder?kind=nonsense'],
  'finder-near': [`/finder?near=${longitude.toFixed(3)},${latitude.toFixed(3)}`],
  'finder-near-refused': ['/finder', { prepare: async page => { await page.click('#near-me'); await until(page, () => /Type a place/.test(document.querySelector('#count').textContent)); } }],
  'finder-embedding-line': ['/finder?q=food', { prepare: page => page.click('.embedding summary') }],
  'finder-cluster-focus': ['/finder', { view: true, prepare: async page => { await page.keyboard.press('Tab'); await page.focus('#map .cluster >> nth=0'); await page.evaluate(() => document.querySelector('#map').scrollIntoView()); } }],
  'finder-cluster-opened': ['/finder', { view: true, prepare: async page => { await page.focus('#map .cluster >> nth=0'); await page.keyboard.press('Enter'); await still(page); await page.evaluate(() => document.querySelector('#map').scrollIntoView()); } }],
  'finder-marker-opened': [`/finder?q=${encodeURIComponent('Harbour Kitchen')}`, { view: true, prepare: async page => { await page.focus('#map .target >> nth=0'); await page.keyboard.press('Enter'); await page.waitForSelector('.leaflet-popup a'); await still(page); await page.evaluate(() => document.querySelector('#map').scrollIntoView()); } }],
  'finder-skip-link': ['/finder', { view: true, prepare: page => page.keyboard.press('Tab') }],
  'finder-row-focus': ['/finder', { view: true, prepare: async page => { await page.keyboard.press('Tab'); await page.focus('ol.entries h3 a >> nth=1'); } }],
  'finder-framed': ['finder?embed=1&q=food', { frame: true }],
  'suggest-framed': ['finder/suggest?embed=1', { frame: true }],
  'entry-of-areas': [`/finder/${entries.find(one => one.properties.kind === 'partnership').id}`],
  'entry-poor': [`/finder/${entries.find(one => one.properties.kind === 'officer_base').id}`],
  'entry-training': [`/finder/${training.id}`],
  'entry-imported': [`/finder/${(await json('/coalitions?q=Imported')).features[0].id}`],
  'entry-on-paper': [`/finder/${whole}`, { paper: true }],
  'print-list-on-paper': ['/finder?print=1&place=Ashport', { paper: true }],
  'suggest-answers': ['/finder/suggest', { prepare: submit('button[value=find_area]', { '#f-find_place': 'Ashport', '#f-find_area': 'Ashport' }) }],
  'suggest-not-found': ['/finder/suggest', { prepare: submit('button[value=find_place]', { '#f-find_place': 'Atlantis' }) }],
  'suggest-hours-by-day': ['/finder/suggest', { prepare: async page => { for (const box of (await page.$$('ul.week input')).slice(0, 5)) await box.check(); await page.fill('input[type=time] >> nth=0', '09:00'); await page.fill('input[type=time] >> nth=1', '17:00'); await sendForm(page, '.times button'); } }],
  'suggest-no-entry': ['/finder/suggest?entry=none'],
  'admin-sign-in': [editor('/sign-in')],
  'admin-wrong-password': [editor('/sign-in'), { prepare: submit('form button', { '#name': EDITOR.name, '#password': 'a guess that is wrong' }) }],
  'admin-start': [editor(''), { admin: true }],
  'admin-suggestions': [editor('/suggestions'), { admin: true }],
  'admin-suggestions-accepted': [editor('/suggestions?state=accepted'), { admin: true }],
  'admin-suggestions-rejected': [editor('/suggestions?state=rejected'), { admin: true }],
  'admin-suggestion': [waiting.change, { admin: true }],
  'admin-suggestion-new': [waiting.fresh, { admin: true }],
  'admin-suggestion-clash': [waiting.clash, { admin: true }],
  'admin-suggestion-edit': [`${waiting.change}?edit=1`, { admin: true }],
  'admin-suggestion-no-reason': [waiting.change, { admin: true, prepare: submit('button[value=reject]') }],
  'admin-suggestion-none': [editor('/suggestions/none'), { admin: true }],
  'admin-entries': [editor('/entries'), { admin: true }],
  'admin-entries-found': [editor('/entries?q=harbour'), { admin: true }],
  'admin-entries-not-found': [editor('/entries?q=zzzz'), { admin: true }],
  'admin-entries-due': [editor('/entries?due=1'), { admin: true }],
  'admin-entry': [editor(`/entries/${whole}`), { admin: true }],
  'admin-entry-new': [editor('/entries/new'), { admin: true }],
  'admin-entry-faults': [editor(`/entries/${whole}`), { admin: true, prepare: submit(SAVES, { '[name=email]': 'no address', '[name=name]': '' }) }],
  'admin-entry-another-place': [editor(`/entries/${whole}`), { admin: true, prepare: openMore }],
  'admin-entry-delete': [editor(`/entries/${whole}/delete`), { admin: true }],
  'admin-entry-none': [editor('/entries/00000000-0000-4000-8000-000000000000'), { admin: true }],
  'admin-history': [editor('/history'), { admin: true }],
  'admin-history-of-entry': [editor(`/history?entry=${served.id}`), { admin: true }],
  'admin-change': [changes.find(one => one !== batch), { admin: true }],
  'admin-batch': [batch, { admin: true }],
  'admin-change-none': [editor('/history/none'), { admin: true }]
});
// What changes what others show comes last, and too many guesses at the very end.
Object.assign(shots, {
  'admin-saved': [editor(`/entries/${whole}`), { admin: true, prepare: submit(SAVES, { '[name=fees]': 'Free' }) }],
  'admin-reviewed': [editor(`/entries/${whole}`), { admin: true, prepare: page => sendForm(page, 'button[value=review]') }],
  'admin-change-undone': [editor(`/history?entry=${whole}`), { admin: true, prepare: async page => { await sendForm(page, 'ul.rows a >> nth=0'); await sendForm(page, 'main form button'); } }],
  'admin-batch-undone': [batch, { admin: true, prepare: page => sendForm(page, 'main form button') }],
  'admin-signed-out': [editor(''), { admin: true, prepare: page => sendForm(page, '.leave button'), widths: [1280], late: true }],
  'admin-too-many-tries': [editor('/sign-in'), { prepare: async page => { for (let i = 0; i < 12; i++) await submit('form button', { '#name': 'Nobody', '#password': `a guess, number ${i}` })(page); } }],
  'suggest-too-many': ['/finder/suggest', { prepare: async page => {
    for (let i = 0; i < 7; i++) {
      await page.goto(`${server.address}/finder/suggest`);
      await submit(SENDS, { '#f-name': `Number ${i}` })(page);
      if (!/done=1/.test(page.url())) return;
    }
  } }]
});

async function take(name, width, [path, what = {}]) {
  const context = await (what.browser || browser).newContext({ viewport: { width, height: width === 320 ? 640 : 900 }, bypassCSP: true, reducedMotion: 'reduce', permissions: [], ...what.options });
  if (what.admin) await context.addCookies(cookies);
  const page = await context.newPage();
  try {
    await visit(page, what.frame ? `http://localhost:${guest.address().port}/${encodeURIComponent(path)}` : server.address + path);
    if (what.frame) { await page.waitForTimeout(300); await calm(page); }
    if (what.prepare) await what.prepare(page);
    await calm(page);
    const file = `${name}-${width}.png`, said = [];
    if (what.paper) await page.emulateMedia({ media: 'print' });
    await page.screenshot({ path: join(folder, file), fullPage: !what.view });
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    if (wide > width) said.push(`${wide} pixels wide`);
    if (!what.frame && !(what.options && what.options.javaScriptEnabled === false)) {
      const found = await audit(page, width === 320 && !/-(cy|es|pt|ar)$/.test(name) ? 'all' : 'words', name === 'finder-marker-opened' ? ['.target, .cluster'] : []); // what a box hides is there again when it is closed
      if (found) said.push(found);
      const small = await smallTargets(page);
      if (small.length > 0) said.push(`smaller than 24 pixels: ${small.join(' ')}`);
    }
    return { file, title: await page.title(), said };
  } finally {
    await context.close();
  }
}

const escaped = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
const list = [];
let wrong = 0;
for (const [name, shot] of Object.entries(shots)) for (const width of (shot[1] && shot[1].widths) || WIDTHS) {
  if (!`${name}-${width}`.includes(process.env.TEST_CASE || '')) continue;
  try {
    const { file, title, said } = await take(name, width, shot);
    if (said.length > 0) wrong++;
    console.log(`${file}${said.map(one => `\n  ${one}`).join('')}`);
    list.push(`<li><a href="${file}"><img src="${file}" alt="" width="160" loading="lazy"> ${escaped(file)}</a> ${escaped(title)}${said.map(one => `<p><strong>${escaped(one)}</strong>`).join('')}`);
  } catch (error) {
    wrong++;
    console.log(`${name}-${width}: ${error}`);
    list.push(`<li>${escaped(name)}-${width}: <strong>${escaped(String(error))}</strong>`);
  }
}
writeFileSync(join(folder, 'index.html'), `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pictures of all pages</title><meta name="viewport" content="width=device-width"><style>body{font-family:sans-serif}ul{display:flex;flex-wrap:wrap;gap:16px;list-style:none;padding:0}li{width:240px;overflow-wrap:anywhere}img{display:block;max-height:400px;object-fit:cover;object-position:top;border:1px solid #888}</style><h1>Pictures of all pages</h1><p>${list.length} pictures; ${wrong} with remarks.</p><ul>${list.join('\n')}</ul></html>\n`);
console.log(`${list.length} pictures in build/shots, ${wrong} with remarks`);
guest.close();
await browser.close();
await large.close();
await server.stop();
process.exitCode = wrong ? 1 : 0;
