/* What the landing page's map, the finder's and those of OGC API's pages have in common.
 *
 * Buttons that move a map, for those who cannot drag and have no arrow keys (WCAG 2.5.7). `words` are their names: {left, up, down, right}. */
L.Control.Pan = L.Control.extend({
  options: { position: 'bottomleft', words: {}, step: 0.5 },

  onAdd: function (map) {
    'use strict';
    var box = L.DomUtil.create('div', 'leaflet-bar pan'), step = this.options.step, words = this.options.words;
    [['left', '\u2190', -1, 0], ['up', '\u2191', 0, -1], ['down', '\u2193', 0, 1], ['right', '\u2192', 1, 0]].forEach(function (way) {
      var button = L.DomUtil.create('button', 'pan-' + way[0], box);
      button.type = 'button';
      button.title = words[way[0]];
      button.setAttribute('aria-label', words[way[0]]);
      button.textContent = way[1];
      button.addEventListener('click', function () {
        var size = map.getSize();
        map.panBy([way[2] * size.x * step, way[3] * size.y * step]);
      });
    });
    L.DomEvent.disableClickPropagation(box);
    return box;
  }
});

/* Paper is no window that a map could be drawn for: it is printed as it stands, made smaller where a sheet is narrower. */
L.printAsShown = function (map) {
  'use strict';
  var WIDEST = 670, place = map.getContainer(); /* pixels on A4 */
  window.addEventListener('beforeprint', function () {
    var width = place.offsetWidth, height = place.offsetHeight;
    place.style.width = width + 'px';
    place.style.height = height + 'px';
    place.style.flex = 'none';
    place.style.zoom = Math.min(1, WIDEST / width);
  });
  window.addEventListener('afterprint', function () {
    ['width', 'height', 'flex', 'zoom'].forEach(function (name) { place.style[name] = ''; });
  });
};
