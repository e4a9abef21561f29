// Maps of Leaflet, OpenLayers and MapLibre GL JS in Chromium, for test_web_maps.py, which says what to show and judges the pictures.
//
// On stdin: {server, out, layer, style, colours, pages: [{name, kind, crs, box, size, zoom}]}. Each page is drawn at the scale at which
// `box` is `size` pixels, without controls, fading and requests to anybody but the server; its picture is out/NAME.png. On stdout:
// {NAME: {problems, answers}}, or {skipped: reason}.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { existsSync, join, libraries, openBrowser, readFileSync } from '../browser/support.mjs';

const LIBRARIES = {
  leaflet: ['leaflet/dist/leaflet.css', 'leaflet/dist/leaflet.js'],
  openlayers: ['ol/ol.css', 'ol/dist/ol.js', 'proj4/dist/proj4.js'],
  maplibre: ['maplibre-gl/dist/maplibre-gl.css', 'maplibre-gl/dist/maplibre-gl.js']
};

// What runs in the page: `wanted` is what stdin says with the page's own members; done() is called when all is drawn.
const PAGES = {
  leaflet: `const { server, layer, style, box, zoom } = wanted;
    const map = L.map('map', {fadeAnimation: false, zoomAnimation: false, zoomControl: false, attributionControl: false});
    const show = tiles => {
      map.setView(L.CRS.EPSG3857.unproject(L.point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)), zoom);
      tiles.on('load', done).addTo(map);
    };`,
  openlayers: `const { server, layer, style, box, size, crs, colours } = wanted;
    proj4.defs('EPSG:27700', '+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +units=m +no_defs');
    ol.proj.proj4.register(proj4);
    const draw = drawn => new ol.Map({target: 'map', controls: [], interactions: [], layers: [drawn], view: new ol.View({projection: crs,
      center: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], resolution: (box[2] - box[0]) / size[0]})}).on('rendercomplete', done);
    // A map whose source still reads its description is complete too.
    const show = drawn => {
      const source = drawn.getSource(), look = () => source.getState() === 'ready' && !source.drawn && (source.drawn = draw(drawn));
      source.on('change', look);
      look();
    };`,
  maplibre: `const { server, layer, style, box, zoom } = wanted;
    const half = 20037508.342789244, degrees = (x, y) => [x / half * 180, Math.atan(Math.sinh(y / half * Math.PI)) * 180 / Math.PI];
    const show = what => {
      const map = new maplibregl.Map({container: 'map', style: what, zoom: zoom - 1, center: degrees((box[0] + box[2]) / 2, (box[1] + box[3]) / 2),
        attributionControl: false, interactive: false, fadeDuration: 0});
      map.on('idle', done).on('error', event => problem(event.error.message));
    };`
};

const WMS = "url: server + '/wms', params: {LAYERS: layer, STYLES: style, VERSION: version}, ratio: 1, projection: crs";
const WMTS = set => `fetch(server + '/wmts?SERVICE=WMTS&REQUEST=GetCapabilities').then(answer => answer.text()).then(text => {
    const options = ol.source.WMTS.optionsFromCapabilities(new ol.format.WMTSCapabilities().read(text), {layer, matrixSet: '${set}'});
    show(new ol.layer.Tile({source: new ol.source.WMTS({...options, style, transition: 0})}));
  });`;

