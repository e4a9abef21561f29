/* The landing page: one map, one layer at a time, its legend, the numbers of a place, and the entries of the directory. Talks
 * only to the server it came from. The choice stands in the address, so that a link shows the same map. */
(function () {
  'use strict';

  var byId = function (id) { return document.getElementById(id); };
  var MOST_ENTRIES = 500; /* more markers make old telephones slow */
  var svgNamespace = 'http://www.w3.org/2000/svg';
  var state = { catalogue: null, layer: null, tiles: null, entries: {}, marker: null, place: null, asked: { legend: 0, area: 0, entries: 0 } };
  var page = document.documentElement, texts = JSON.parse(document.querySelector('main').dataset.texts);
  var locale = page.lang === 'en' ? 'en-GB' : page.lang;
  var scripted = document.querySelectorAll('.script'), still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (var i = 0; i < scripted.length; i++) scripted[i].hidden = false;
  var map = L.map('map', { zoomControl: false, minZoom: 1, maxZoom: 20, worldCopyJump: true, zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still });

  /* A text of the page's language, with its placeholders filled in. */
  function t(key, fills) {
    return texts[key].replace(/\{(\w+)\}/g, function (mark, name) { return fills && name in fills ? fills[name] : mark; });
  }

  /* What data say is in their language, where that is not the page's. */
  function ofData(node) {
    var own = page.lang.split('-')[0].toLowerCase(), other = page.dataset.lang.split('-')[0].toLowerCase();
    if (own !== other) node.lang = page.dataset.lang;
    node.dir = 'auto';
    return node;
  }

  function say(text) { byId('message').textContent = text; }

  function fetchJson(path) {
    return fetch(path, { headers: { Accept: 'application/json' } }).then(function (response) {
      return response.json().catch(function () {
        throw new Error(t('landing.answered', { status: response.status + ' ' + response.statusText }));
      }).then(function (body) {
        if (!response.ok) throw new Error(body.detail || body.title || String(response.status));
        return body;
      });
    });
  }

  function element(name, text, className) {
    var node = document.createElement(name);
    if (text !== undefined && text !== null) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function replaceChildren(node, children) {
    while (node.firstChild) node.removeChild(node.firstChild);
    children.forEach(function (child) { node.appendChild(child); });
  }

  function option(value, text) {
    var node = ofData(element('option', text));
    node.value = value;
    return node;
  }

  function find(list, id) {
    return list.filter(function (item) { return item.id === id; })[0];
  }

  /* --- choosers --- */

  function indicatorOf(layer) { return find(state.catalogue.indicators, layer.indicator); }

  function fillLayers() {
    var groups = {}, order = [];
    state.catalogue.layers.forEach(function (layer) {
      var theme = indicatorOf(layer).theme || t('landing.other_theme');
      if (!groups[theme]) { groups[theme] = element('optgroup'); groups[theme].label = theme; order.push(groups[theme]); }
      groups[theme].appendChild(option(layer.id, layer.title));
    });
    replaceChildren(byId('layer'), order);
  }

  function fillChoosers(layer, wanted) {
    replaceChildren(byId('period'), layer.periods.slice().reverse().map(function (period) {
      return option(period.id, period.label);
    }));
    if (wanted.period && find(layer.periods, wanted.period)) byId('period').value = wanted.period;
    replaceChildren(byId('style'), state.catalogue.styles.map(function (style) {
      return option(style.id, style.title || style.id);
    }));
    byId('style').value = wanted.style && find(state.catalogue.styles, wanted.style) ? wanted.style : layer.style;
  }

  function fillViews() {
    var views = state.catalogue.views;
    byId('view').parentNode.hidden = views.length === 0;
    replaceChildren(byId('view'), views.map(function (view) { return option(view.id, view.title); }));
  }

  function readAddress(hash) {
    var wanted = {};
    new URLSearchParams(hash.slice(1)).forEach(function (value, name) { wanted[name] = value; });
    return wanted;
  }

  function writeAddress() {
    var centre = map.getCenter().wrap();
    var text = new URLSearchParams({
      layer: state.layer.id, period: byId('period').value, style: byId('style').value,
      at: centre.lat.toFixed(4) + ',' + centre.lng.toFixed(4) + ',' + map.getZoom()
    });
    history.replaceState(null, '', '#' + text.toString());
  }

  /* --- map --- */

  function query() {
    return '?style=' + encodeURIComponent(byId('style').value) + '&period=' + encodeURIComponent(byId('period').value);
  }

  /* What the page shows itself names the version: else a legend could be kept for an hour beside the tiles of the next one. */
  function versioned(path) { return path + query() + '&v=' + state.catalogue.version; }

  function showLayer() {
    var scale = window.devicePixelRatio > 1 ? '@2x' : '';
    var url = versioned('tiles/' + state.layer.id + '/{z}/{x}/{y}' + scale + '.png');
    if (state.tiles) map.removeLayer(state.tiles);
    state.tiles = L.tileLayer(url, { maxZoom: 20, opacity: byId('opacity').value / 100, attribution: '' }).addTo(map);
    state.tiles.once('tileerror', function () { say(t('landing.tiles_failed')); });
    var absolute = new URL('tiles/' + state.layer.id + '/', document.baseURI).href;
    byId('xyz').value = absolute + '{z}/{x}/{y}.png' + query();
    byId('tilejson').href = 'tiles/' + state.layer.id + '.json' + query();
    byId('legend-png').href = versioned('legend/' + state.layer.id + '.png');
    showLegend();
    if (state.place) ask(state.place);
    writeAddress();
    say(state.layer.title + ', ' + byId('period').selectedOptions[0].textContent);
  }

  function swatch(colour, pattern, ink) {
    var svg = document.createElementNS(svgNamespace, 'svg');
    svg.setAttribute('width', '28'); svg.setAttribute('height', '18'); svg.setAttribute('aria-hidden', 'true');
    var rect = document.createElementNS(svgNamespace, 'rect');
    rect.setAttribute('width', '28'); rect.setAttribute('height', '18'); rect.setAttribute('fill', colour || '#bbbbbb');
    svg.appendChild(rect);
    for (var x = -16; pattern && pattern !== 'plain' && x < 32; x += 8) {
      if (pattern === 'dots') {
        for (var y = 5; y < 18; y += 8) {
          var dot = document.createElementNS(svgNamespace, 'circle');
          dot.setAttribute('cx', x + 4); dot.setAttribute('cy', y); dot.setAttribute('r', '1.4'); dot.setAttribute('fill', ink);
          svg.appendChild(dot);
        }
        continue;
      }
      (pattern === 'cross' ? [1, -1] : [1]).forEach(function (direction) {
        var line = document.createElementNS(svgNamespace, 'line');
        line.setAttribute('x1', x); line.setAttribute('y1', direction > 0 ? 18 : 0);
        line.setAttribute('x2', x + 18); line.setAttribute('y2', direction > 0 ? 0 : 18);
        line.setAttribute('stroke', ink); line.setAttribute('stroke-width', '1.4');
        svg.appendChild(line);
      });
    }
    return svg;
  }

  /* The server's labels are English; what they are made of is known. */
  function classLabel(item) {
    var forms = [[/^up to (.+)$/, 'landing.class.up_to', ['high']], [/^under (.+)$/, 'landing.class.under', ['high']], [/^over (.+)$/, 'landing.class.over', ['low']],
      [/^(.+) and over$/, 'landing.class.and_over', ['low']], [/^(.+) to (.+)$/, 'landing.class.range', ['low', 'high']], [/^all values$/, 'landing.class.all', []]];
    if (item.lower === undefined) forms = [[/^(\d+) \(worst tenth\)$/, 'landing.class.worst', ['n']], [/^(\d+) \(best tenth\)$/, 'landing.class.best', ['n']]];
    for (var i = 0; i < forms.length; i++) {
      var found = forms[i][0].exec(item.label), fills = {};
      if (!found) continue;
      forms[i][2].forEach(function (name, k) { fills[name] = found[k + 1]; });
      return t(forms[i][1], fills);
    }
    return item.label;
  }

  /* One of a category is the data's word. */
  function methodName(method) { return texts['landing.method.' + method.replace(/[^a-z]+/g, '_')] || method; }

  function legendRow(colour, pattern, ink, text) {
    var row = element('li');
    row.appendChild(swatch(colour, pattern, ink));
    row.appendChild(ofData(element('span', text)));
    return row;
  }

  /* Closure, and for classes that are counted off, from where and what becomes of ties. */
  function describeCounting(legend) {
    if (legend.ties === 'publisher') return '; ' + t(legend.direction === 'rising' ? 'landing.tenths_rising' : 'landing.tenths_falling');
    var intervals = legend.classes.some(function (item) { return item.lower !== undefined; });
    return (legend.ties === 'class_of_first_from_lowest' ? '; ' + t('landing.ties') : '') +
      (intervals ? '; ' + t(legend.closure === 'right' ? 'landing.closed_upper' : 'landing.closed_lower') : '');
  }

  /* What a source does not state is shown as that, never guessed. */
  function describeFacts(indicator) {
    var polarities = { high_is_worse: t('landing.high_is_worse'), high_is_better: t('landing.high_is_better'), neutral: t('landing.neutral') };
    return [[t('landing.unit'), indicator.unit], [t('landing.polarity'), polarities[indicator.polarity]], [t('landing.source'), indicator.source],
      [t('landing.licence'), indicator.licence && (indicator.licence.title || indicator.licence.url)]].map(function (fact) {
      return fact[0] + ': ' + (fact[1] || t('landing.not_stated')) + '.';
    }).join(' ');
  }

  function showLegend() {
    var asked = ++state.asked.legend;
    fetchJson(versioned('legend/' + state.layer.id + '.json')).then(function (legend) {
      if (asked !== state.asked.legend) return;
      var rows = legend.classes.map(function (item, i) {
        return legendRow(item.colour, 'plain', null, classLabel(item) + ' (' + legend.counts.classes[i] + ')');
      });
      legend.states.forEach(function (item) {
        var n = item.state === 'without_class' ? legend.counts.without_class : legend.counts.states[item.state];
        if (n > 0) rows.push(legendRow(item.colour, item.pattern, item.ink, (texts['landing.state.' + item.state] || item.label) + ' (' + n + ')'));
      });
      replaceChildren(byId('legend'), rows);
      byId('legend-unit').textContent = (legend.unit || t('landing.no_unit')) + ', ' + legend.period.label;
      var indicator = indicatorOf(state.layer);
      byId('legend-note').textContent = t('landing.classes', { method: methodName(legend.method) }) + describeCounting(legend) + '. ' + t('landing.brackets') + ' ' +
        (indicator.modelled ? t('landing.modelled') + ' ' : '') + describeFacts(indicator);
    }).catch(function (error) { say(t('landing.legend_failed', { why: error.message })); });
  }

  /* --- one neighbourhood --- */

  function format(value, decimals) {
    if (typeof value !== 'number') return value || '';
    var known = typeof decimals === 'number';
    return value.toLocaleString(locale, { minimumFractionDigits: known ? decimals : 0, maximumFractionDigits: known ? decimals : 10 });
  }

  function describeValue(entry, indicator) {
    if (entry.value === null) return t('state.' + entry.state);
    var decimals = indicator.decimals, unit = indicator.unit;
    var text = format(entry.value, decimals) + (unit ? (unit === '%' ? '' : ' ') + unit : '');
    if (entry.lower !== undefined) text += ' (' + t('landing.range', { low: format(entry.lower, decimals), high: format(entry.upper, decimals) }) + ')';
    if (entry.state === 'unreliable') text += ', ' + t('state.unreliable');
    return text;
  }

  function describeRank(entry) {
    return [entry.rank ? t('landing.rank', { rank: format(entry.rank), of: format(entry.ranked) }) : '',
      entry.decile ? t('landing.tenth', { n: entry.decile }) : ''].filter(Boolean).join(', ');
  }

  /* As much of the map as there is beside its buttons. */
  function popupSize() {
    var size = map.getSize();
    return { minWidth: 50, maxWidth: Math.max(120, Math.min(300, size.x - 110)), maxHeight: Math.max(100, size.y - 60), autoPanPaddingTopLeft: [52, 8] };
  }

  /* Where the numbers stand below the map, out of sight, the map says the one that was asked for, too. */
  function announce(text) {
    say(text);
    if (!window.matchMedia('(max-width: 760px)').matches) return;
    var box = element('div', null, 'entry'), button = element('button', t('landing.all_numbers'));
    button.type = 'button';
    button.addEventListener('click', function () {
      map.closePopup();
      byId('area-title').focus();
    });
    box.appendChild(element('p', text));
    box.appendChild(button);
    state.marker.unbindPopup().bindPopup(box, popupSize()).openPopup();
  }

  function showArea(area) {
    var children = [], list = element('dl'), period = byId('period').value;
    children.push(ofData(element('h3', area.name + ' (' + area.code + ')')));
    area.parents.forEach(function (parent) {
      list.appendChild(ofData(element('dt', parent.boundaries_title)));
      list.appendChild(ofData(element('dd', parent.name)));
    });
    children.push(list);
    var table = element('table'), head = element('tr');
    [t('landing.indicator'), t('landing.value')].forEach(function (text) {
      var cell = element('th', text);
      cell.scope = 'col';
      head.appendChild(cell);
    });
    table.appendChild(head);
    area.indicators.forEach(function (indicator) {
      var shown = indicator.id === state.layer.indicator;
      var entry = (shown && indicator.periods.filter(function (p) { return p.period.id === period; })[0]) ||
        indicator.periods[indicator.periods.length - 1];
      var row = element('tr'), name = ofData(element('th', indicator.title + ', ' + entry.period.label));
      name.scope = 'row';
      row.appendChild(name);
      var cell = element('td', describeValue(entry, indicator), 'number');
      if (describeRank(entry)) cell.appendChild(element('div', describeRank(entry), 'note'));
      row.appendChild(cell);
      if (shown) {
        announce(area.name + ': ' + indicator.title + ', ' + entry.period.label + ': ' + describeValue(entry, indicator) +
          (describeRank(entry) ? ', ' + describeRank(entry) : ''));
        row.setAttribute('aria-current', 'true');
        table.insertBefore(row, head.nextSibling);
      } else {
        table.appendChild(row);
      }
    });
    children.push(table);
    replaceChildren(byId('area'), children);
  }

  /* The map repeats the world from side to side; the server knows longitudes from -180 to 180. */
  function wrapped(lng) { return L.Util.wrapNum(lng, [-180, 180], true); }

  function position(latlng) {
    return wrapped(latlng.lng).toFixed(6) + ',' + Math.max(-90, Math.min(90, latlng.lat)).toFixed(6);
  }

  /* Where west is greater than east, the box crosses the antimeridian. */
  function boxOf(b) {
    var whole = b.getEast() - b.getWest() >= 360;
    var box = [whole ? -180 : wrapped(b.getWest()), Math.max(-90, b.getSouth()), whole ? 180 : wrapped(b.getEast()), Math.min(90, b.getNorth())];
    return box.map(function (n) { return n.toFixed(5); }).join(',');
  }

  /* A place on the copy of the world that is nearest to the middle of the map. */
  function nearestCopy(at) {
    return [at[1], at[0] + 360 * Math.round((map.getCenter().lng - at[0]) / 360)];
  }

  /* Every answer carries the number of its question: a late one must not replace a later one. */
  function ask(latlng) {
    var asked = ++state.asked.area;
    state.place = latlng;
    var path = 'areas/' + state.layer.boundaries + '?at=' + position(latlng);
    if (state.marker) map.removeLayer(state.marker);
    state.marker = L.circleMarker(latlng, { radius: 7, color: '#d06a00', weight: 3, fill: false, keyboard: false }).addTo(map);
    showNearest(latlng);
    fetchJson(path).then(function (area) {
      if (asked === state.asked.area) showArea(area);
    }).catch(function (error) {
      if (asked !== state.asked.area) return;
      replaceChildren(byId('area'), [element('p', error.message)]);
      say(error.message);
    });
  }

  /* --- directory entries --- */

  function phoneLink(phone) {
    var link = element('a', phone);
    link.href = 'tel:' + phone.replace(/\s/g, '');
    return link;
  }

  /* The finder's pages in the language from which somebody came. */
  function inLanguage(path) {
    var lang = /[?&]lang=([A-Za-z0-9-]+)/.exec(location.search);
    return lang ? path + '?lang=' + lang[1] : path;
  }

  function entryText(feature) {
    var box = element('div', null, 'entry'), p = feature.properties;
    var kind = element('p', t('kind.' + p.kind) + (p.topics.length ? ': ' : ''));
    box.appendChild(ofData(element('h2', p.name)));
    if (p.topics.length) kind.appendChild(ofData(element('span', p.topics.join(', ').replace(/_/g, ' '))));
    box.appendChild(kind);
    if (p.description) box.appendChild(ofData(element('p', p.description)));
    [['address', ''], ['phone', 'tel:'], ['email', 'mailto:'], ['url', '']].forEach(function (pair) {
      var value = p[pair[0]];
      if (!value) return;
      if (pair[0] === 'address' && p.postcode) value += ', ' + p.postcode;
      if (pair[0] === 'address' || (pair[0] === 'url' && !/^https?:\/\//.test(value))) {
        box.appendChild(element('p', value));
        return;
      }
      var link = pair[0] === 'phone' ? phoneLink(value) : element('a', value), line = element('p');
      if (pair[0] !== 'phone') link.href = pair[1] + value;
      line.appendChild(link);
      box.appendChild(line);
    });
    var more = element('a', t('landing.more')), last = element('p');
    more.href = inLanguage('finder/' + encodeURIComponent(feature.id));
    last.appendChild(more);
    box.appendChild(last);
    return box;
  }

  function entryMarker(feature) {
    var name = feature.properties.name, kind = feature.properties.kind, at = feature.geometry.coordinates;
    var icon = L.divIcon({ className: 'target', html: '<span class="pin pin-' + kind + '"></span>', iconSize: [24, 24] });
    var marker = L.marker(nearestCopy(at), { icon: icon, title: name, entry: feature.id }).bindPopup(function () { return entryText(feature); }, popupSize());
    /* Leaflet 1.7 leaves this to the page. */
    marker.on('add', function () {
      marker.getElement().setAttribute('role', 'button');
      marker.getElement().setAttribute('aria-label', name + ', ' + t('kind.' + kind));
    });
    return marker;
  }

  /* Markers that stay are left alone: one that was taken away and set again would lose the keyboard and its open text, and
   * opening a text may itself move the map. */
  function replaceEntries(features) {
    var before = state.entries, now = {};
    features.forEach(function (feature) {
      if (!feature.geometry || feature.geometry.type !== 'Point') return;
      var marker = now[feature.id] = before[feature.id] || addMarker(feature);
      var there = L.latLng(nearestCopy(feature.geometry.coordinates));
      if (!marker.getLatLng().equals(there)) marker.setLatLng(there);
    });
    Object.keys(before).forEach(function (id) {
      if (now[id]) return;
      if (before[id].isPopupOpen() && features.length > 0) now[id] = before[id];
      else state.markers.removeLayer(before[id]);
    });
    state.entries = now;
    showKinds(features);
  }

  function addMarker(feature) {
    var marker = entryMarker(feature);
    state.markers.addLayer(marker);
    return marker;
  }

  /* Markers that would lie on one another are one, with their number: each can be hit with a finger. */
  function makeClusters() {
    state.markers = L.markerClusterGroup({ showCoverageOnHover: false, animate: !still, maxClusterRadius: 40, spiderLegPolylineOptions: { weight: 1.5, color: '#1b2a33', opacity: 0.7 },
      iconCreateFunction: function (cluster) {
        var n = cluster.getChildCount(), side = n < 10 ? 32 : n < 100 ? 38 : 46;
        return L.divIcon({ className: 'cluster', html: format(n), iconSize: [side, side] });
      } });
    map.on('layeradd', function (event) {
      var node = event.layer.getChildCount && event.layer.getElement();
      if (!node) return;
      node.setAttribute('role', 'button');
      node.setAttribute('tabindex', '0');
      node.setAttribute('aria-label', t('map.cluster', { n: format(event.layer.getChildCount()) }));
    });
    map.addLayer(state.markers);
  }

  function showKinds(features) {
    var kinds = {};
    features.forEach(function (feature) { kinds[feature.properties.kind] = true; });
    replaceChildren(byId('kinds'), Object.keys(kinds).sort().map(function (kind) {
      var row = element('li');
      row.appendChild(element('span', null, 'pin pin-' + kind));
      row.appendChild(element('span', t('kind.' + kind)));
      return row;
    }));
  }

  /* The markers in words, for those who cannot use a map: the nearest to the place that was asked for. */
  function showNearest(latlng) {
    var asked = state.asked.area, path = 'coalitions?limit=5&near=' + position(latlng);
    if (!state.catalogue.directory.entries) return;
    fetchJson(path).then(function (collection) {
      if (asked !== state.asked.area) return;
      byId('nearest-part').hidden = collection.features.length === 0;
      replaceChildren(byId('nearest'), collection.features.map(function (feature) {
        var row = element('li'), p = feature.properties;
        row.appendChild(ofData(element('strong', p.name)));
        row.appendChild(element('span', ', ' + t('kind.' + p.kind) + ', ' + t('distance.km', { n: format(p.distance_m / 1000, 1) }) + (p.phone ? ', ' : '')));
        if (p.phone) row.appendChild(phoneLink(p.phone));
        return row;
      }));
    }).catch(function (error) { say(t('landing.nearest_failed', { why: error.message })); });
  }

  function showEntries() {
    var asked = ++state.asked.entries;
    if (!byId('entries').checked || !state.catalogue.directory.entries) { replaceEntries([]); return; }
    loadEntries(asked, 'coalitions?bbox=' + boxOf(map.getBounds()), []);
  }

  /* Page after page, as the server says how long a page may be. */
  function loadEntries(asked, path, before) {
    fetchJson(path + '&offset=' + before.length).then(function (collection) {
      if (asked !== state.asked.entries) return;
      var features = before.concat(collection.features), n = collection.numberMatched;
      if (n > MOST_ENTRIES) {
        /* Some of them would look like where they are, and where none is. */
        replaceEntries([]);
        replaceChildren(byId('kinds'), [element('li', t('landing.too_many', { n: format(n) }))]);
      } else if (features.length < n && collection.features.length > 0) {
        loadEntries(asked, path, features);
      } else {
        replaceEntries(features);
      }
    }).catch(function (error) { say(t('landing.entries_failed', { why: error.message })); });
  }

  /* --- start --- */

  function choose(id, wanted) {
    state.layer = find(state.catalogue.layers, id) || state.catalogue.layers[0];
    byId('layer').value = state.layer.id;
    fillChoosers(state.layer, wanted || {});
    showLayer();
  }

  function goTo(view) {
    map.fitBounds([[view.bounds[1], view.bounds[0]], [view.bounds[3], view.bounds[2]]]);
  }

  function firstPlace(wanted) {
    var at = (wanted.at || '').split(',').map(Number);
    var known = at.length === 3 && wanted.at.split(',').every(function (text) { return /^-?\d/.test(text); }) &&
      Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 && at[2] >= 0 && at[2] <= 22;
    if (known) { map.setView([at[0], at[1]], at[2]); return; }
    var view = state.catalogue.views[0];
    if (view) { goTo(view); return; }
    var layer = find(state.catalogue.layers, wanted.layer) || state.catalogue.layers[0];
    goTo(find(state.catalogue.boundaries, layer.boundaries));
  }

  /* A link of this page, put into the address of the same window. The map may have written its own place over it meanwhile. */
  function follow(event) {
    var wanted = readAddress(new URL(event.newURL).hash);
    if (!wanted.layer || !find(state.catalogue.layers, wanted.layer)) return;
    firstPlace(wanted);
    choose(wanted.layer, wanted);
  }

  function listen() {
    window.addEventListener('hashchange', follow);
    byId('layer').addEventListener('change', function () { choose(this.value, { period: byId('period').value, style: '' }); });
    byId('period').addEventListener('change', showLayer);
    byId('style').addEventListener('change', showLayer);
    byId('view').addEventListener('change', function () {
      var view = find(state.catalogue.views, this.value);
      goTo(view);
      if (view.layer && view.layer !== state.layer.id) choose(view.layer);
    });
    byId('opacity').addEventListener('input', function () { state.tiles.setOpacity(this.value / 100); });
    byId('entries').addEventListener('change', showEntries);
    byId('choose').addEventListener('submit', function (event) { event.preventDefault(); });
    byId('copy').addEventListener('click', function () {
      byId('xyz').select();
      var done = navigator.clipboard ? navigator.clipboard.writeText(byId('xyz').value) :
        document.execCommand('copy') ? Promise.resolve() : Promise.reject(new Error('not allowed'));
      done.then(function () { say(t('landing.copied')); }, function () {
        say(t('landing.not_copied'));
      });
    });
    /* The text of a marker stands after all markers in the page: the keyboard is taken there, and back to the marker. Escape
     * closes it. */
    map.on('popupopen', function (event) {
      var box = event.popup.getElement(), marker = event.popup._source;
      var close = box.querySelector('.leaflet-popup-close-button');
      if (close) close.setAttribute('aria-label', t('map.close'));
      box.setAttribute('tabindex', '-1');
      box.setAttribute('role', 'dialog');
      box.setAttribute('aria-label', marker && marker.options.title || t('landing.place'));
      box.addEventListener('keydown', function (key) {
        if (key.key !== 'Escape') return;
        key.stopPropagation(); /* the map would look for the box where it no longer is */
        map.closePopup(event.popup);
      });
      if (marker && marker.getElement() === document.activeElement) box.focus();
    });
    map.on('popupclose', function (event) {
      var box = event.popup.getElement(), marker = event.popup._source;
      var active = document.activeElement;
      if (!box || (active !== document.body && !box.contains(active))) return;
      if (marker && marker.options.title && marker.getElement()) marker.getElement().focus();
      else byId('map').focus();
    });
    /* The same view in another language. */
    document.querySelector('.languages').addEventListener('click', function (event) {
      if (event.target.href) event.target.hash = location.hash;
    });
    map.on('click', function (event) { ask(event.latlng); });
    map.on('moveend', function () { writeAddress(); showEntries(); });
    byId('map').addEventListener('keydown', function (event) {
      if (event.key === 'Enter' && event.target === byId('map')) ask(map.getCenter());
    });
  }

  function addCrosshair() {
    var svg = document.createElementNS(svgNamespace, 'svg'), path = document.createElementNS(svgNamespace, 'path');
    svg.setAttribute('class', 'crosshair'); svg.setAttribute('viewBox', '0 0 24 24'); svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', 'M12 0V24M0 12H24'); path.setAttribute('stroke', '#d06a00'); path.setAttribute('stroke-width', '2');
    svg.appendChild(path);
    byId('map').appendChild(svg);
  }

  function start(catalogue) {
    var wanted = readAddress(location.hash);
    state.catalogue = catalogue;
    if (catalogue.layers.length === 0) { say(t('landing.no_layers')); return; }
    document.title = catalogue.title + ' – Evenground';
    byId('title').textContent = catalogue.title;
    byId('fictional').hidden = !catalogue.fictional;
    byId('search').href = inLanguage('finder');
    byId('credit').textContent = [catalogue.attribution, catalogue.licence.title].filter(Boolean).map(function (text) {
      return /[.!?]$/.test(text) ? text : text + '.';
    }).join(' ');
    map.attributionControl.addAttribution(element('span', catalogue.attribution || '').innerHTML);
    if (catalogue.basemap.url)
      L.tileLayer(catalogue.basemap.url, { attribution: catalogue.basemap.attribution, maxNativeZoom: catalogue.basemap.max_zoom, maxZoom: 20 }).addTo(map);
    fillLayers();
    fillViews();
    makeClusters();
    firstPlace(wanted);
    choose(wanted.layer || (catalogue.views[0] && catalogue.views[0].layer), wanted);
    listen();
    addCrosshair();
    showEntries();
  }

  L.printAsShown(map);
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: t('map.zoom_in'), zoomOutTitle: t('map.zoom_out'), position: page.dir === 'rtl' ? 'topright' : 'topleft' }).addTo(map);
  new L.Control.Pan({ position: page.dir === 'rtl' ? 'bottomright' : 'bottomleft', words: { left: t('map.pan_left'), up: t('map.pan_up'), down: t('map.pan_down'), right: t('map.pan_right') } }).addTo(map);
  fetchJson('layers').then(start).catch(function (error) { say(t('landing.layers_failed', { why: error.message })); });
}());
