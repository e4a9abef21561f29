/* The map of a page of the OGC API: the server's own tiles, or the page's features. Talks only to the server it came from. */
(function () {
  'use strict';

  var place = document.getElementById('map');
  if (!place) return;
  place.hidden = false;
  var box = place.dataset.bounds.split(',').map(Number);
  var still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  var map = L.map(place, { minZoom: 0, maxZoom: 20, scrollWheelZoom: false, zoomAnimation: !still, fadeAnimation: !still, inertia: !still });
  var bounds = L.latLngBounds([[box[1], box[0]], [box[3], box[2]]]);
  map.attributionControl.setPrefix(false);
  map.fitBounds(bounds);
  new L.Control.Pan({ words: { left: 'Move the map to the west', up: 'Move the map to the north', down: 'Move the map to the south', right: 'Move the map to the east' } }).addTo(map);

  function escaped(text) {
    var node = document.createElement('span');
    node.textContent = text;
    return node.innerHTML;
  }

  var credit = escaped(place.dataset.attribution || '');
  if (place.dataset.tiles) L.tileLayer(place.dataset.tiles, { maxZoom: 20, attribution: credit }).addTo(map);
  else if (credit) map.attributionControl.addAttribution(credit);

  /* Names come from data: as text, never as markup. */
  function describe(feature, layer) {
    var node = document.createElement('div'), properties = feature.properties || {};
    node.textContent = properties.name || feature.id || '';
    layer.bindPopup(node);
  }

  if (place.dataset.features) {
    fetch(place.dataset.features, { headers: { Accept: 'application/geo+json' } }).then(function (response) {
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    }).then(function (collection) {
      var shown = L.geoJSON(collection, {
        style: { color: '#00566b', weight: 1.5, fillOpacity: 0.15 },
        pointToLayer: function (feature, at) { return L.circleMarker(at, { radius: 6, color: '#8a1c5b', weight: 2, fillOpacity: 0.5 }); },
        onEachFeature: describe
      }).addTo(map);
      if (shown.getBounds().isValid()) map.fitBounds(shown.getBounds(), { maxZoom: 15 });
    }).catch(function () { place.hidden = true; });
  }
}());