const KINDS = {
  'leaflet xyz': "show(L.tileLayer(`${server}/tiles/${layer}/{z}/{x}/{y}.png?style=${style}`));",
  'leaflet wms': "show(L.tileLayer.wms(server + '/wms', {layers: layer, styles: style, format: 'image/png', transparent: true, version: wanted.version}));",
  'openlayers wms': `const { version } = wanted; show(new ol.layer.Image({source: new ol.source.ImageWMS({${WMS}})}));`,
  'openlayers wmts': WMTS('WebMercatorQuad'),
  'openlayers wmts grid': WMTS('BritishNationalGrid'),
  'openlayers ogc maps': `show(new ol.layer.Tile({source: new ol.source.OGCMapTile({
      url: server + '/ogc/collections/' + layer + '/styles/' + style + '/map/tiles/WebMercatorQuad', transition: 0})}));`,
  'openlayers mvt': `const fills = colours.map(color => new ol.style.Style({fill: new ol.style.Fill({color})}));
    show(new ol.layer.VectorTile({renderMode: 'vector', style: feature => fills[feature.get('class') - 1], source: new ol.source.OGCVectorTile({
      url: server + '/ogc/collections/' + layer + '/tiles/WebMercatorQuad', format: new ol.format.MVT(), transition: 0})}));`,
  'maplibre xyz': `show({version: 8, layers: [{id: 'map', type: 'raster', source: 'map', paint: {'raster-fade-duration': 0}}], sources: {
      map: {type: 'raster', tileSize: 256, tiles: [server + '/tiles/' + layer + '/{z}/{x}/{y}.png?style=' + style]}}});`,
  'maplibre mvt': "show(server + '/tiles/' + layer + '/style.json?style=' + style);",
  'maplibre mvt hard': `fetch(server + '/tiles/' + layer + '/style.json?style=' + style).then(answer => answer.json()).then(made => {
    for (const { type, paint } of made.layers) if (type === 'fill') paint['fill-antialias'] = false;
    show(made);
  });`
};

function html(modules, wanted) {
  const library = wanted.kind.split(' ')[0];
  const read = file => readFileSync(join(modules, file), 'utf8');
  const [sheet, ...scripts] = LIBRARIES[library];
  return `<!DOCTYPE html><meta charset="utf-8"><title>${wanted.name}</title><link rel="icon" href="data:,">
    <style>${read(sheet)} html, body, #map { height: 100%; margin: 0; background: #fff }</style><div id="map"></div>
    ${scripts.map(file => `<script>${read(file).replaceAll('</script', '<\\/script')}</script>`).join('')}
    <script>const wanted = ${JSON.stringify(wanted)}, problem = text => window.problems.push(text), done = () => { window.isDone = true; };
    window.problems = []; { ${PAGES[library]} ${KINDS[wanted.kind]} }</script>`;
}

async function shoot(browser, modules, wanted) {
  const site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html(modules, wanted)));
  await new Promise(done => site.listen(0, '127.0.0.1', done));
  const own = `http://127.0.0.1:${site.address().port}/`, problems = [], answers = [];
  const context = await browser.newContext({ viewport: { width: wanted.size[0], height: wanted.size[1] }, deviceScaleFactor: 1, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('pageerror', error => problems.push(String(error)));
  page.on('console', message => { if (message.type() === 'error') problems.push(message.text()); });
  page.on('response', response => {
    if (response.url().startsWith(wanted.server)) answers.push(`${response.status()} ${response.url()}`);
  });
  await page.route(address => !/^(data|blob):/.test(address) && !address.href.startsWith(own) && !address.href.startsWith(wanted.server), route => {
    problems.push(`asked a third party: ${route.request().url()}`);
    return route.abort();
  });
  try {
    await page.goto(own);
    await page.waitForFunction('window.isDone', null, { timeout: 90000 });
    // What was drawn is on the screen after the second frame from now.
    await page.evaluate(() => new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown))));
    problems.push(...await page.evaluate('window.problems'));
    await page.screenshot({ path: join(wanted.out, `${wanted.name}.png`) });
  } catch (error) {
    problems.push(String(error));
  }
  await context.close();
  site.close();
  return { problems, answers };
}

const { pages, ...common } = JSON.parse(await text(process.stdin));
const modules = libraries(), results = {};
if (!modules || !existsSync(process.env.CHROMIUM || '/usr/bin/chromium')) {
  results.skipped = 'playwright-core or Chromium could not be installed';
} else {
  const browser = await openBrowser(modules);
  for (const page of pages) results[page.name] = await shoot(browser, modules, { ...common, ...page });
  await browser.close();
}
console.log(JSON.stringify(results));
