#include "http/xml.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

#define T EG_TEXT
#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* Frees the document and compares its text. */
static void check_text(struct eg_xml *xml, const char *expected)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_xml_finish(xml, &out, NULL), EG_OK);
    assert_string_equal(out.data, expected);
    eg_buffer_clear(&out);
    eg_xml_free(xml);
}

static void elements_nest_and_attributes_follow_their_opening(void **state)
{
    (void)state;
    struct eg_xml *xml = eg_xml_new();
    eg_xml_open(xml, "WMS_Capabilities");
    eg_xml_attribute(xml, "version", T("1.3.0"));
    eg_xml_open(xml, "Service");
    eg_xml_leaf(xml, "Name", T("WMS"));
    eg_xml_leaf(xml, "Abstract", T(""));
    eg_xml_leaf_format(xml, "MaxWidth", "%u", 4096u);
    eg_xml_close(xml);
    eg_xml_link(xml, "OnlineResource", T("https://a.example/wms?"));
    eg_xml_open(xml, "BoundingBox");
    eg_xml_attribute_format(xml, "minx", "%.2f", -0.5);
    eg_xml_close(xml);
    eg_xml_close(xml);
    check_text(xml, DECLARATION
               "<WMS_Capabilities version=\"1.3.0\"><Service><Name>WMS</Name><Abstract></Abstract>"
               "<MaxWidth>4096</MaxWidth></Service>"
               "<OnlineResource xlink:type=\"simple\" xlink:href=\"https://a.example/wms?\"/>"
               "<BoundingBox minx=\"-0.50\"/></WMS_Capabilities>\n");
}

static void texts_are_escaped(void **state)
{
    (void)state;
    struct eg_xml *xml = eg_xml_new();
    eg_xml_open(xml, "a");
    eg_xml_attribute(xml, "b", T("\"<&>'"));
    eg_xml_text(xml, T("<script>&\"caf\xC3\xA9\""));
    eg_xml_close(xml);
    check_text(xml,
               DECLARATION "<a b=\"&quot;&lt;&amp;&gt;'\">&lt;script&gt;&amp;&quot;caf\xC3\xA9&quot;</a>\n");
}

static void markup_composed_before_stands_where_it_is_put(void **state)
{
    (void)state;
    struct eg_xml *xml = eg_xml_new();
    eg_xml_open(xml, "link");
    eg_xml_attribute(xml, "n", T("1"));
    eg_xml_raw(xml, T("<limit>1</limit>"));
    eg_xml_raw(xml, T(""));
    eg_xml_leaf(xml, "last", T("<"));
    eg_xml_raw(xml, T("<limit/>"));
    eg_xml_close(xml);
    check_text(xml, DECLARATION "<link n=\"1\"><limit>1</limit><last>&lt;</last><limit/></link>\n");
}

static void what_no_document_may_hold_is_replaced(void **state)
{
    (void)state;
    struct eg_xml *xml = eg_xml_new();
    eg_xml_leaf(xml, "a", (struct eg_text){"x\x01\xFF\0y\tz\xEF\xBF\xBF\xC3", 11});
    check_text(
        xml, DECLARATION
        "<a>x\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDy\tz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD</a>\n");
}

static void a_document_type_stands_before_the_root(void **state)
{
    (void)state;
    struct eg_xml *xml = eg_xml_new();
    eg_xml_doctype(xml, "r", "http://schemas.example/r.dtd");
    eg_xml_open(xml, "r");
    eg_xml_close(xml);
    check_text(xml, DECLARATION "<!DOCTYPE r SYSTEM \"http://schemas.example/r.dtd\">\n<r/>\n");
}

static void nothing_passes_through_nothing(void **state)
{
    (void)state;
    struct eg_buffer out;
    struct eg_error err = {0};
    eg_buffer_init(&out, 0);
    eg_xml_leaf(NULL, "a", T("b"));
    eg_xml_link(NULL, "a", T("b"));
    eg_xml_doctype(NULL, "a", "b");
    eg_xml_free(NULL);
    assert_int_equal(eg_xml_finish(NULL, &out, &err), EG_NO_MEMORY);
    assert_int_equal(err.status, EG_NO_MEMORY);
}

static void refused_memory_is_told_at_the_end(void **state)
{
    (void)state;
    for (long n = 1; n < 100; n++) {
        eg_failing_malloc_after(n);
        struct eg_xml *xml = eg_xml_new();
        eg_xml_leaf(xml, "name", T("text"));
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        enum eg_status status = eg_xml_finish(xml, &out, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_buffer_clear(&out);
        eg_xml_free(xml);
        if (!failed) return;
    }
    fail_msg("memory was refused a hundred times");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_nest_and_attributes_follow_their_opening),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(markup_composed_before_stands_where_it_is_put),
        cmocka_unit_test(what_no_document_may_hold_is_replaced),
        cmocka_unit_test(a_document_type_stands_before_the_root),
        cmocka_unit_test(nothing_passes_through_nothing),
        cmocka_unit_test(refused_memory_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
