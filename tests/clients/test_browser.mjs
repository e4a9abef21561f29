#!/usr/bin/env node
// Leaflet's and OpenLayers' WMS and WMTS layers in Chromium: every answer is a picture, and the map shows one. Screenshots are
// kept in build/browser.
import { createServer } from 'node:http';
import { check, libraries, openBrowser, readFileSync, run, serveCounty, skipAll, existsSync, join, root } from '../browser/support.mjs';

const modules = libraries();
const leaflet = 'leaflet/dist/leaflet', ol = 'ol';
const layer = 'deprivation.neighbourhood';

const leafletWms = version => `const map = L.map('map', {fadeAnimation: false, zoomAnimation: false}).setView([45, -30], 10);
  L.tileLayer.wms(server + '/wms', {layers: '${layer}', styles: 'default', format: 'image/png', transparent: true, version: '${version}'}).addTo(map);`;
const view = "view: new ol.View({center: ol.proj.fromLonLat([-30, 45]), zoom: 10})";
const openLayersWms = version => `new ol.Map({target: 'map', ${view}, layers: [new ol.layer.Image({source: new ol.source.ImageWMS({
  url: server + '/wms', params: {LAYERS: '${layer}', VERSION: '${version}'}, ratio: 1})})]});`;
const openLayersWmts = `fetch(server + '/wmts?SERVICE=WMTS&REQUEST=GetCapabilities').then(r => r.text()).then(text => {
  const options = ol.source.WMTS.optionsFromCapabilities(new ol.format.WMTSCapabilities().read(text), {layer: '${layer}', matrixSet: 'WebMercatorQuad'});
  new ol.Map({target: 'map', ${view}, layers: [new ol.layer.Tile({source: new ol.source.WMTS(options)})]});});`;

const pages = [
  ['Leaflet draws WMS 1.1.1', 'leaflet-wms-1.1.1', leaflet, leafletWms('1.1.1'), /\/wms\?.*GetMap/i],
  ['Leaflet draws WMS 1.3.0', 'leaflet-wms-1.3.0', leaflet, leafletWms('1.3.0'), /\/wms\?.*GetMap/i],
  ['OpenLayers draws WMS 1.1.1', 'openlayers-wms-1.1.1', ol, openLayersWms('1.1.1'), /\/wms\?.*GetMap/i],
  ['OpenLayers draws WMS 1.3.0', 'openlayers-wms-1.3.0', ol, openLayersWms('1.3.0'), /\/wms\?.*GetMap/i],
  ['OpenLayers draws the WMTS from its capabilities', 'openlayers-wmts', ol, openLayersWmts, /\/wmts.*\d+\/\d+\/\d+|\/wmts.*GetTile/i]
];

/** Numbers of coloured and of all pixels of a screenshot, counted by the browser itself. */
async function coloured(page, png) {
  return page.evaluate(async data => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data: p } = canvas.getImageData(0, 0, image.width, image.height);
    let n = 0;
    for (let i = 0; i < p.length; i += 4) n += Math.max(p[i], p[i + 1], p[i + 2]) - Math.min(p[i], p[i + 1], p[i + 2]) > 30;
    return n / (p.length / 4);
  }, png.toString('base64'));
}

async function show(browser, server, name, library, script, wanted) {
  const code = readFileSync(join(modules, library === ol ? 'ol/dist/ol.js' : 'leaflet/dist/leaflet.js'), 'utf8');
  const style = readFileSync(join(modules, library === ol ? 'ol/ol.css' : 'leaflet/dist/leaflet.css'), 'utf8');
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  const answers = [], problems = [];
  page.on('pageerror', error => problems.push(String(error)));
  page.on('response', response => {
    if (wanted.test(response.url())) answers.push(`${response.status()} ${response.headers()['content-type']}`);
  });
  const html = `<!DOCTYPE html><meta charset="utf-8"><style>${style} html, body, #map { height: 100%; margin: 0; background: #fff }</style>
    <div id="map"></div><script>${code.replaceAll('</script', '<\\/script')}</script><script>const server = '${server.address}'; ${script}</script>`;
  const site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html));
  await new Promise(done => site.listen(0, '127.0.0.1', done));
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  for (let i = 0; i < 60 && answers.length < 1; i++) await page.waitForTimeout(100);
  await page.waitForTimeout(900);
  const share = await coloured(page, await page.screenshot({ path: join(root, 'build/browser', `${name}.png`) }));
  await page.close();
  site.close();
  check(problems.length === 0, problems.join(' | '));
  check(answers.length > 0 && answers.every(a => a === '200 image/png'), `answers: ${answers}`);
  check(share > 0.1, `only ${(100 * share).toFixed(1)} % of the page are coloured`);
}

if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty();
  const browser = await openBrowser(modules);
  await run(pages.map(([title, ...rest]) => [title, () => show(browser, server, ...rest)]));
  await browser.close();
  await server.stop();
}
