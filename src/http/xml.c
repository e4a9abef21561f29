/* libxml2's text writer over a memory buffer. Its own declaration and escaping are used; before that, texts are cleaned of
 * what no XML 1.0 document may hold, since the writer passes it through. */
#include "http/xml.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlwriter.h>

#define FORMATTED_BYTES 512 /* numbers and short names: asserted */

struct eg_xml {
    xmlBufferPtr bytes;
    xmlTextWriterPtr writer;
    struct eg_buffer clean; /* the text being written, NUL-terminated */
    unsigned depth;
    bool failed;
};

void eg_xml_set_up(void)
{
    xmlInitParser();
}

struct eg_xml *eg_xml_new(void)
{
    struct eg_xml *xml = calloc(1, sizeof *xml);
    if (!xml) return NULL;
    eg_xml_set_up(); /* nothing is done when it was */
    eg_buffer_init(&xml->clean, 0);
    xml->bytes = xmlBufferCreate();
    xml->writer = xml->bytes ? xmlNewTextWriterMemory(xml->bytes, 0) : NULL;
    if (xml->writer && xmlTextWriterStartDocument(xml->writer, "1.0", "UTF-8", NULL) >= 0) return xml;
    eg_xml_free(xml);
    return NULL;
}

void eg_xml_free(struct eg_xml *xml)
{
    if (!xml) return;
    if (xml->writer) xmlFreeTextWriter(xml->writer);
    if (xml->bytes) xmlBufferFree(xml->bytes);
    eg_buffer_clear(&xml->clean);
    free(xml);
}

static void check(struct eg_xml *xml, int result)
{
    if (result < 0) xml->failed = true;
}

/* --- what XML can hold --------------------------------------------------------------------------------------------- */

/* Length of the well-formed UTF-8 character at `at`, 0 for none: also for what is no XML character. */
static size_t character_length(const unsigned char *at, size_t left)
{
    size_t len = at[0] < 0x80 ? 1 : at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (len > left || !eg_text_is_utf8((struct eg_text){(const char *)at, len})) return 0;
    if (len == 1 && at[0] < 0x20 && at[0] != '\t' && at[0] != '\n' && at[0] != '\r') return 0;
    bool noncharacter = len == 3 && at[0] == 0xEF && at[1] == 0xBF && at[2] >= 0xBE; /* U+FFFE, U+FFFF */
    return noncharacter ? 0 : len;
}

/* The text cleaned and NUL-terminated; borrowed until the next call; NULL without memory. */
static const xmlChar *clean(struct eg_xml *xml, struct eg_text text)
{
    xml->clean.len = 0;
    eg_buffer_literal(&xml->clean, "");
    for (size_t i = 0; i < text.len;) {
        size_t len = character_length((const unsigned char *)&text.data[i], text.len - i);
        if (len > 0) eg_buffer_append(&xml->clean, &text.data[i], len);
        else eg_buffer_literal(&xml->clean, "\xEF\xBF\xBD");
        i += len > 0 ? len : 1;
    }
    if (xml->clean.failed) xml->failed = true;
    return xml->clean.failed ? NULL : (const xmlChar *)xml->clean.data;
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

void eg_xml_doctype(struct eg_xml *xml, const char *root, const char *system_id)
{
    if (!xml) return;
    check(xml,
          xmlTextWriterWriteDTD(xml->writer, (const xmlChar *)root, NULL, (const xmlChar *)system_id, NULL));
    check(xml, xmlTextWriterWriteRaw(xml->writer, (const xmlChar *)"\n"));
}

void eg_xml_open(struct eg_xml *xml, const char *name)
{
    if (!xml) return;
    xml->depth++;
    check(xml, xmlTextWriterStartElement(xml->writer, (const xmlChar *)name));
}

void eg_xml_close(struct eg_xml *xml)
{
    if (!xml) return;
    EG_ASSERT(xml->depth > 0);
    xml->depth--;
    check(xml, xmlTextWriterEndElement(xml->writer));
}

void eg_xml_attribute(struct eg_xml *xml, const char *name, struct eg_text value)
{
    const xmlChar *text = xml ? clean(xml, value) : NULL;
    if (text) check(xml, xmlTextWriterWriteAttribute(xml->writer, (const xmlChar *)name, text));
}

void eg_xml_text(struct eg_xml *xml, struct eg_text text)
{
    const xmlChar *cleaned = xml ? clean(xml, text) : NULL;
    if (cleaned) check(xml, xmlTextWriterWriteString(xml->writer, cleaned));
}

void eg_xml_raw(struct eg_xml *xml, struct eg_text markup)
{
    if (!xml || markup.len == 0) return;
    EG_ASSERT(markup.len <= INT_MAX);
    check(xml, xmlTextWriterWriteRawLen(xml->writer, (const xmlChar *)markup.data, (int)markup.len));
}

void eg_xml_leaf(struct eg_xml *xml, const char *name, struct eg_text text)
{
    eg_xml_open(xml, name);
    eg_xml_text(xml, text);
    eg_xml_close(xml);
}

void eg_xml_link(struct eg_xml *xml, const char *name, struct eg_text address)
{
    eg_xml_open(xml, name);
    eg_xml_attribute(xml, "xlink:type", EG_TEXT("simple"));
    eg_xml_attribute(xml, "xlink:href", address);
    eg_xml_close(xml);
}

/* --- formatted ----------------------------------------------------------------------------------------------------- */

/* The formatted text on the stack. */
static struct eg_text format_into(char text_out[FORMATTED_BYTES], const char *format, va_list arguments)
{
    int len = vsnprintf(text_out, FORMATTED_BYTES, format, arguments);
    EG_ASSERT(len >= 0 && len < FORMATTED_BYTES);
    return (struct eg_text){text_out, (size_t)len};
}

void eg_xml_attribute_format(struct eg_xml *xml, const char *name, const char *format, ...)
{
    char text[FORMATTED_BYTES];
    va_list arguments;
    va_start(arguments, format);
    eg_xml_attribute(xml, name, format_into(text, format, arguments));
    va_end(arguments);
}

void eg_xml_leaf_format(struct eg_xml *xml, const char *name, const char *format, ...)
{
    char text[FORMATTED_BYTES];
    va_list arguments;
    va_start(arguments, format);
    eg_xml_leaf(xml, name, format_into(text, format, arguments));
    va_end(arguments);
}

enum eg_status eg_xml_finish(struct eg_xml *xml, struct eg_buffer *out, struct eg_error *err)
{
    if (!xml) return eg_error_no_memory(err, sizeof *xml);
    EG_ASSERT(xml->depth == 0);
    check(xml, xmlTextWriterEndDocument(xml->writer));
    if (xml->failed) return eg_error_no_memory(err, 0);
    eg_buffer_append(out, xmlBufferContent(xml->bytes), (size_t)xmlBufferLength(xml->bytes));
    return out->failed ? eg_error_no_memory(err, (size_t)xmlBufferLength(xml->bytes)) : EG_OK;
}
