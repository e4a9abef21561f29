#!/usr/bin/env node
// The pages of OGC API in a real browser: accessible, readable on a telephone, with a map, without third parties; and their description
// of the interface is valid OpenAPI.
import { auditor, check, existsSync, join, libraries, openBrowser, run, serveCounty, shoot, skipAll, until, visit } from './support.mjs';

const LAYER = '/ogc/collections/deprivation.neighbourhood';
const PAGES = ['/ogc', '/ogc/conformance', '/ogc/api', '/ogc/collections', LAYER, '/ogc/collections/district', '/ogc/collections/coalitions',
  LAYER + '/styles', LAYER + '/map/tiles', LAYER + '/map/tiles/WebMercatorQuad', LAYER + '/tiles/WebMercatorQuad', LAYER + '/items',
  LAYER + '/queryables', '/ogc/tileMatrixSets', '/ogc/tileMatrixSets/WorldCRS84Quad'];

const modules = libraries();
if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty();
  const browser = await openBrowser(modules);
  const problems = [], strangers = [];

  const watched = async context => {
    const page = await context.newPage();
    page.on('console', message => { if (message.type() === 'error') problems.push(`${page.url()}: ${message.text()}`); });
    page.on('pageerror', error => problems.push(`${page.url()}: ${error}`));
    page.on('request', request => {
      if (!request.url().startsWith(server.address) && !request.url().startsWith('data:')) strangers.push(request.url());
    });
    return page;
  };
  const show = (page, path) => visit(page, `${server.address}${path}?f=html`);
  const open = async (context, path) => {
    const page = await watched(context);
    await show(page, path);
    return page;
  };
  const audit = auditor(modules, null);

  const each = (width, scheme) => async () => {
    // Nothing fades in while it is looked at.
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true, reducedMotion: 'reduce', colorScheme: scheme });
    const page = await watched(context);
    for (const path of PAGES) {
      await show(page, path);
      const found = await audit(page, scheme === 'dark' ? 'colours' : width === 320 ? 'all' : 'words');
      check(!found, `${path} at ${width}: ${found}`);
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      check(wide <= width, `${path} is ${wide} pixels wide at ${width}`);
      await shoot(page, `ogc-${width}${scheme === 'dark' ? '-dark' : ''}${path.replace(/[^a-zA-Z0-9]+/g, '-')}.png`, { fullPage: false });
    }
    await context.close();
  };

  await run([
    ['every page is accessible and fits at 320 pixels', each(320, 'light')],
    ['every page is accessible and fits at 1280 pixels', each(1280, 'light')],
    ['every page is accessible in dark colours', each(1280, 'dark')],
    ['a layer shows its map under the real policy, and its legend', async () => {
      const page = await open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), LAYER);
      for (let i = 0; i < 100 && !(await page.evaluate(() => {
        const tiles = [...document.querySelectorAll('#map .leaflet-tile')];
        return tiles.length > 0 && tiles.every(tile => tile.complete && tile.naturalWidth > 0);
      })); i++) await page.waitForTimeout(50);
      check(await page.locator('#map .leaflet-tile').count() > 0, 'there are tiles');
      check(await page.evaluate(() => document.querySelector('img.legend').naturalWidth > 50), 'the legend is there');
      await shoot(page, 'ogc-layer.png');
    }],
    ['the directory shows its entries, and a boundary set its outlines', async () => {
      for (const name of ['coalitions', 'district']) {
        const page = await open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), `/ogc/collections/${name}`);
        await page.waitForSelector('#map path', { state: 'attached' });
        check(await page.isVisible('#map'), `${name} has a map`);
        const path = page.locator('#map path').first(), at = await path.evaluate(shape => shape.getBoundingClientRect().left);
        await page.click('button[aria-label="Move the map to the east"]');
        await until(page, `document.querySelector('#map path').getBoundingClientRect().left < ${at} - 50`);
      }
    }],
    ['pages can be read without a script', async () => {
      const page = await open(await browser.newContext({ javaScriptEnabled: false }), LAYER);
      check(!(await page.isVisible('#map')) && await page.isVisible('table.facts') && await page.isVisible('img.legend'), 'facts and legend');
    }],
    ['a reader walks from the landing page to the tiles by links alone', async () => {
      const page = await open(await browser.newContext(), '/ogc');
      await page.click('text=Collections: areas, indicators and places');
      await page.click('main h2 >> text=Deprivation >> nth=0');
      await page.click('text=Map tiles');
      check(new URL(page.url()).pathname.endsWith('/map/tiles'), page.url());
    }],
    ['the description of the interface is valid OpenAPI 3.0', async () => {
      const { Validator } = await import(join(modules, '@seriousme', 'openapi-schema-validator', 'index.js'));
      const description = await (await fetch(`${server.address}/ogc/api`)).json();
      const result = await new Validator().validate(description);
      check(result.valid, String(JSON.stringify(result.errors)).slice(0, 1000));
    }],
    ['nothing was asked of third parties, and no page complained', async () => {
      check(strangers.length === 0, strangers.join('\n'));
      check(problems.length === 0, problems.join('\n'));
    }]
  ]);
  await browser.close();
  await server.stop();
}
