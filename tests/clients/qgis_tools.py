"""QGIS without a screen, for the tests: services added as a user adds them, what its canvas shows."""

import os
import tempfile

from clients import LAYER, PLAIN, SIZE, missing, served

os.environ["XDG_RUNTIME_DIR"] = _home = tempfile.mkdtemp(prefix="evenground-qgis-")
os.chmod(_home, 0o700)
os.environ["HOME"] = _home
try:
    from qgis.core import (Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsLayerItem, QgsMapRendererSequentialJob, QgsMapSettings, QgsProject,
                           QgsRectangle, QgsSettings, QgsVectorLayer)
    from qgis.PyQt.QtCore import QBuffer, QByteArray, QEventLoop, QIODevice, QSize, QTimer
    from qgis.PyQt.QtGui import QColor
except ImportError:
    missing("python3-qgis is not installed")

APPLICATION = QgsApplication([], True)
APPLICATION.initQgis()
print("# QGIS", Qgis.QGIS_VERSION, flush=True)
KEPT = []
CAPABILITIES = {"1.1.1": "/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1",
                "1.3.0": "/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0"}


def image_bytes(image):
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data)


def drawn(layer, crs, box, size=SIZE, when=None):
    """What QGIS's canvas would show."""
    assert layer.isValid(), f"not a valid layer: {layer.error().message() or layer.source()}"
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setBackgroundColor(QColor(255, 255, 255))
    settings.setOutputSize(QSize(*size))
    settings.setOutputDpi(96)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
    settings.setExtent(QgsRectangle(*box))
    settings.setTransformContext(QgsProject.instance().transformContext())
    if when:
        settings.setIsTemporal(True)
        settings.setTemporalRange(when)
    job = QgsMapRendererSequentialJob(settings)
    loop = QEventLoop()
    job.finished.connect(loop.quit)
    QTimer.singleShot(60000, loop.quit)
    job.start()
    loop.exec_()
    problems = [error.message for error in job.errors()]
    assert not problems, problems
    return image_bytes(job.renderedImage())


def connection(server, kind, path):
    """Adds the address as a connection, as the data source manager does, and returns the layers that QGIS finds there, by their
    names: {name: address of a layer}."""
    QgsSettings().setValue(f"qgis/connections-{kind}/county/url", server.address + path)
    provider = QgsApplication.dataItemProviderRegistry().provider("WMS")
    root = provider.createDataItem(f"{kind}:/county", None)
    assert root, "QGIS offers no item for the connection"
    found, kept = {}, []

    def walk(item):
        if isinstance(item, QgsLayerItem):
            found.setdefault(item.uri(), item.name())
        children = item.children()
        kept.extend(children)  # PyQGIS crashes when they are collected before their parents
        for child in children:
            walk(child)

    root.populate(True)
    walk(root)
    KEPT.extend([root, *kept])
    return found


def wms_uri(server, version, crs, name=LAYER):
    """The address of the layer that QGIS made for it, in our style and CRS."""
    served(server, CAPABILITIES[version])
    found = connection(server, "wms", f"/wms?VERSION={version}")
    mine = [uri for uri in found if f"layers={name}&" in uri + "&"]
    assert mine, f"{name} is not among {list(found)[:5]}"
    parts = [part for part in mine[0].split("&") if part.split("=")[0] not in ("crs", "styles", "format")]
    return "&".join(parts + [f"crs={crs}", f"styles={PLAIN}", "format=image/png"])


def features(server, more="", collection="neighbourhood"):
    served(server, "/ogc?f=json")
    layer = QgsVectorLayer(f"url='{server.address}/ogc' typename='{collection}' {more}", collection, "OAPIF")
    assert layer.isValid(), layer.error().message() or layer.dataProvider().error().message()
    return layer
