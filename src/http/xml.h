/* XML out, a thin layer over libxml2's writer with sticky failure: write without checking, ask once in eg_xml_finish.
 *
 * Texts are UTF-8 and escaped here; what XML 1.0 cannot hold (control characters, wrong UTF-8) becomes U+FFFD, one a byte. Elements are
 * closed in the order in which they were opened. */
#ifndef EG_HTTP_XML_H
#define EG_HTTP_XML_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

struct eg_xml;

/* Sets up libxml2's encodings. To be called before several threads write XML: the library's own test whether they are set up reads a
 * plain variable, so that of two that come first one may find them half made. */
void eg_xml_set_up(void);

/* A document, its declaration written. NULL when memory is refused, which every call below passes through. Free with
 * eg_xml_free. */
struct eg_xml *eg_xml_new(void);
void eg_xml_free(struct eg_xml *xml); /* NULL is allowed */

/* <!DOCTYPE root SYSTEM "system_id">; before the root is opened. */
void eg_xml_doctype(struct eg_xml *xml, const char *root, const char *system_id);

/* Names are ours ("ows:Title"), never a stranger's. Attributes follow their element's opening at once. */
void eg_xml_open(struct eg_xml *xml, const char *name);
void eg_xml_close(struct eg_xml *xml);
void eg_xml_attribute(struct eg_xml *xml, const char *name, struct eg_text value);
/* Numbers and short names of ours: at most 511 bytes. */
void eg_xml_attribute_format(struct eg_xml *xml, const char *name, const char *format, ...) EG_PRINTF(3, 4);
void eg_xml_text(struct eg_xml *xml, struct eg_text text);
/* <name>text</name>, also when the text is empty. */
void eg_xml_leaf(struct eg_xml *xml, const char *name, struct eg_text text);
void eg_xml_leaf_format(struct eg_xml *xml, const char *name, const char *format, ...) EG_PRINTF(3, 4);
/* Markup as it is, for what the caller composed once and repeats: well-formed, of ours alone. */
void eg_xml_raw(struct eg_xml *xml, struct eg_text markup);
/* A link: <name xlink:type="simple" xlink:href="..."/>. */
void eg_xml_link(struct eg_xml *xml, const char *name, struct eg_text address);

/* Appends the document to `out`. EG_NO_MEMORY when anything was refused since the start. Every element has to be closed. */
EG_MUST_CHECK enum eg_status eg_xml_finish(struct eg_xml *xml, struct eg_buffer *out, struct eg_error *err);

#endif
