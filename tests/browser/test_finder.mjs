#!/usr/bin/env node
// The public finder in a real browser: searched, filtered, by keyboard alone, without a script, near the browser's own place, framed in
// another site, printed; accessible in every language; without third parties.
import { auditor, calm, check, existsSync, hasFocus, join, libraries, openBrowser, run, serveCounty, shoot, skipAll, smallTargets, still, until, visit } from './support.mjs';
import { createServer } from 'node:http';

const LANGUAGES = ['en', 'cy', 'es', 'pt', 'ar'];
const SEARCHES = ['/finder', '/finder?q=food&place=Ashport&radius=25000', '/finder?place=nowhere+at+all', '/finder?place=ash', '/finder?kind=nonsense', '/finder?page=3', '/finder?embed=1', '/finder?radius=5000', '/finder?q=zzzz', '/finder?print=1&place=Ashport'];

const modules = libraries();
if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty();
  const browser = await openBrowser(modules);
  const problems = [], strangers = [];
  const entries = (await (await fetch(`${server.address}/coalitions?limit=1000`)).json()).features;
  const served = entries.find(one => one.properties.service_area && one.properties.service_area.codes && one.geometry);

  const watch = page => {
    page.on('console', message => {
      if (message.type() === 'error' && !/status of 40[04]/.test(message.text())) problems.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', error => problems.push(`${page.url()}: ${error}`));
    page.on('request', request => {
      if (!request.url().startsWith(server.address) && !request.url().startsWith('data:')) strangers.push(request.url());
    });
    return page;
  };
  const open = async (context, path) => {
    const page = watch(await context.newPage());
    await visit(page, server.address + path);
    return page;
  };
  const audit = auditor(modules);
  const names = page => page.$$eval('ol.entries h3', nodes => nodes.map(node => node.textContent));
  const count = page => page.textContent('#count');
  const settled = page => until(page, () => !document.querySelector('#found.busy') && !/…$/.test(document.querySelector('#count').textContent));

  const everywhere = (width, options) => async () => {
    // Nothing fades in or moves while it is looked at.
    const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true, reducedMotion: 'reduce', ...options });
    const page = watch(await context.newPage());
    const paths = SEARCHES.concat([`/finder/${served.id}`, '/finder/no-such-entry']);
    for (const path of paths) for (const lang of LANGUAGES) {
      if (lang !== 'en' && !['/finder', SEARCHES[1], `/finder/${served.id}`].includes(path)) continue;
      if (options && (lang !== 'en' || path === SEARCHES[0])) continue;
      if (width > 320 && !['en', 'ar'].includes(lang)) continue; // the words are the same, the layout is the wide one's
      await visit(page, server.address + path + (path.includes('?') ? '&' : '?') + 'lang=' + lang);
      const found = await audit(page, options ? 'colours' : lang === 'en' && width === 320 ? 'all' : 'words');
      check(!found, `${path} in ${lang} at ${width}: ${found}`);
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      check(wide <= width, `${path} in ${lang} is ${wide} pixels wide at ${width}`);
      const small = await smallTargets(page);
      check(small.length === 0, `${path} in ${lang} at ${width}: smaller than 24 pixels: ${small.join(' ')}`);
      const name = path.replace(served.id, 'entry').replace(/[^a-zA-Z0-9]+/g, '-');
      await shoot(page, `finder-${width}${options && options.colorScheme ? '-dark' : ''}-${lang}${name}.png`, { fullPage: true });
    }
    await context.close();
  };

  await run([
    ['every page is accessible in every language and fits at 320 pixels', everywhere(320)],
    ['every page is accessible in every language at 1280 pixels', everywhere(1280)],
    ['every page is accessible in dark colours', everywhere(1280, { colorScheme: 'dark' })],
    ['what is printed is accessible, and holds the whole list without the form', async () => {
      const page = await open(await browser.newContext({ viewport: { width: 800, height: 1000 }, bypassCSP: true }), '/finder');
      await page.click('a >> text=List for printing');
      await page.waitForURL(/print=1/);
      check((await names(page)).length === Number(/\d+/.exec(await count(page))[0]) && (await names(page)).length > 20, `${await count(page)}`);
      check(await page.isVisible('button.print'), 'a button');
      await page.emulateMedia({ media: 'print' });
      const found = await audit(page);
      check(!found, found);
      check(!(await page.isVisible('#search')) && !(await page.isVisible('#map')) && await page.isVisible('ol.entries'), 'list only');
      check(!(await page.isVisible('button.print')) && !(await page.isVisible('.back')), 'not on paper');
      await shoot(page, 'finder-print.png');
    }],
    ['a search and a filter change the list without a reload, and the history goes back', async () => {
      const page = await open(await browser.newContext(), '/finder');
      await page.evaluate(() => { window.kept = true; });
      const all = await count(page);
      // In one go: a pause in typing searches by itself, and is then no step of the history.
      await page.$eval('#q', field => { field.value = 'food'; field.form.requestSubmit(); });
      await settled(page);
      check(/[?&]q=food/.test(page.url()), page.url());
      const some = await count(page);
      check(some !== all && (await names(page)).length > 0, `${all} ${some}`);
      await page.selectOption('#topic', { index: 2 });
      await settled(page);
      check(/topic=/.test(page.url()), page.url());
      await page.goBack();
      await settled(page);
      check(await count(page) === some && await page.inputValue('#topic') === '', `back: ${await count(page)}`);
      await page.goBack();
      await settled(page);
      check(await count(page) === all && await page.inputValue('#q') === '', `back: ${await count(page)}`);
      await page.goForward();
      await settled(page);
      check(await count(page) === some && await page.inputValue('#q') === 'food', 'forward');
      check(await page.evaluate(() => window.kept), 'it was reloaded');
    }],
    ['who is open now is a tick, which the address keeps', async () => {
      const page = await open(await browser.newContext(), '/finder');
      await page.check('input[name=open]');
      await until(page, () => /[?&]open=now/.test(location.search));
      await settled(page);
      const openNow = async () => (await (await fetch(`${server.address}/coalitions?open=now`)).json()).numberMatched;
      let before, shown;
      do { // again, when somebody opened or closed meanwhile
        before = await openNow();
        await page.reload();
        await calm(page);
        shown = await page.locator('ol.entries > li').count();
      } while (before !== await openNow());
      check(before > 0 && shown === Math.min(before, 20), `${shown} of ${before}`);
      check(await page.isChecked('input[name=open]'), 'the tick is still there');
    }],
    ['a language and what is accessible narrow the list and the map, and stand in the address', async () => {
      const page = await open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), '/finder');
      const same = async (query, languages, access) => {
        await until(page, `new URLSearchParams(location.search).get('language') ${languages ? `=== '${languages}'` : '=== null'}`);
        await settled(page);
        check((new URL(page.url()).searchParams.get('accessibility') || '') === access, page.url());
        const found = (await (await fetch(`${server.address}/coalitions?limit=1000&${query}`)).json()).features;
        const told = await names(page);
        check(found.length > 0 && told.join() === found.slice(0, 20).map(one => one.properties.name).join(), `${query}: ${told}`);
        // On the map, one by one or in clusters.
        await until(page, `[...document.querySelectorAll('#map .leaflet-marker-icon')].reduce((n, node) => n + (Number(node.textContent) || 1), 0) === ${found.filter(one => one.geometry).length}`);
        return found.length;
      };
      const language = 'Português', access = 'Step-free entrance';
      await page.selectOption('#language', language);
      const some = await same(new URLSearchParams({ language }), language, '');
      await page.selectOption('#accessibility', access);
      await until(page, () => /accessibility=/.test(location.search));
      const few = await same(new URLSearchParams({ language, accessibility: access }), language, access);
      check(few < some, `${few} of ${some}`);
      const other = await open(await browser.newContext({ javaScriptEnabled: false }), page.url().slice(server.address.length));
      check((await names(other)).join() === (await names(page)).join() && await other.inputValue('#accessibility') === access, 'without a script');
      await page.goBack();
      check(await same(new URLSearchParams({ language }), language, '') === some && await page.inputValue('#accessibility') === '', 'back');
      await page.selectOption('#language', '');
      check(await same('', '', '') > some, 'all');
      await visit(page, `${server.address}/finder?language=PORTUGUES`);
      check(await page.inputValue('#language') === language && await page.locator('#language option').count() === 5, 'one spelling of a term');
    }],
    ['an address shows to others what it shows here, with a script or without', async () => {
      const path = '/finder?place=Ashport&radius=25000&kind=coalition&kind=hub';
      const one = await open(await browser.newContext(), path);
      const other = await open(await browser.newContext({ javaScriptEnabled: false }), path);
      check((await names(one)).join() === (await names(other)).join() && (await names(one)).length > 0, 'the same list');
      check(await other.isChecked('input[value=hub]') && await other.inputValue('#place') === 'Ashport', 'the form holds it');
    }],
    ['places are suggested while one types, by name and by postcode, and what is chosen is found', async () => {
      const page = await open(await browser.newContext(), '/finder');
      const offered = async text => {
        await page.fill('#place', text);
        await until(page, () => document.querySelectorAll('#place-list option').length > 0);
        return page.$$eval('#place-list option', options => options.map(option => option.value));
      };
      check((await offered('ashp')).includes('Ashport and Isles District'), 'a name');
      await page.fill('#place', '');
      await until(page, () => document.querySelectorAll('#place-list option').length === 0);
      const postcodes = await offered('zz3');
      check(postcodes[0] === 'ZZ3', postcodes.join());
      await page.fill('#place', postcodes[0]);
      await page.keyboard.press('Enter');
      await settled(page);
      check(/from: ZZ3/.test(await page.textContent('#found')), await page.textContent('#found'));
    }],
    ['without a script the form, the pages, an entry and its contact work', async () => {
      const page = await open(await browser.newContext({ javaScriptEnabled: false }), '/finder');
      check(!(await page.isVisible('#map')) && !(await page.isVisible('#near-me')), 'nothing that needs a script');
      await page.fill('#place', 'Ashport');
      await page.click('button[type=submit]');
      const distances = await page.$$eval('.distance', nodes => nodes.map(node => /^in Ashport/.test(node.textContent) ? 0 : parseFloat(node.textContent) * (/ m$/.test(node.textContent) ? 0.001 : 1)));
      check(distances.length > 5 && distances[0] === 0 && distances.every((far, i) => i === 0 || far >= distances[i - 1]), distances.join());
      await page.click('nav.pages a[rel=next]');
      check(/page=2/.test(page.url()) && /place=Ashport/.test(page.url()), page.url());
      await page.click('ol.entries h3 a >> nth=0');
      check(await page.isVisible('h1') && /finder\/[0-9a-f-]{36}/.test(page.url()), page.url());
      check(await page.locator('a[href^="tel:"], a[href^="mailto:"], a[href^="geo:"]').count() > 0, 'contact');
    }],
    ['the mark on the map is called as the place that was asked for', async () => {
      const page = await open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), '/finder?place=Ashport&radius=1000');
      await page.waitForSelector('#map .leaflet-tooltip');
      check(await page.textContent('#map .leaflet-tooltip') === 'Ashport and Isles District', await page.textContent('#map .leaflet-tooltip'));
      const listed = await names(page), asked = await page.getAttribute('#found', 'data-features');
      const mapped = (await (await fetch(new URL(asked, page.url()))).json()).features.map(one => one.properties.name);
      check(listed.length > 0 && listed.join() === mapped.slice(0, listed.length).join(), `${listed} / ${mapped}`);
    }],
    ['from right to left, on a narrow screen, the name stands beside its mark, and the text of a marker in the map and not below its buttons', async () => {
      for (const lang of ['en', 'ar']) {
        const page = await open(await browser.newContext({ viewport: { width: 320, height: 640 }, reducedMotion: 'reduce', bypassCSP: true }), `/finder?q=food&place=Ashport&radius=25000&lang=${lang}`);
        await page.waitForSelector('#map .leaflet-tooltip');
        const apart = await page.evaluate(() => {
          const name = document.querySelector('#map .leaflet-tooltip').getBoundingClientRect(), mark = document.querySelector('#map path').getBoundingClientRect();
          return Math.max(name.left - mark.right, mark.left - name.right);
        });
        check(apart < 20, `${lang}: ${apart} pixels between the mark and its name`);
        await page.focus('#map .target >> nth=0');
        await page.keyboard.press('Enter');
        await page.waitForSelector('.leaflet-popup a');
        await still(page);
        const found = await page.evaluate(() => {
          const box = node => document.querySelector(node).getBoundingClientRect(), map = box('#map'), text = box('.leaflet-popup'), buttons = box('.leaflet-control-zoom');
          const meets = text.left < buttons.right && text.right > buttons.left && text.top < buttons.bottom && text.bottom > buttons.top;
          return text.left >= map.left && text.right <= map.right && text.top >= map.top && !meets ? '' : JSON.stringify([map, text, buttons]);
        });
        check(found === '', `${lang}: ${found}`);
        const wrong = lang === 'ar' && await audit(page, 'words', ['.target, .cluster']); // what the text hides is there again when it is closed
        check(!wrong, `${lang}: ${wrong}`);
        await page.context().close();
      }
    }],
    ['letters twice as large are twice as large everywhere, and nothing is beside the page', async () => {
      const large = await openBrowser(modules, ['--blink-settings=defaultFontSize=32']);
      try {
        for (const path of ['/finder?place=Ashport', `/finder/${served.id}`, '/finder/suggest', '/']) {
          const page = await open(await large.newContext({ viewport: { width: 1280, height: 900 } }), path);
          const found = await page.evaluate(() => [getComputedStyle(document.body).fontSize, document.documentElement.scrollWidth].join());
          check(found === '32px,1280', `${path}: ${found}`);
        }
      } finally {
        await large.close();
      }
    }],
    ['the map shows the results in clusters, opened by keyboard, and follows the list', async () => {
      const page = await open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), '/finder');
      await page.waitForSelector('#map .leaflet-marker-icon');
      await still(page);
      const shown = await page.$$eval('#map .leaflet-marker-icon', nodes => nodes.map(node => [node.getAttribute('role'), node.getAttribute('aria-label')]));
      check(shown.every(one => one[0] === 'button' && one[1]), JSON.stringify(shown));
      const clusters = await page.locator('#map .cluster').count();
      check(clusters > 0, 'clusters');
      await shoot(page, 'finder-map.png');
      const before = await page.locator('#map .target').count();
      await page.focus('#map .cluster >> nth=0');
      await page.keyboard.press('Enter');
      await until(page, `document.querySelectorAll('#map .target').length !== ${before} || document.querySelectorAll('#map .cluster').length !== ${clusters}`);
      await visit(page, `${server.address}/finder?q=${encodeURIComponent(served.properties.name)}`);
      await page.waitForSelector('#map .target');
      await still(page);
      await page.focus('#map .target >> nth=0');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.leaflet-popup [href*="finder/"]');
      await page.keyboard.press('Escape');
      await page.waitForSelector('.leaflet-popup', { state: 'detached' });
      check(await page.evaluate(() => document.activeElement.classList.contains('target')), 'the keyboard is back at the marker');
      const left = () => page.evaluate(() => document.querySelector('#map .target').getBoundingClientRect().left);
      const at = await left();
      await page.click('.pan-right');
      await until(page, `document.querySelector('#map .target').getBoundingClientRect().left < ${at} - 50`);
    }],
    ['what the Tab key comes to on a map can be seen', async () => {
      for (const path of ['/finder', `/finder/${served.id}`, '/finder/suggest', '/']) {
        const page = await open(await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' }), path);
        await page.waitForSelector('#map .leaflet-control-zoom-in');
        const seen = [];
        for (let i = 0; i < 90 && seen.length < 6; i++) {
          await page.keyboard.press('Tab');
          const at = await page.evaluate(() => {
            const node = document.activeElement, how = getComputedStyle(node);
            return node.closest('#map') && `${node.id || node.className} ${how.outlineStyle} ${how.outlineWidth}`;
          });
          if (!at) continue;
          if (seen.length === 0) await shoot(page, `focus-map${path.replace(/\W+/g, '-')}.png`);
          seen.push(at);
        }
        check(seen.length > 2 && seen.every(one => / solid 3px$/.test(one)), `${path}: ${seen.join('; ')}`);
        await page.context().close();
      }
    }],
    ['a marker on the page of its entry is a picture, not a button', async () => {
      const page = await open(await browser.newContext(), `/finder/${served.id}`);
      await page.waitForSelector('#map .target');
      const told = await page.$$eval('#map .target', nodes => nodes.map(node => `${node.getAttribute('role')} ${node.tabIndex} ${node.getAttribute('aria-label')}`));
      check(told.length > 0 && told.every(one => /^img -1 ./.test(one)), told.join('; '));
    }],
    ['where no place is called so, the live region says it, what is called much like it, and what to try', async () => {
      const page = await open(await browser.newContext(), '/finder');
      await page.evaluate(() => { window.told = document.getElementById('count'); });
      for (const [typed, said] of [['Atlantis', /^Entries found: 0 · No place here is called “Atlantis”\. Try /], ['Ashprt', /No place here is called “Ashprt”\. (Did you mean: [^.]*Ashport|Try )/]]) {
        await page.fill('#place', typed);
        await page.press('#place', 'Enter');
        await settled(page);
        check(said.test(await count(page)), await count(page));
      }
      check(await page.evaluate(() => window.told === document.getElementById('count')), 'the same node');
    }],
    ['what needs a place says so beside the field, until there is one', async () => {
      const page = await open(await browser.newContext(), '/finder');
      const said = () => page.textContent('#place-needed');
      check(await said() === '' && !(await page.isVisible('#place-needed')), 'nothing at first');
      await page.evaluate(() => { window.told = document.getElementById('place-needed'); });
      await page.selectOption('#radius', '5000');
      await until(page, () => /^Type a place first/.test(document.getElementById('place-needed').textContent));
      check(/radius=5000/.test(page.url()) && await page.isVisible('#place-needed'), page.url());
      await page.fill('#place', 'Ashport');
      await page.press('#place', 'Enter');
      await until(page, () => document.getElementById('place-needed').textContent === '');
      check(await page.evaluate(() => window.told === document.getElementById('place-needed') && window.told.getAttribute('role') === 'status'), 'the same node');
    }],
    ['ways within the page leave the list as it is', async () => {
      const page = await open(await browser.newContext({ viewport: { width: 600, height: 800 } }), '/finder?q=food');
      let asked = 0;
      page.on('request', request => { if (/finder\?/.test(request.url())) asked++; });
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.click('a[href="#map"]');
      await calm(page);
      check(asked === 0 && /#map$/.test(page.url()), `${asked} requests at ${page.url()}`);
    }],
    ['an entry shows on its map whom it serves: one outline, without the borders within', async () => {
      const shapes = entries.filter(one => one.properties.kind === 'officer_base').slice(0, 1);
      const districts = entries.filter(one => one.properties.kind === 'partnership').slice(0, 1);
      for (const entry of [served, ...shapes, ...districts]) for (const width of [1280, 320]) {
        const page = await open(await browser.newContext({ viewport: { width, height: 900 } }), `/finder/${entry.id}`);
        await page.waitForSelector('#map svg path', { state: 'attached' });
        check(await page.locator('#map svg path').count() === 1, `${entry.properties.kind}: one path`);
        const drawn = await page.evaluate(() => {
          const path = document.querySelector('#map svg path').getBoundingClientRect(), map = document.querySelector('#map').getBoundingClientRect();
          return path.width > 40 && path.height > 40 && path.left >= map.left - 1 && path.right <= map.right + 1 && path.top >= map.top - 1 && path.bottom <= map.bottom + 1;
        });
        check(drawn, `${entry.properties.kind} at ${width}: the outline fills the map and is whole`);
        await shoot(page, `finder-entry-${entry.properties.kind}-${width}.png`, { fullPage: true });
      }
    }],
    ['an entry tells what is known of its areas together, in a table that can be read aloud', async () => {
      const page = await open(await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 900 } }), `/finder/${served.id}`);
      const figures = await (await fetch(`${server.address}/coalitions/${served.id}/profile`)).json();
      const shown = figures.indicators.filter(one => one.combined && one.id !== 'population');
      check(await page.locator('table.figures tbody tr').count() === shown.length && shown.length > 3, 'a row for each');
      check((await page.textContent('#serves + *')) !== null && (await page.textContent('section[aria-labelledby=serves]')).includes(figures.population.value.toLocaleString('en')), 'residents');
      check(await page.locator('table.figures th[scope=row]').count() === shown.length && await page.locator('table.figures caption').count() === 1, 'headings');
    }],
    ['a screen reader is read an entry and a list in the order in which they are needed', async () => {
      const page = await open(await browser.newContext({ viewport: { width: 320, height: 800 } }), `/finder/${served.id}`);
      const cdp = await page.context().newCDPSession(page);
      const tree = async () => {
        const { nodes } = await cdp.send('Accessibility.getFullAXTree');
        const byId = new Map(nodes.map(node => [node.nodeId, node])), told = [];
        const walk = node => {
          const role = node.role && node.role.value, name = (node.name && node.name.value) || '';
          if (!node.ignored) told.push({ role, name });
          for (const id of node.childIds || []) if (byId.has(id)) walk(byId.get(id));
        };
        walk(nodes[0]);
        return told;
      };
      const inOrder = (told, wanted, what) => {
        let at = 0;
        for (const [role, name] of wanted) {
          const found = told.findIndex((one, i) => i >= at && one.role === role && name.test(one.name));
          check(found >= 0, `${what}: ${role} ${name} does not follow; ${told.slice(at, at + 40).map(one => `${one.role}: ${one.name}`).join(' | ')}`);
          at = found + 1;
        }
      };
      const unnamed = told => told.filter(one => ['link', 'button', 'textbox', 'searchbox', 'combobox', 'checkbox', 'image', 'region', 'navigation', 'table'].includes(one.role) && !one.name.trim());
      const entry = await tree();
      inOrder(entry, [['link', /^Skip to the content/], ['banner', /^/], ['navigation', /^Language/], ['main', /^/], ['heading', new RegExp(`^${served.properties.name}$`)],
        ['heading', /^Contact$/], ['term', /^/], ['link', /^[\d +()]+$/], ['heading', /^How to reach it$/], ['link', /^Show on the map$/], ['region', /^Map:/], ['button', /^Zoom in$/],
        ['heading', /^Hours$/], ['listitem', /^/], ['StaticText', /(am|closed|open)/], ['heading', /^About it$/], ['heading', /^Whom it serves$/], ['table', /^These areas/], ['heading', /^Source$/], ['link', /^All entries$/]], 'an entry');
      check(unnamed(entry).length === 0, `an entry has without a name: ${JSON.stringify(unnamed(entry))}`);
      check(entry.filter(one => one.role === 'heading').length === await page.locator('h1, h2').count(), 'headings');
      await visit(page, `${server.address}/finder?place=Ashport`);
      await page.click('.more summary');
      const list = await tree();
      inOrder(list, [['link', /^Skip to the results/], ['main', /^/], ['heading', /^Find help/], ['search', /^Search$/], ['searchbox', /^Words$/], ['combobox', /^Place$/], ['button', /^Near me$/],
        ['combobox', /^Distance$/], ['checkbox', /open now/], ['group', /^Kind$/], ['button', /^Search$/], ['region', /^Results$/], ['heading', /^Results$/], ['status', /^/], ['StaticText', /^Entries found/],
        ['list', /^/], ['listitem', /^/], ['heading', /./], ['link', /./], ['navigation', /^Pages$/], ['region', /^Map/]], 'a list');
      check(unnamed(list).length === 0, `a list has without a name: ${JSON.stringify(unnamed(list))}`);
      /* What a filter finds is announced: the live region is the same node as before, with another text. */
      await page.evaluate(() => { window.told = document.getElementById('count'); });
      const before = await count(page);
      await page.fill('#q', 'food');
      await page.press('#q', 'Enter');
      await settled(page);
      check(await page.evaluate(() => window.told === document.getElementById('count') && window.told.getAttribute('aria-live') === 'polite') && await count(page) !== before, 'announced');
      await visit(page, `${server.address}/finder/suggest`);
      const form = await tree();
      inOrder(form, [['heading', /^Register/], ['group', /^About it$/], ['textbox', /^Name/], ['group', /^Where it is$/], ['textbox', /^Street/], ['textbox', /^Find the position/], ['button', /^Find the position$/],
        ['button', /^Use my location$/], ['region', /^Map to choose/], ['textbox', /^Longitude$/], ['group', /^For whom it is$/], ['group', /^Areas it serves$/], ['textbox', /^Find areas/], ['button', /^Find areas$/],
        ['group', /^About you$/], ['button', /^Send to the editors$/]], 'the form');
      check(unnamed(form).length === 0, `the form has without a name: ${JSON.stringify(unnamed(form))}`);
    }],
    ['nothing is cut off with wide spacing of the text, nor in forced colours', async () => {
      for (const path of ['/finder?place=Ashport', `/finder/${served.id}`, '/finder/suggest']) {
        const page = await open(await browser.newContext({ viewport: { width: 320, height: 800 }, bypassCSP: true, forcedColors: 'active', reducedMotion: 'reduce' }), path);
        await page.addStyleTag({ content: '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }' });
        const cut = await page.evaluate(() => [...document.querySelectorAll('main, main *')].filter(node => {
          const how = getComputedStyle(node);
          return !node.closest('#map, .default, .trap, select, input, textarea') && /hidden|clip/.test(how.overflowX + how.overflowY) && (node.scrollWidth > node.clientWidth + 2 || node.scrollHeight > node.clientHeight + 2);
        }).map(node => node.outerHTML.slice(0, 80)));
        check(cut.length === 0, `${path}: ${cut.join(' ')}`);
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        check(wide <= 320, `${path} is ${wide} pixels wide`);
        await page.focus(path.endsWith('suggest') ? '#f-name' : 'main a >> nth=0');
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(() => { const how = getComputedStyle(document.activeElement); return how.outlineStyle !== 'none' && parseFloat(how.outlineWidth) >= 2; });
        check(seen, `${path}: the focus is seen`);
        await page.context().close();
      }
    }],
    ['near me asks the browser, sorts by distance, and can be forgotten', async () => {
      const at = served.geometry.coordinates;
      const context = await browser.newContext({ geolocation: { longitude: at[0], latitude: at[1] }, permissions: ['geolocation'] });
      const page = await open(context, '/finder');
      check(!/near=/.test(page.url()), 'nothing is asked before');
      await page.click('#near-me');
      await page.waitForURL(/near=/);
      await settled(page);
      check((await names(page)).slice(0, 3).includes(served.properties.name), (await names(page)).slice(0, 3).join());
      check(/^near=-?[0-9.]+%2C-?[0-9.]+$/.test(page.url().split('?')[1]), page.url());
      await page.reload();
      await calm(page);
      await page.click('a >> text=Forget my position');
      await page.waitForURL(address => !/near=/.test(address.href));
      check(!/near=/.test(page.url()), page.url());
    }],
    ['where the position is refused, the page says so and the keyboard goes to the place', async () => {
      const page = await open(await browser.newContext({ permissions: [] }), '/finder');
      await page.click('#near-me');
      await until(page, () => /Type a place/.test(document.querySelector('#count').textContent));
      await hasFocus(page, 'place');
    }],
    ['the keyboard alone searches, pages and opens an entry', async () => {
      const page = await open(await browser.newContext(), '/finder');
      const active = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
      const tabTo = async what => {
        for (let i = 0; i < 80; i++) {
          await page.keyboard.press('Tab');
          if (await page.evaluate(what)) return;
        }
        check(false, `the keyboard does not come to ${what}, but to ${await active()}`);
      };
      await page.keyboard.press('Tab');
      check(/Skip/.test(await active()), await active());
      await tabTo(`document.activeElement.id === 'place'`);
      await page.keyboard.type('Ashport');
      await page.keyboard.press('Enter');
      await settled(page);
      await hasFocus(page, 'results');
      await tabTo(`document.activeElement.rel === 'next'`);
      await page.keyboard.press('Enter');
      await page.waitForURL(/page=2/);
      await settled(page);
      await tabTo(`document.activeElement.matches('ol.entries h3 a')`);
      await page.keyboard.press('Enter');
      await page.waitForURL(/finder\/[0-9a-f-]{36}/);
      for (let i = 0; i < 60; i++) await page.keyboard.press('Tab');
      check(await page.evaluate(() => document.activeElement !== null), 'no trap');
    }],
    ['another site shows the list in one line, and no other page of ours', async () => {
      const whole = await open(await browser.newContext(), '/finder?q=food');
      await whole.click('.embedding summary');
      const line = await whole.textContent('.embedding pre >> nth=0');
      check(/^<iframe src="http.*embed=1.*<\/iframe>$/.test(line), line);
      const host = createServer((request, answer) => {
        answer.setHeader('Content-Type', 'text/html');
        answer.end(`<!doctype html><title>Elsewhere</title>${line}<iframe id="other" src="${server.address}/finder"></iframe>`);
      });
      await new Promise(done => host.listen(0, '127.0.0.1', done));
      const page = await (await browser.newContext({ viewport: { width: 700, height: 900 } })).newPage();
      await visit(page, `http://127.0.0.1:${host.address().port}/`);
      const frame = page.frames().find(one => /embed=1/.test(one.url()));
      check(frame && await frame.locator('ol.entries > li').count() > 0, 'the list');
      check(await frame.locator('header').count() === 0 && await frame.locator('footer').count() === 0, 'no header');
      await shoot(page, 'finder-embedded.png');
      const other = page.frames().find(one => one !== page.mainFrame() && !/embed=1/.test(one.url()));
      check(!other || !/finder/.test(other.url()) || await other.locator('ol.entries').count() === 0, 'refused');
      host.close();
    }],
    ['nothing was logged as an error, and no stranger was asked', async () => {
      check(problems.length === 0, problems.join('\n'));
      check(strangers.length === 0, strangers.join('\n'));
    }]
  ]);
  await browser.close();
  await server.stop();
}
