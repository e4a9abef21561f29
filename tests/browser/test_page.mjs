#!/usr/bin/env node
// The landing page in a real browser: layers, legend, a neighbourhood's value, entries, keyboard, no third party.
import { auditor, calm, check, existsSync, hasFocus, join, libraries, openBrowser, run, serveCounty, shoot, skipAll, smallTargets, still, until as comesTo, visit } from './support.mjs';

const modules = libraries();
if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty();
  const browser = await openBrowser(modules);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const problems = [], strangers = [];
  page.on('console', message => { if (message.type() === 'error') problems.push(message.text()); });
  page.on('pageerror', error => problems.push(String(error)));
  page.on('request', request => { if (!request.url().startsWith(server.address) && !request.url().startsWith('data:')) strangers.push(request.url()); });

  const audit = auditor(modules);
  const legendRows = () => page.locator('#legend li').count();
  const until = condition => comesTo(page, condition);
  // There, and no longer fading in.
  const tilesLoaded = () => until(() => {
    const tiles = [...document.querySelectorAll('.leaflet-tile')];
    return tiles.length > 0 && tiles.every(tile => tile.complete && tile.naturalWidth > 0 && tile.style.opacity === '1');
  });

  // Until one of the clusters has come apart: a marker on its own.
  const nearer = async () => {
    await page.waitForSelector('.target, .cluster');
    for (let i = 0; i < 8 && await page.locator('.target:has(.pin-coalition)').count() === 0; i++) {
      await page.locator('.cluster').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForTimeout(500);
    }
  };

  await run([
    ['the page shows the default layer with its legend', async () => {
      await visit(page, server.address + '/');
      await page.waitForSelector('#legend li');
      await tilesLoaded();
      check(await legendRows() >= 5, 'the legend has rows');
      check((await page.title()).includes('Marram'), 'the title names the atlas');
      await shoot(page, 'landing.png');
    }],
    ['a fictional atlas says so', async () => {
      check(await page.isVisible('#fictional'), 'the badge is visible');
    }],
    ['another layer brings another legend, unit and address', async () => {
      const before = await page.inputValue('#xyz');
      await page.selectOption('#layer', 'life_expectancy.neighbourhood');
      await until(() => document.getElementById('legend-unit').textContent.startsWith('years'));
      await tilesLoaded();
      const after = await page.inputValue('#xyz');
      check(before !== after && after.includes('life_expectancy.neighbourhood'), 'the address follows the layer');
      check(page.url().includes('life_expectancy'), 'the choice stands in the page address');
    }],
    ['the legend says what unit, polarity, source and licence are, stated or not', async () => {
      const note = await page.locator('#legend-note').innerText();
      check(/Unit: years\..*Polarity: higher is better\..*Source: [^.]+\..*Licence: [^.]+/.test(note), note);
      check(/equal values stay in the class in which they begin|tenth 1 holds the/.test(note), note);
    }],
    ['a click on the map shows the neighbourhood and its value', async () => {
      const box = await page.locator('#map').boundingBox();
      await page.uncheck('#entries');
      await page.mouse.click(box.x + box.width * 0.35, box.y + box.height * 0.3);
      await page.waitForSelector('#area table');
      const text = await page.locator('#area tr[aria-current]').innerText();
      check(/Life expectancy/.test(text) && /\d\d\.\d/.test(text), `a value is shown: ${text}`);
    }],
    ['the value on the page is the value of the API', async () => {
      const code = /\((N\d+)\)/.exec(await page.locator('#area h3').innerText())[1];
      const area = await (await page.request.get(`${server.address}/areas/neighbourhood/${code}`)).json();
      const indicator = area.indicators.find(item => item.id === 'life_expectancy');
      const latest = indicator.periods[indicator.periods.length - 1];
      const shown = await page.locator('#area tr[aria-current] td.number').innerText();
      check(shown.startsWith(latest.value.toFixed(indicator.decimals)), `${shown} is ${latest.value}`);
    }],
    ['the panel follows the period', async () => {
      const periods = await page.locator('#period option').allInnerTexts();
      await page.selectOption('#period', { label: periods[periods.length - 1] });
      await until(() => {
        const shown = document.querySelector('#area tr[aria-current]');
        return shown && shown.textContent.includes(document.getElementById('period').selectedOptions[0].textContent);
      });
      await page.selectOption('#period', { label: periods[0] });
    }],
    ['a late answer does not replace a later one', async () => {
      let release, n = 0;
      const earlier = await page.locator('#area h3').innerText();
      const held = new Promise(done => { release = done; });
      await page.route('**/areas/**', async route => {
        if (n++ === 0) await held;
        await route.continue();
      });
      const box = await page.locator('#map').boundingBox();
      await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.75);
      await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.45);
      await until(`document.querySelector('#area h3').textContent !== ${JSON.stringify(earlier)}`);
      const later = await page.locator('#area h3').innerText();
      const late = page.waitForResponse('**/areas/**');
      release();
      await (await late).finished();
      await calm(page);
      check(n > 1 && later === await page.locator('#area h3').innerText(), 'the later place stays');
      await page.unroute('**/areas/**');
    }],
    ['Enter asks about the middle of the map', async () => {
      await page.evaluate(() => { document.getElementById('area').textContent = ''; });
      await page.focus('#map');
      await page.keyboard.press('Enter');
      await until(() => document.getElementById('area').textContent.length > 10);
    }],
    ['the directory stands on the map as markers with a popup', async () => {
      await page.check('#entries');
      await nearer();
      await page.locator('.target').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.entry h2');
      check((await page.locator('.entry').first().innerText()).length > 10, 'the popup says something');
    }],
    ['a marker has a name; its text takes the keyboard, has a telephone link, and gives the keyboard back', async () => {
      await page.keyboard.press('Escape');
      const pin = page.locator('.target:has(.pin-coalition)').first();
      const name = await pin.getAttribute('title');
      check(name && name.length > 5 && await pin.getAttribute('role') === 'button', `a button with a name: ${name}`);
      await pin.focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.entry a[href^="tel:"]');
      check(await page.evaluate(() => document.activeElement.matches('.leaflet-popup')), 'the text has the keyboard');
      await still(page); // it may have moved the map, which loads the entries again
      check(await page.locator('.entry h2').innerText() === name, 'the text is still there');
      const phone = page.locator('.entry a[href^="tel:"]');
      check(/^tel:\d{11}$/.test(await phone.getAttribute('href')), 'a telephone link');
      await page.keyboard.press('Tab');
      check(await page.evaluate(() => document.activeElement.href.startsWith('tel:')), 'Tab goes to the telephone number');
      await page.keyboard.press('Escape');
      await until(() => document.querySelectorAll('.entry').length === 0);
      check(await page.evaluate(() => document.activeElement.title) === name, 'the marker has the keyboard again');
    }],
    ['the choosers work by keyboard, and what they chose is announced', async () => {
      await page.focus('#period');
      await page.keyboard.press('End');
      const label = await page.evaluate(() => document.getElementById('period').selectedOptions[0].textContent);
      await until(() => document.getElementById('message').textContent.includes(document.getElementById('period').selectedOptions[0].textContent));
      check(label === '2019', `the earliest period: ${label}`);
      check(await page.getAttribute('#message', 'role') === 'status', 'a live region');
    }],
    ['a chosen place is announced in one sentence', async () => {
      await page.focus('#map');
      await page.keyboard.press('Enter');
      await until(() => /^.+ \d{3}: .+: \d/.test(document.getElementById('message').textContent));
      await page.waitForSelector('#nearest li a[href^="tel:"]');
      check(!await page.getAttribute('#area', 'aria-live'), 'the table is not read out as a whole');
    }],
    ['four buttons move the map, which then says where it is', async () => {
      const before = /at=[^&]*/.exec(page.url())[0];
      await page.click('.pan-up');
      await until(`!location.hash.includes('${before}')`);
      await page.click('.pan-down');
    }],
    ['in another language the whole page is in that language, and so is what its script says', async () => {
      const other = await (await browser.newContext({ viewport: { width: 320, height: 640 }, locale: 'es-MX', bypassCSP: true })).newPage();
      await visit(other, server.address + '/#layer=smoking.district&at=44.95,-30.05,9');
      await other.waitForSelector('#legend li');
      check(/Sin datos \(1\)/.test(await other.textContent('#legend')) && / a /.test(await other.textContent('#legend')), await other.textContent('#legend'));
      check(/^Clases: .*Entre paréntesis/.test(await other.textContent('#legend-note')), await other.textContent('#legend-note'));
      check(await other.getAttribute('#layer option', 'lang') === 'en', 'what data say is in their language');
      await other.click('.languages a[hreflang=cy]');
      await other.waitForSelector('#legend li');
      check(/lang=cy#layer=smoking.district/.test(other.url()), other.url());
      check(/^Dosbarthiadau/.test(await other.textContent('#legend-note')), await other.textContent('#legend-note'));
      await shoot(other, 'landing-320-cy.png', { fullPage: true });
      for (const lang of ['cy', 'es', 'pt', 'ar']) {
        await visit(other, `${server.address}/?lang=${lang}`);
        await other.waitForSelector('#legend li');
        const found = await audit(other, 'words', ['.target, .cluster']);
        check(!found, `${lang}: ${found}`);
        check(await other.evaluate(() => document.documentElement.scrollWidth) <= 320, `${lang} fits`);
      }
      await other.context().close();
    }],
    ['every state of a value has words in the legend', async () => {
      await page.selectOption('#layer', 'smoking.district');
      await until(() => /Unreliable.*\(1\)/.test(document.getElementById('legend').textContent));
      await until(() => /No data \(1\)/.test(document.getElementById('legend').textContent));
      await page.selectOption('#layer', 'early_deaths.district');
      await until(() => /Suppressed/i.test(document.getElementById('legend').textContent));
    }],
    ['what keyboard focus is on can be seen', async () => {
      await page.focus('body');
      for (const [selector, key] of [['#map', 'Shift'], ['#layer', 'Shift'], ['.target', 'Shift'], ['summary', 'Shift'], ['.pan-left', 'Shift']]) {
        await page.locator(selector).first().focus();
        await page.keyboard.press(key);
        const width = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
        check(width === '3px', `${selector} has an outline of ${width}`);
      }
    }],
    ['the page works 320 pixels wide without scrolling sideways', async () => {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.goto(server.address + '/');
      await page.waitForSelector('#legend li');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(wide <= 320, `the page is ${wide} pixels wide`);
      await shoot(page, 'landing-320.png');
    }],
    ['on a narrow screen the map says the value that was asked for', async () => {
      await page.focus('#map');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.entry button');
      await still(page);
      await shoot(page, 'landing-320-value.png');
      await page.click('.entry button');
      await hasFocus(page, 'area-title');
    }],
    ['axe finds nothing, wide and narrow, light and dark, with a place and an entry open', async () => {
      for (const [width, colorScheme, part] of [[1280, 'light', 'all'], [320, 'light', 'words'], [320, 'dark', 'colours']]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto(server.address + '/?' + width + colorScheme);
        await page.waitForSelector('#legend li');
        await page.focus('#map');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#area table');
        await page.click('summary');
        await nearer();
        await page.locator('.target').first().focus();
        await page.keyboard.press('Enter');
        await page.waitForSelector('.entry h2');
        await still(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        const panel = await page.evaluate(() => { const box = document.getElementById('panel'); return box.scrollWidth - box.clientWidth; });
        check(wide <= width && panel <= 0, `with a place chosen the page is ${wide} wide, the panel ${panel} wider than it shows`);
        await shoot(page, `landing-${width}-${colorScheme}.png`, { fullPage: true });
        check(/Fictional data/.test(await page.textContent('.leaflet-control-attribution')), 'the map says whose it is');
        const small = await smallTargets(page);
        check(small.length === 0, `smaller than 24 pixels: ${small.join(' ')}`);
        // Markers overlap where the places lie close together: WCAG 2.5.8 lets maps do so, and the list of the nearest stands beside.
        const found = await audit(page, part, ['.target, .cluster']);
        check(!found, `${width} ${colorScheme}: ${found}`);
      }
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
    }],
    ['who asks for less motion gets none', async () => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto(server.address + '/?still');
      await page.waitForSelector('#legend li');
      check(await page.locator('.leaflet-zoom-anim, .leaflet-fade-anim').count() === 0, 'the map does not animate');
    }],
    ['without JavaScript the page says what can be had and shows no empty controls', async () => {
      const plain = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } })).newPage();
      await plain.goto(server.address + '/');
      check(!['', 'Evenground'].includes(await plain.textContent('h1')) && await plain.title() === await plain.textContent('h1'), 'the atlas says its name');
      check(await plain.isVisible('a[href="finder?lang=en"]') && await plain.isVisible('a[href="finder?lang=cy"]'), 'ways to the finder');
      check(await plain.isVisible('a[href="layers"]') && await plain.isVisible('a[href="coalitions"]'), 'links');
      check(!await plain.isVisible('#layer') && !await plain.isVisible('#map'), 'no empty controls');
      await shoot(plain, 'landing-no-script.png');
    }],
    ['a link put into the address of the open page is followed', async () => {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.evaluate(() => {
        const own = location.hash;
        location.hash = 'layer=smoking.district&period=2020&style=breaks&at=44.95,-30.05,12';
        history.replaceState(null, '', own); // as the page does when its map has moved just then
      });
      await until(() => document.getElementById('layer').value === 'smoking.district' && document.getElementById('period').value === '2020' &&
        document.getElementById('style').value === 'breaks' && location.hash.includes('at=44.95'));
    }],
    ['entries come page by page where the server gives few at once', async () => {
      const asked = [];
      await page.route('**/coalitions?bbox**', route => {
        asked.push(route.request().url());
        return route.continue({ url: route.request().url() + '&limit=20' });
      });
      await page.uncheck('#entries');
      await page.selectOption('#view', 'county');
      await page.check('#entries');
      await until(() => [...document.querySelectorAll('.cluster')].reduce((n, node) => n + Number(node.textContent), document.querySelectorAll('.target').length) === 52);
      check(asked.length >= 3, `asked ${asked.length} times`);
      await page.unroute('**/coalitions?bbox**');
    }],
    ['what cannot be loaded is said', async () => {
      const expected = problems.length;
      await page.route('**/legend/**', route => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
      await page.selectOption('#layer', 'deprivation.neighbourhood');
      await until(() => /legend could not be loaded: the server answered 502/.test(document.getElementById('message').textContent));
      await page.unroute('**/legend/**');
      await page.route('**/tiles/**', route => route.abort());
      await page.selectOption('#layer', 'population.neighbourhood');
      await until(() => /Parts of the map/.test(document.getElementById('message').textContent));
      await page.unroute('**/tiles/**');
      problems.splice(expected);
    }],
    ['on another copy of the world, and across the antimeridian, everything is found', async () => {
      const other = await context.newPage(), asked = [], wrong = [];
      other.on('response', response => {
        if (/\/(coalitions|areas)/.test(response.url())) (response.status() === 200 ? asked : wrong).push(response.url());
      });
      await other.addInitScript(() => {
        let library;
        Object.defineProperty(window, 'L', {
          get: () => library,
          set: value => { library = value; if (value.Map) value.Map.addInitHook(function () { window.shown = this; }); }
        });
      });
      const visible = () => other.evaluate(() => {
        const edge = document.getElementById('map').getBoundingClientRect();
        return [...document.querySelectorAll('.target, .cluster')].filter(node => {
          const box = node.getBoundingClientRect();
          return box.left > edge.left && box.right < edge.right && box.top > edge.top && box.bottom < edge.bottom;
        }).length;
      });
      await visit(other, server.address + '/#layer=deprivation.neighbourhood&at=44.95,-30.05,11');
      await other.waitForSelector('.target, .cluster');
      await calm(other);
      const here = await visible();
      check(here > 0, 'markers at home');
      for (const turns of [1, -2]) {
        await other.evaluate(n => { document.getElementById('area').textContent = ''; window.shown.setView([44.95, -30.05 + 360 * n], 11, { animate: false }); }, turns);
        await calm(other);
        check(await visible() === here, `${await visible()} markers of ${here} on copy ${turns}`);
        check(/at=44\.9500%2C-30\.05/.test(other.url()), other.url());
        await other.focus('#map');
        await other.keyboard.press('Enter');
        await other.waitForSelector('#area table');
      }
      for (const [lng, zoom] of [[181, 5], [-181, 5], [180, 5], [-540, 4], [0, 1], [400, 1]]) {
        await other.evaluate(([x, z]) => { window.shown.setView([30, x], z, { animate: false }); }, [lng, zoom]);
        await calm(other);
        const box = /bbox=([^&]*)/.exec(decodeURIComponent(asked[asked.length - 1]))[1].split(',').map(Number);
        check(Math.abs(box[0]) <= 180 && Math.abs(box[2]) <= 180 && (zoom === 1 || box[0] > box[2]), `${lng}: ${box}`);
      }
      await other.close();
      check(wrong.length === 0, wrong.join(' '));
      check(asked.some(url => url.includes('/areas/')), 'areas were asked for');
    }],
    ['the legend and the tiles name the same version', async () => {
      const asked = [];
      const keep = request => asked.push(request.url());
      page.on('request', keep);
      await page.goto(server.address + '/?version');
      await page.waitForSelector('#legend li');
      await until(() => [...document.querySelectorAll('.leaflet-tile')].some(tile => tile.complete && tile.naturalWidth > 0));
      page.off('request', keep);
      const { version } = await (await page.request.get(server.address + '/layers')).json();
      const shown = asked.filter(url => /\/(legend\/|tiles\/.*\.png)/.test(url));
      check(shown.some(url => url.includes('/legend/')) && shown.some(url => url.includes('/tiles/')), 'both are asked for');
      for (const url of shown) check(new URL(url).searchParams.get('v') === version, url);
      check((await page.getAttribute('#legend-png', 'href')).endsWith('&v=' + version), 'the legend to save');
    }],
    ['no request goes to a third party and the console is clean', async () => {
      check(strangers.length === 0, strangers.join(', '));
      check(problems.length === 0, problems.join(' | '));
    }]
  ]);
  await browser.close();
  await server.stop();
}
