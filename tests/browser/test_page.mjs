#!/usr/bin/env node
// The landing page in a real browser: layers, legend, a neighbourhood's value, entries, keyboard, no third party.
import { check, libraries, openBrowser, run, serveCounty, skipAll, existsSync, join, root } from './support.mjs';
import { mkdirSync } from 'node:fs';

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
  const shots = join(root, 'build', 'browser', 'shots');
  mkdirSync(shots, { recursive: true });

  const legendRows = () => page.locator('#legend li').count();
  // Playwright's own waitForFunction needs eval, which the page's content security policy forbids.
  const until = async condition => {
    for (let i = 0; i < 200; i++) {
      if (await page.evaluate(condition)) return;
      await page.waitForTimeout(50);
    }
    throw new Error(`never came true: ${condition}`);
  };
  // There, and no longer fading in.
  const tilesLoaded = () => until(() => {
    const tiles = [...document.querySelectorAll('.leaflet-tile')];
    return tiles.length > 0 && tiles.every(tile => tile.complete && tile.naturalWidth > 0 && tile.style.opacity === '1');
  });

  await run([
    ['the page shows the default layer with its legend', async () => {
      await page.goto(server.address + '/');
      await page.waitForSelector('#legend li');
      await tilesLoaded();
      check(await legendRows() >= 5, 'the legend has rows');
      check((await page.title()).includes('Marram'), 'the title names the atlas');
      await page.screenshot({ path: join(shots, 'landing.png') });
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
      check(shown.startsWith(String(latest.value)), `${shown} is ${latest.value}`);
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
      let first = true;
      await page.route('**/areas/**', async route => {
        if (first) { first = false; await new Promise(done => setTimeout(done, 1500)); }
        await route.continue();
      });
      const box = await page.locator('#map').boundingBox();
      await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.75);
      await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.45);
      await until(() => document.querySelector('#area h3'));
      await page.waitForTimeout(500);
      const later = await page.locator('#area h3').innerText();
      await page.waitForTimeout(1800);
      check(later === await page.locator('#area h3').innerText(), 'the later place stays');
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
      await page.waitForSelector('.pin');
      await page.locator('.pin').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.entry h3');
      check((await page.locator('.entry').first().innerText()).length > 10, 'the popup says something');
    }],
    ['the page works 320 pixels wide without scrolling sideways', async () => {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.goto(server.address + '/');
      await page.waitForSelector('#legend li');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(wide <= 320, `the page is ${wide} pixels wide`);
      await page.screenshot({ path: join(shots, 'landing-320.png') });
    }],
    ['no request goes to a third party and the console is clean', async () => {
      check(strangers.length === 0, strangers.join(', '));
      check(problems.length === 0, problems.join(' | '));
    }]
  ]);
  await browser.close();
  await server.stop();
}
