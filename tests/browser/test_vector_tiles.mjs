#!/usr/bin/env node
// Vector tiles in MapLibre: the style is valid, looks as the pictures do, and a hover reads an area's name and value.
import { createServer } from 'node:http';
import { check, existsSync, join, libraries, openBrowser, readFileSync, root, run, serveCounty, skipAll } from './support.mjs';

const modules = libraries();
const types = { js: 'text/javascript', css: 'text/css', html: 'text/html' };

const html = style => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Vector tiles</title>
<link rel="stylesheet" href="/maplibre-gl.css"><style>html, body, #map { height: 100%; margin: 0 }</style></head>
<body><div id="map"></div><script src="/maplibre-gl.js"></script><script>
const map = new maplibregl.Map({ container: 'map', style: '${style}', fadeDuration: 0, preserveDrawingBuffer: true });
window.errors = [];
window.hovered = null;
map.on('error', event => errors.push(String(event.error && event.error.message)));
map.on('idle', () => { window.ready = true; });
map.on('mousemove', event => { window.hovered = map.queryRenderedFeatures(event.point, { layers: [window.fill] })[0] || null; });
</script></body></html>`;

/** Serves the page and the library's files. */
async function site(style) {
  const server = createServer((request, response) => {
    const name = request.url.slice(1);
    const body = name === '' ? html(style) : /^maplibre-gl\.(js|css)$/.test(name) ? readFileSync(join(modules, 'maplibre-gl/dist', name)) : null;
    response.writeHead(body ? 200 : 404, { 'Content-Type': types[name.split('.').pop()] || types.html }).end(body || '');
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

const json = async url => (await fetch(url)).json();

/** The page once all tiles are drawn. */
async function show(browser, server, layer, body) {
  const pages = await site(`${server.address}/tiles/${layer}/style.json`);
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  try {
    await page.addInitScript(`window.fill = '${layer}:fill'`);
    await page.goto(pages.address);
    await page.waitForFunction('window.ready || window.errors.length', null, { timeout: 60000 });
    const errors = await page.evaluate('window.errors');
    check(errors.length === 0, errors.join(' | '));
    await body(page);
  } finally {
    await page.close();
    pages.stop();
  }
}

async function stylesAreValid(server) {
  const { validateStyleMin } = await import(join(modules, '@maplibre/maplibre-gl-style-spec/dist/index.mjs'));
  const { layers, styles } = await json(`${server.address}/layers`);
  check(layers.length > 5 && styles.length > 0, 'there are layers and styles');
  for (const layer of layers.slice(0, 60)) {
    for (const style of styles) {
      const made = await json(`${server.address}/tiles/${layer.id}/style.json?style=${style.id}`);
      const faults = validateStyleMin(made);
      check(faults.length === 0, `${layer.id} in ${style.id}: ${faults.map(fault => fault.message).join('; ')}`);
    }
  }
}

/** The colour of the picture's pixel in the middle of what the page shows, from the server's own tiles. */
async function looksAsThePictures(browser, server) {
  await show(browser, server, 'deprivation.neighbourhood', async page => {
    await page.screenshot({ path: join(root, 'build/browser/vector_tiles.png') });
    const wrong = await page.evaluate(async address => {
      const tilejson = await (await fetch(`${address}/tiles/deprivation.neighbourhood.json`)).json();
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 256;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const zoom = Math.round(map.getZoom()) + 1, tiles = {};
      const pixelOf = async point => {
        const at = map.unproject(point), n = 2 ** zoom * 256;
        const x = (at.lng + 180) / 360 * n, y = (1 - Math.asinh(Math.tan(at.lat * Math.PI / 180)) / Math.PI) / 2 * n;
        const url = tilejson.tiles[0].replace('{z}', zoom).replace('{x}', Math.floor(x / 256)).replace('{y}', Math.floor(y / 256));
        if (!tiles[url]) {
          const bitmap = await createImageBitmap(await (await fetch(url)).blob());
          context.clearRect(0, 0, 256, 256);
          context.drawImage(bitmap, 0, 0);
          tiles[url] = context.getImageData(0, 0, 256, 256).data;
        }
        return tiles[url].slice(4 * (Math.floor(y) % 256 * 256 + Math.floor(x) % 256)).slice(0, 4);
      };
      const shown = document.createElement('canvas'), gl = map.getCanvas();
      shown.width = gl.width;
      shown.height = gl.height;
      const shownContext = shown.getContext('2d', { willReadFrequently: true });
      shownContext.drawImage(gl, 0, 0);
      const counts = { compared: 0, differing: 0, drawn: 0 };
      for (let x = 100; x < 700; x += 11) {
        for (let y = 80; y < 520; y += 9) {
          const features = map.queryRenderedFeatures([[x - 3, y - 3], [x + 3, y + 3]], { layers: [window.fill] });
          if (features.length !== 1) continue; // beside a border both are right in their way
          if (features[0].properties.state !== 'valid') continue;
          const theirs = await pixelOf([x, y]), ours = shownContext.getImageData(x, y, 1, 1).data;
          const outlined = map.queryRenderedFeatures([[x - 3, y - 3], [x + 3, y + 3]]).length > 1;
          if (outlined) continue;
          counts.compared++;
          counts.differing += Math.max(...[0, 1, 2].map(i => Math.abs(theirs[i] - ours[i]))) > 2;
        }
      }
      return counts;
    }, server.address);
    check(wrong.compared > 50, `${wrong.compared} places were compared`);
    check(wrong.differing === 0, `${wrong.differing} of ${wrong.compared} places have another colour than the picture`);
  });
}

async function aHoverReadsNameAndValue(browser, server) {
  await show(browser, server, 'smoking.neighbourhood', async page => {
    await page.mouse.move(390, 300);
    await page.mouse.move(400, 310);
    await page.waitForFunction('window.hovered', null, { timeout: 10000 });
    const { properties, id } = await page.evaluate('({ properties: hovered.properties, id: hovered.id })');
    const area = await json(`${server.address}/areas/neighbourhood/${properties.code}`);
    const periods = area.indicators.find(indicator => indicator.id === 'smoking').periods;
    check(properties.name === area.name, `${properties.name}, ${area.name}`);
    check(id > 0, 'a feature has an id for its state');
    for (const period of periods) {
      const name = period.period.id;
      check(properties[`state_${name}`] === period.state, `state of ${name}`);
      check((properties[`value_${name}`] ?? null) === period.value, `value of ${name}: ${properties[`value_${name}`]}, ${period.value}`);
      check(properties[`class_${name}`] === period.class, `class of ${name}`);
    }
    check(properties.state === periods.at(-1).state, 'the plain properties are of the latest period');
  });
}

async function emptyTilesAreNoErrors(browser, server) {
  await show(browser, server, 'smoking.neighbourhood', async page => {
    const answers = [];
    page.on('response', response => { if (response.url().includes('.mvt')) answers.push(response.status()); });
    const { bounds } = await json(`${server.address}/tiles/smoking.neighbourhood/vector.json`);
    await page.evaluate(([lng, lat]) => { window.ready = false; map.jumpTo({ center: [lng, lat], zoom: 14 }); }, bounds);
    await page.waitForFunction('window.ready', null, { timeout: 20000 });
    check(answers.includes(204), `answers out at sea: ${answers}`);
    const errors = await page.evaluate('window.errors');
    check(errors.length === 0, errors.join(' | '));
  });
}

if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty();
  const browser = await openBrowser(modules);
  await run([
    ['every style is valid by the specification', () => stylesAreValid(server)],
    ['MapLibre shows the colours of the pictures', () => looksAsThePictures(browser, server)],
    ['a hover reads the name and the values of all periods', () => aHoverReadsNameAndValue(browser, server)],
    ['tiles without areas are no errors', () => emptyTilesAreNoErrors(browser, server)]
  ]);
  await browser.close();
  await server.stop();
}
