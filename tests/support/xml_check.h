/* Documents against the published schemas, by xmllint: ../shared/schemas or what EVENGROUND_SCHEMAS names. */
#ifndef EG_TESTS_SUPPORT_XML_CHECK_H
#define EG_TESTS_SUPPORT_XML_CHECK_H

#include "engine/entity.h"

/* Skips the running test, saying why, where the schemas or xmllint are not there. */
void eg_xml_check_needs_schemas(void);
/* Fails the running test, showing what xmllint says, unless the document is valid against its own DTD, fetched from the schemas ... */
void eg_xml_check_dtd(const struct eg_entity *entity);
/* ... or the schemas: "wms/1.3.0/capabilities_1_3_0.xsd" by their namespaces, [2*n] namespace, file below ogc/. */
void eg_xml_check_schemas(const struct eg_entity *entity, const char *const *namespaces_and_files, size_t n);
/* Only well-formed; needs no schemas, but xmllint. */
void eg_xml_check_form(const struct eg_entity *entity);

/* The text of an XPath's result in the document ("count(//Layer)", "string(//Title)"); namespaces are not looked at: use
 * local-name() or the document's own prefixes. Valid until the next call. */
const char *eg_xml_check_value(const struct eg_entity *entity, const char *xpath);
/* The same for a number, failing the running test when it is none. */
double eg_xml_check_number(const struct eg_entity *entity, const char *xpath);

#endif
