/* The public finder with a script: the same pages, fetched and put in place without a reload; the map beside the list; "near me". Talks
 * only to the server it came from, unless the atlas names a basemap. Without this file everything but the map and "near me" works. */
(function () {
  'use strict';

  var byId = function (id) { return document.getElementById(id); };
  var place = byId('map'), form = byId('search'), still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  var asked = 0, shown = location.pathname + location.search, map = null, markers = null, here = null, byEntry = {};

  function eachNode(nodes, act) { Array.prototype.forEach.call(nodes, act); }

  function reveal(within) { eachNode(within.querySelectorAll('.script'), function (node) { node.hidden = false; }); }

  function fetchAs(path, type) {
    return fetch(path, { headers: { Accept: type }, credentials: 'same-origin' });
  }

  function fetchJson(path) {
    return fetchAs(path, 'application/geo+json').then(function (response) {
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    });
  }

  function element(name, text, className) {
    var node = document.createElement(name);
    if (text) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  /* What data say is in their language, where that is not the page's. */
  function ofData(node) {
    if (place.dataset.lang) node.lang = place.dataset.lang;
    node.dir = 'auto';
    return node;
  }

  function fill(text, n) { return text.replace('{n}', Number(n).toLocaleString(document.documentElement.lang)); }

  /* --- map --- */

  function escaped(text) { return element('span', text).innerHTML; }

  function makeMap() {
    var data = place.dataset, box = data.bounds.split(',').map(Number);
    map = L.map(place, { minZoom: 1, maxZoom: 19, worldCopyJump: true, scrollWheelZoom: false, zoomControl: false, zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still });
    L.control.zoom({ zoomInTitle: data.textIn, zoomOutTitle: data.textOut, position: document.dir === 'rtl' ? 'topright' : 'topleft' }).addTo(map);
    new L.Control.Pan({ position: document.dir === 'rtl' ? 'bottomright' : 'bottomleft', words: { left: data.textLeft, up: data.textUp, down: data.textDown, right: data.textRight } }).addTo(map);
    map.attributionControl.setPrefix(false);
    map.fitBounds([[box[1], box[0]], [box[3], box[2]]]);
    if (data.tiles) L.tileLayer(data.tiles, { maxZoom: 20, maxNativeZoom: Number(data.tilesZoom) || 19, attribution: data.credit }).addTo(map);
    else if (data.ground) L.tileLayer(data.ground, { maxZoom: 20, opacity: 0.35, className: 'ground', attribution: escaped(data.credit || '') }).addTo(map);
    map.on('popupopen', function (event) {
      var close = event.popup.getElement().querySelector('.leaflet-popup-close-button'), box = event.popup.getElement();
      if (close) close.setAttribute('aria-label', data.textClose);
      box.setAttribute('role', 'dialog');
      box.setAttribute('tabindex', '-1');
      box.setAttribute('aria-label', event.popup._source.options.title);
      /* Not to the map, which would look for the box where it no longer is. */
      box.addEventListener('keydown', function (key) {
        if (key.key !== 'Escape') return;
        key.stopPropagation();
        map.closePopup(event.popup);
      });
      if (event.popup._source.getElement() === document.activeElement) box.focus();
    });
    map.on('popupclose', function (event) {
      var box = event.popup.getElement(), icon = event.popup._source.getElement && event.popup._source.getElement();
      if (icon && box && box.contains(document.activeElement)) icon.focus();
    });
    markers = L.markerClusterGroup({ showCoverageOnHover: false, animate: !still, maxClusterRadius: 44, spiderLegPolylineOptions: { weight: 1.5, color: '#1b2a33', opacity: 0.7 },
      iconCreateFunction: function (cluster) {
        var n = countEntries(cluster), side = n < 10 ? 32 : n < 100 ? 38 : 46;
        return L.divIcon({ className: 'cluster', html: escaped(Number(n).toLocaleString(document.documentElement.lang)), iconSize: [side, side] });
      } });
    /* What a cluster is, and how to open it, is said; Leaflet leaves that to the page. */
    map.on('layeradd', function (event) {
      /* Lines and circles show what is said in words, too. */
      eachNode(place.querySelectorAll('.leaflet-overlay-pane svg'), function (drawing) { drawing.setAttribute('aria-hidden', 'true'); });
      var layer = event.layer, node = layer.getElement && layer.getElement();
      if (!node || !(layer instanceof L.Marker)) return;
      if (!layer.getChildCount && place.dataset.lang) node.lang = place.dataset.lang; /* of its name */
      if (!layer.options.interactive) { node.setAttribute('role', 'img'); node.setAttribute('aria-label', layer.options.title); return; }
      node.setAttribute('role', 'button');
      node.setAttribute('tabindex', '0');
      node.setAttribute('aria-label', layer.getChildCount ? fill(data.textCluster, countEntries(layer)) : layer.options.title);
    });
    map.addLayer(markers);
  }

  /* Where an entry is: an entry at several places has all of them, that which its point is of among them. */
  function placesOf(feature) {
    var all = (feature.properties.locations || []).filter(function (one) { return typeof one.longitude === 'number'; });
    if (all.length > 0) return all;
    return [{ longitude: feature.geometry.coordinates[0], latitude: feature.geometry.coordinates[1] }];
  }

  function pointOf(one) { return [one.latitude, one.longitude]; }

  /* The text of a marker is that of the list's row, where it is on this page; else its name, with a link. Of one of several places it has
   * the place's own address. */
  function markerText(feature, one) {
    var box = element('div'), link = ofData(element('a', feature.properties.name)), line = element('p');
    link.href = entryAddress(feature.id);
    line.appendChild(link);
    box.appendChild(line);
    var row = byId('e-' + feature.id), several = !!one.id, address = [one.name, one.address, one.postcode].filter(Boolean).join(', ');
    if (row) eachNode(row.querySelectorAll(several ? '.facts' : '.facts, .contact'), function (node) { box.appendChild(node.cloneNode(true)); });
    if (several && address) box.appendChild(ofData(element('p', address)));
    if ((several || !row) && feature.properties.phone) box.appendChild(element('p', feature.properties.phone));
    return box;
  }

  function entryAddress(id) {
    var kept = new URLSearchParams(location.search);
    kept.delete('near'); /* it would go wherever the entry's address is sent */
    return place.dataset.root + 'finder/' + encodeURIComponent(id) + (kept.toString() ? '?' + kept : '');
  }

  /* As large as the map leaves it beside the buttons to zoom, which stand before it and would hide its first words. */
  function roomForText() {
    var size = map.getSize(), beside = [50, 8], free = [8, 8];
    if (document.dir === 'rtl') { beside = [8, 8]; free = [50, 8]; }
    return { minWidth: 100, maxWidth: Math.max(120, Math.min(260, size.x - 110)), maxHeight: Math.max(120, size.y - 90), autoPanPaddingTopLeft: beside, autoPanPaddingBottomRight: free };
  }

  /* One that stands alone, on its entry's page, tells nothing that the page does not: it is no button. */
  function entryMarker(feature, one, isAlone) {
    var kind = String(feature.properties.kind).replace(/[^a-z_]/g, ''), name = feature.properties.name, where = one.name || one.address;
    var icon = L.divIcon({ className: 'target', html: '<span class="pin pin-' + kind + '"></span>', iconSize: [28, 28] });
    var marker = L.marker(pointOf(one), { icon: icon, title: one.id && where ? name + ', ' + where : name, entry: feature.id, interactive: !isAlone, keyboard: !isAlone });
    return isAlone ? marker : marker.bindPopup(function () { return markerText(feature, one); }, roomForText());
  }

  /* One for each place; that of the feature's own point is the one that its row marks. */
  function entryMarkers(feature) {
    var at = feature.geometry.coordinates;
    return placesOf(feature).map(function (one) {
      var marker = entryMarker(feature, one);
      if (!byEntry[feature.id] || (one.longitude === at[0] && one.latitude === at[1])) byEntry[feature.id] = marker;
      return marker;
    });
  }

  /* Several places of one entry are one entry. */
  function countEntries(cluster) {
    var seen = {};
    cluster.getAllChildMarkers().forEach(function (marker) { seen[marker.options.entry] = true; });
    return Object.keys(seen).length;
  }

  function showHere() {
    var found = byId('found').dataset, near = found.here;
    if (here) map.removeLayer(here);
    here = null;
    if (!near) return;
    var at = near.split(',').map(Number);
    here = L.circleMarker([at[1], at[0]], { radius: 9, color: '#b35900', weight: 4, fillColor: '#fff', fillOpacity: 1, interactive: false });
    here.bindTooltip(element('bdi', found.hereName || place.dataset.textHere), { permanent: true, direction: 'auto', offset: [10, 0] }).addTo(map);
  }

  /* Nearest ones first in view; else all. */
  function fit(features) {
    var points = [];
    features.forEach(function (feature) {
      if (here) points.push([feature.geometry.coordinates[1], feature.geometry.coordinates[0]]);
      else points = points.concat(placesOf(feature).map(pointOf));
    });
    if (here) points = points.slice(0, 20).concat([here.getLatLng()]);
    if (points.length > 0) map.fitBounds(points, { maxZoom: 15, padding: [30, 30] });
  }

  function note(text) {
    var line = byId('map-note');
    if (!line) {
      line = element('p', '', 'note');
      line.id = 'map-note';
      var before = byId('found') || place;
      before.parentNode.insertBefore(line, before);
    }
    line.textContent = text;
    line.hidden = !text;
  }

  function showFeatures(address, number) {
    if (!map) return;
    showHere();
    if (!address) { markers.clearLayers(); note(''); return; }
    fetchJson(address).then(function (collection) {
      if (number !== asked) return;
      var placed = collection.features.filter(function (feature) { return feature.geometry && feature.geometry.type === 'Point'; });
      byEntry = {};
      markers.clearLayers();
      markers.addLayers([].concat.apply([], placed.map(entryMarkers)));
      fit(placed);
      note(collection.numberMatched > collection.numberReturned ? fill(place.dataset.textLimit, collection.numberReturned) : '');
    }).catch(function () { if (number === asked) note(place.dataset.textFailed); });
  }

  /* --- whom an entry serves --- */

  /* One line around all areas together; the shape of its own, where there are both, is dashed. */
  function addOutline(served, feature) {
    var parts = feature.geometry.type === 'GeometryCollection' ? feature.geometry.geometries : [feature.geometry];
    parts.forEach(function (geometry, i) {
      served.addLayer(L.geoJSON(geometry, { interactive: false, style: { color: '#00566b', weight: 2, dashArray: i > 0 ? '6 5' : null, fillColor: '#00566b', fillOpacity: 0.15 } }));
    });
  }

  function showEntry(address) {
    fetchJson(address).then(function (feature) {
      var at = feature.geometry, area = feature.links.filter(function (link) { return link.rel === 'service-area'; })[0];
      var served = L.featureGroup().addTo(map);
      return (area ? fetchJson(address + '/area') : Promise.resolve(null)).then(function (outline) {
        if (outline) addOutline(served, outline);
        var marks = at ? placesOf(feature).map(function (one) { return entryMarker(feature, one, true).addTo(map); }) : [];
        var all = L.featureGroup([served].concat(marks.map(function (mark) { return L.marker(mark.getLatLng()); })));
        if (all.getBounds().isValid()) map.fitBounds(all.getBounds(), { maxZoom: 15, padding: [20, 20] });
      });
    }).catch(function () { note(place.dataset.textFailed); });
  }

  /* --- searching without a reload --- */

  function address() {
    var fields = new URLSearchParams(new FormData(form)), kept = new URLSearchParams();
    fields.forEach(function (value, name) { if (value !== '') kept.append(name, value); });
    var text = kept.toString();
    return form.getAttribute('action').split('#')[0] + (text ? '?' + text : '');
  }

  function setField(field, from) {
    if (field.type === 'checkbox') field.checked = from.checked;
    else if (field !== document.activeElement || field.type === 'hidden') field.value = from.value;
  }

  /* The controls are kept, so that the keyboard stays where it is; only what they say may change. */
  function syncForm(fetched) {
    eachNode(form.elements, function (field) {
      if (!field.name) return;
      eachNode(fetched.elements, function (from) {
        if (from.name === field.name && (field.type !== 'checkbox' || from.value === field.value)) setField(field, from);
      });
    });
  }

  /* A live region stays the same node, or it says nothing. What is as it was is not said again. */
  function take(id, page) {
    var node = byId(id), fresh = page.getElementById(id);
    if (!node || !fresh || node.innerHTML === fresh.innerHTML) return;
    node.textContent = '';
    eachNode(fresh.childNodes, function (child) { node.appendChild(document.importNode(child, true)); });
  }

  function put(page, how) {
    var found = byId('found'), fresh = page.getElementById('found');
    if (!fresh) return false;
    document.title = page.title;
    eachNode(document.querySelectorAll('.languages a'), function (link, i) {
      var other = page.querySelectorAll('.languages a')[i];
      if (other) link.setAttribute('href', other.getAttribute('href'));
    });
    found.parentNode.replaceChild(document.importNode(fresh, true), found);
    reveal(byId('found'));
    take('count', page);
    take('place-needed', page);
    if (how !== 'typed' && page.getElementById('search')) syncForm(page.getElementById('search'));
    return true;
  }

  /* how: "typed" (the address is replaced while somebody types), "chosen" (a step in the history), "back" (nothing is written). */
  function show(path, how, focus) {
    var number = ++asked;
    byId('count').textContent = form.dataset.loading;
    byId('found').classList.add('busy');
    return fetchAs(path, 'text/html').then(function (response) {
      return response.text().then(function (text) {
        if (number !== asked) return;
        var page = new DOMParser().parseFromString(text, 'text/html');
        if (!response.ok || !put(page, how)) { location.assign(path); return; }
        if (how === 'typed') history.replaceState(null, '', path);
        else if (how === 'chosen' && new URL(path, document.baseURI).href !== location.href) history.pushState(null, '', path);
        shown = location.pathname + location.search;
        showFeatures(byId('found').dataset.features, number);
        if (focus) { byId('results').focus(); byId('results').scrollIntoView(); }
      });
    }).catch(function () {
      if (number !== asked) return;
      byId('found').classList.remove('busy');
      byId('count').textContent = form.dataset.failed;
    });
  }

  function nearMe() {
    var button = byId('near-me'), hint = byId('near-hint');
    var say = function (text) { byId('count').textContent = text; };
    if (!navigator.geolocation) { hint.textContent = button.dataset.denied; say(button.dataset.denied); return; }
    say(button.dataset.asking);
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(function (found) {
      button.disabled = false;
      form.elements.place.value = '';
      /* A hundred metres are near enough, and all that is asked of anybody. */
      form.elements.near.value = found.coords.longitude.toFixed(3) + ',' + found.coords.latitude.toFixed(3);
      show(address(), 'chosen');
      button.focus();
    }, function () {
      button.disabled = false;
      hint.textContent = button.dataset.denied;
      say(button.dataset.denied);
      form.elements.place.focus();
    }, { maximumAge: 60000, timeout: 15000 });
  }

  /* Places while they are typed, in a list of the browser's own, which keyboards and screen readers know. */
  function suggestPlaces() {
    var field = form.elements.place, list = element('datalist'), timer = 0, typed = 0;
    var path = form.getAttribute('action').replace(/finder#results$/, 'places');
    list.id = 'place-list';
    field.parentNode.appendChild(list);
    field.setAttribute('list', list.id);
    field.removeAttribute('autocomplete'); /* with it some browsers show no list at all */
    var fillList = function (places) {
      list.textContent = '';
      places.forEach(function (found) { list.appendChild(element('option')).value = found.label; });
    };
    field.addEventListener('input', function () {
      var text = field.value.trim(), number = ++typed;
      clearTimeout(timer);
      if (text.length < 2) { fillList([]); return; }
      timer = setTimeout(function () {
        fetchAs(path + '?f=json&limit=8&q=' + encodeURIComponent(text), 'application/json').then(function (response) {
          return response.ok ? response.json() : [];
        }).then(function (places) { if (number === typed) fillList(places); }).catch(function () { if (number === typed) fillList([]); });
      }, 150);
    });
  }

  function listen() {
    var timer = 0, typing = function () {
      clearTimeout(timer);
      timer = setTimeout(function () { show(address(), 'typed'); }, 400);
    };
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      clearTimeout(timer);
      show(address(), 'chosen', true);
    });
    form.addEventListener('change', function (event) {
      if (event.target.name === 'place') form.elements.near.value = '';
      if (event.target.type === 'search') return;
      clearTimeout(timer);
      show(address(), 'chosen');
    });
    byId('q').addEventListener('input', typing);
    byId('near-me').addEventListener('click', nearMe);
    suggestPlaces();
    window.addEventListener('popstate', function () {
      if (location.pathname + location.search === shown) return; /* a way within the page, as to its map */
      clearTimeout(timer);
      show(location.href, 'back');
    });
    /* Links to other pages of the results, to other places of a name. */
    byId('results').addEventListener('click', function (event) {
      var link = event.target.closest ? event.target.closest('a') : null;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      if (/[?&]print=1/.test(link.search)) return; /* a page of its own */
      if (link.target || link.origin !== location.origin || link.hash || link.pathname !== location.pathname) return;
      event.preventDefault();
      show(link.getAttribute('href'), 'chosen', true);
    });
    /* A row that the pointer or the keyboard is on is shown on the map, if its marker is. */
    byId('results').addEventListener('focusin', function (event) { point(event.target); });
    byId('results').addEventListener('mouseover', function (event) { point(event.target); });
  }

  function point(node) {
    var row = node.closest ? node.closest('ol.entries > li') : null;
    eachNode(document.querySelectorAll('.marked'), function (icon) { icon.classList.remove('marked'); });
    var marker = row && byEntry[row.id.slice(2)], parent = marker && markers.getVisibleParent(marker);
    var icon = parent && parent.getElement && parent.getElement();
    if (icon) icon.classList.add('marked');
  }

  /* --- a position for the form of an entry --- */

  function pickPosition() {
    var lon = byId('f-location-longitude'), lat = byId('f-location-latitude'), button = byId('f-here'), said = byId('f-here-said'), pin = null;
    var showPin = function (isNew) {
      var at = [parseFloat(lat.value), parseFloat(lon.value)], known = Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180;
      if (pin) map.removeLayer(pin);
      pin = null;
      if (!known) return;
      pin = L.circleMarker(at, { radius: 9, color: '#b35900', weight: 4, fillColor: '#fff', fillOpacity: 1, interactive: false }).addTo(map);
      if (isNew) map.setView(at, Math.max(map.getZoom(), 14), { animate: false });
    };
    var take = function (at, isNew) {
      lon.value = at.lng.toFixed(5);
      lat.value = at.lat.toFixed(5);
      said.textContent = button.dataset.taken;
      if (map) showPin(isNew);
    };
    button.addEventListener('click', function () {
      var deny = function () { button.disabled = false; said.textContent = button.dataset.denied; };
      if (!navigator.geolocation) { deny(); return; }
      button.disabled = true;
      said.textContent = '';
      navigator.geolocation.getCurrentPosition(function (found) {
        button.disabled = false;
        take({ lng: found.coords.longitude, lat: found.coords.latitude }, true);
        lon.focus();
      }, deny, { maximumAge: 60000, timeout: 15000 });
    });
    if (!map) return;
    map.on('click', function (event) { take(event.latlng.wrap(), false); });
    place.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' || event.target !== place) return;
      event.preventDefault(); /* it is no sending of the form */
      take(map.getCenter().wrap(), false);
    });
    [lon, lat].forEach(function (field) { field.addEventListener('change', function () { showPin(true); }); });
    showPin(true);
  }

  /* --- on paper --- */

  function listenToPrinting() {
    eachNode(document.querySelectorAll('.print'), function (button) { button.addEventListener('click', function () { window.print(); }); });
    if (map && !form) L.printAsShown(map);
  }

  /* --- from an entry back to the list --- */

  /* A position stands in no entry's address, and the list that led there may have one: the browser knows. */
  function backToList() {
    var from = document.referrer.split('#')[0], link = document.querySelector('.back a'), list = link && new URL(link.href);
    if (!list || !from || new URL(from).origin !== location.origin || new URL(from).pathname !== list.pathname) return;
    eachNode(document.querySelectorAll('.back a'), function (way) {
      way.href = from + '#e-' + location.pathname.split('/').pop();
      way.textContent = way.dataset.back;
    });
  }

  /* --- start --- */

  reveal(document);
  if (place && window.L) {
    place.hidden = false;
    makeMap();
    if (form) showFeatures(byId('found').dataset.features, asked);
    else if (!place.dataset.picks) showEntry(place.dataset.features);
  }
  if (place && place.dataset.picks) pickPosition();
  if (form && byId('results')) listen();
  else backToList();
  listenToPrinting();
}());
