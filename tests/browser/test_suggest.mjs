#!/usr/bin/env node
// What the public suggests, in a real browser: by keyboard alone, without a script, in a frame of another site; accessible in every
// language and at 320 pixels.
import { auditor, check, existsSync, hasFocus, join, libraries, openBrowser, run, serveCounty, shoot, skipAll, smallTargets, until, visit } from './support.mjs';
import { createServer } from 'node:http';

const modules = libraries();
if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty();
  const browser = await openBrowser(modules);
  const entries = (await (await fetch(`${server.address}/coalitions?limit=1000`)).json()).features;
  const full = entries.find(one => one.properties.service_area && one.properties.phone && one.geometry);
  const form = `/finder/suggest?entry=${full.id}`;

  const audit = auditor(modules);
  const look = async (page, what, width, part) => {
    const found = await audit(page, part);
    check(!found, `${what} at ${width}: ${found}`);
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    check(wide <= width, `${what} is ${wide} pixels wide at ${width}`);
    const small = await smallTargets(page);
    check(small.length === 0, `${what} at ${width}: smaller than 24 pixels: ${small.join(' ')}`);
    await shoot(page, `suggest-${width}-${what}.png`, { fullPage: true });
  };
  const everywhere = (width, languages, options) => async () => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    for (const lang of languages) {
      const way = options ? 'dark-' + lang : lang, part = options ? 'colours' : lang === 'en' && width === 320 ? 'all' : 'words';
      await visit(page, `${server.address}${form}&lang=${lang}`);
      await look(page, `change-${way}`, width, part);
      await page.fill('#f-name', '');
      await page.fill('#f-email', 'nobody');
      await page.click('#suggest .buttons button');
      await page.waitForSelector('#faults');
      await look(page, `faults-${way}`, width, part);
      if (lang !== 'en') continue;
      await visit(page, `${server.address}/finder/suggest`);
      await look(page, `register-${way}`, width, part);
      await page.fill('#f-find_place', 'Ashport');
      await page.fill('#f-find_area', 'Ashport');
      await page.click('button[value=find_place]');
      await page.waitForSelector('#f-area-answer');
      await look(page, `answers-${way}`, width, part);
      await visit(page, `${server.address}/finder/suggest?done=1&entry=${full.id}`);
      await look(page, `thanks-${way}`, width, part);
      await visit(page, `${server.address}/finder/suggest?entry=none`);
      await look(page, `none-${way}`, width, part);
    }
    await context.close();
  };
  // The label of what has the focus.
  const focused = page => page.evaluate(() => {
    const label = document.querySelector(`label[for="${document.activeElement.id}"]`);
    return (label || document.activeElement).textContent.trim();
  });

  await run([
    ['the form is accessible in every language and fits at 320 pixels', everywhere(320, ['en', 'cy', 'es', 'pt', 'ar'])],
    ['the form is accessible at 1280 pixels', everywhere(1280, ['en', 'ar'])],
    ['the form is accessible in dark colours', everywhere(1280, ['en'], { colorScheme: 'dark' })],
    ['by keyboard alone an entry\'s page leads to its form, which is filled in and sent', async () => {
      const page = await (await browser.newContext()).newPage();
      await visit(page, `${server.address}/finder/${full.id}`);
      await page.focus('.suggest a');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#suggest');
      const seen = [];
      for (let i = 0; i < 120 && !(await focused(page)).startsWith('Your name'); i++) {
        await page.keyboard.press('Tab');
        seen.push(await focused(page));
        if (seen.at(-1) === 'What it does') await page.keyboard.type('Typed. ');
      }
      check(seen.includes('What it does') && seen.includes('Hours') && seen.at(-1).startsWith('Your name'), seen.join(' | '));
      check(!seen.includes('Leave this empty'), 'the trap is reached');
      await page.keyboard.type('Mo');
      while (await page.evaluate(() => document.activeElement.type) !== 'submit') await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL(/done=1/);
      check(await page.textContent('h1') === 'Thank you', await page.textContent('h1'));
      await page.reload();
      check(await page.textContent('h1') === 'Thank you', 'after a reload');
    }],
    ['without a script somebody registers, mends a mistake, and is thanked', async () => {
      const page = await (await browser.newContext({ javaScriptEnabled: false, locale: 'es' })).newPage();
      await visit(page, `${server.address}/finder`);
      await page.click('.suggest a');
      check(await page.textContent('h1') === 'Registre su organización', await page.textContent('h1'));
      check(!(await page.isVisible('.trap input')) || (await page.locator('.trap').boundingBox()).x < 0, 'the trap is seen');
      await page.fill('#f-phones-0-number', '01632 960 123');
      await page.fill('#f-url', 'www.example.org');
      await page.click('#suggest .buttons button');
      check(await page.locator('#faults a').count() === 1, 'one fault');
      await page.click('#faults a');
      check(/#f-name$/.test(page.url()), page.url());
      check(await page.inputValue('#f-phones-0-number') === '01632 960 123', 'what was typed stays');
      await page.fill('#f-name', 'Paseos <b>largos</b>');
      await page.click('#suggest .buttons button');
      check(await page.textContent('h1') === 'Gracias', await page.textContent('h1'));
    }],
    ['a second place has its own telephone and hours, by keyboard, at 320 pixels', async () => {
      const context = await browser.newContext({ viewport: { width: 320, height: 900 }, bypassCSP: true, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await visit(page, `${server.address}/finder/suggest`);
      await page.fill('#f-name', 'Two halls');
      check(await page.locator('#f-days_for, #f-location-phones').count() === 0, 'nothing to choose of one place');
      await page.focus('summary');
      await page.keyboard.press('Enter');
      const labels = [];
      for (let i = 0; i < 20 && labels.at(-1) !== 'Hours at this place'; i++) {
        await page.keyboard.press('Tab');
        labels.push(await focused(page));
        if (labels.at(-1) === 'Name of the building') await page.keyboard.type('West');
        if (labels.at(-1) === 'Telephone numbers of this place') await page.keyboard.type('01632 960001, bookings');
      }
      check(labels.at(-1) === 'Hours at this place', labels.join(' | '));
      await page.fill('#f-hours', 'Mo 09:00-17:00');
      await page.click('button[value=days]'); // without days: the form once more, which knows of the place by now
      await page.selectOption('#f-days_for', { label: 'West' });
      await page.check('#f-days-1');
      await page.fill('#f-days_open', '10:00');
      await page.fill('#f-days_close', '12:00');
      await page.click('button[value=days]');
      await until(page, () => document.querySelector('#f-other_locations-0-schedules').value === 'Tu 10:00-12:00');
      await until(page, () => document.activeElement.getAttribute('role') === 'status');
      check(await page.inputValue('#f-hours') === 'Mo 09:00-17:00', 'those of all places stay');
      await look(page, 'places-en', 320, 'words');
      await context.close();
    }],
    ['without a script a place and areas are asked for by name, and Enter in a field asks nothing', async () => {
      const page = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 800 } })).newPage();
      await visit(page, `${server.address}/finder/suggest`);
      check(!(await page.isVisible('#map')) && !(await page.isVisible('#f-here')), 'nothing that needs a script');
      await page.fill('#f-name', 'Harbour Kitchen');
      await page.fill('#f-find_place', 'ZZ3 5AD');
      await page.click('button[value=find_place]');
      check(/We understood: ZZ3 5AD/.test(await page.textContent('#f-place-answer')), await page.textContent('#f-place-answer'));
      await hasFocus(page, 'f-place-answer');
      check(await page.inputValue('#f-location-longitude') !== '' && await page.inputValue('#f-name') === 'Harbour Kitchen', 'the position, and what was typed');
      await page.fill('#f-find_place', 'nowhere at all');
      await page.press('#f-find_place', 'Enter');
      check(/No place here is called “nowhere at all”/.test(await page.textContent('#f-find_place-fault')), await page.textContent('#f-find_place-fault'));
      await hasFocus(page, 'f-find_place');
      await page.fill('#f-find_place', '');
      await page.fill('#f-find_area', 'Ashport 013');
      await page.click('button[value=find_area]');
      await hasFocus(page, 'f-area-answer');
      check(await page.isChecked('#f-served-0'), 'the only one is ticked');
      await page.fill('#f-find_area', 'Ashport and Isles');
      await page.press('#f-find_area', 'Enter');
      await hasFocus(page, 'f-area-answer');
      check(await page.locator('ul.ticks input').count() > 1 && await page.isChecked('#f-served-0'), 'a tick stays');
      const district = page.locator('ul.ticks label', { hasText: 'Districts' }).locator('input');
      if (!(await district.isChecked())) await district.check();
      await page.press('#f-name', 'Enter');
      check(/different kinds/.test(await page.textContent('#f-served-fault')), await page.textContent('#f-served-fault'));
      await hasFocus(page, 'faults');
      await page.click('#faults a');
      await page.locator('ul.ticks label', { hasText: 'Districts' }).locator('input').uncheck();
      await page.press('#f-name', 'Enter');
      check(await page.textContent('h1') === 'Thank you', await page.textContent('h1'));
    }],
    ['with a script the position comes from the browser or from the map, by pointer and by keyboard', async () => {
      const at = full.geometry.coordinates;
      const page = await (await browser.newContext({ geolocation: { longitude: at[0], latitude: at[1] }, permissions: ['geolocation'] })).newPage();
      const degrees = async () => [Number(await page.inputValue('#f-location-longitude')), Number(await page.inputValue('#f-location-latitude'))];
      const near = (a, b) => Math.abs(a[0] - b[0]) < 0.05 && Math.abs(a[1] - b[1]) < 0.05;
      await visit(page, `${server.address}/finder/suggest`);
      check(await page.inputValue('#f-location-longitude') === '', 'nothing is asked before');
      await page.click('#f-here');
      for (let i = 0; i < 100 && await page.inputValue('#f-location-longitude') === ''; i++) await page.waitForTimeout(50);
      check(near(await degrees(), at) && /filled in/.test(await page.textContent('#f-here-said')), String(await degrees()));
      const found = await degrees();
      await page.click('#map', { position: { x: 40, y: 100 } });
      const clicked = await degrees();
      check(clicked[0] < found[0] && near(clicked, found), `${clicked} is west of ${found}`);
      await page.focus('#map');
      await page.keyboard.press('Enter');
      const middle = await degrees();
      check(near(middle, found) && middle[0] > clicked[0] && !/done=1/.test(page.url()), `${middle} is the middle`);
      const refused = await (await browser.newContext({ permissions: [] })).newPage();
      await visit(refused, `${server.address}/finder/suggest`);
      await refused.click('#f-here');
      for (let i = 0; i < 100 && await refused.textContent('#f-here-said') === ''; i++) await refused.waitForTimeout(50);
      check(/not available/.test(await refused.textContent('#f-here-said')), await refused.textContent('#f-here-said'));
    }],
    ['in a frame of another site it is sent from there, and stays in the frame', async () => {
      const host = createServer((request, answer) => {
        answer.setHeader('Content-Type', 'text/html');
        answer.end(`<!doctype html><title>Host</title><iframe title="Form" width="600" height="800" src="${server.address}${form}&embed=1"></iframe>`);
      });
      await new Promise(done => host.listen(0, '127.0.0.1', done));
      const page = await (await browser.newContext()).newPage();
      await visit(page, `http://localhost:${host.address().port}/`);
      const frame = page.frameLocator('iframe');
      await frame.locator('#s-note').fill('It has moved');
      await frame.locator('#suggest .buttons button').click();
      await frame.locator('h1', { hasText: 'Thank you' }).waitFor();
      check(await frame.locator('header').count() === 0, 'still embedded');
      host.close();
    }]
  ]);
  await browser.close();
  await server.stop();
}
