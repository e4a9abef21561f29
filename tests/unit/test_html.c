/* HTML: what is written as text stays text, and addresses of ours become relative. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/html.h"
#include "support/failing_malloc.h"

#define BASE "https://atlas.example/prefix"

static struct eg_html begin(uint32_t depth)
{
    struct eg_html html;
    eg_html_init(&html, EG_TEXT(BASE), depth);
    return html;
}

static void expect(struct eg_html *html, const char *text)
{
    assert_false(html->out.failed);
    assert_int_equal(html->n_open, 0);
    assert_string_equal(html->out.data, text);
    eg_html_clear(html);
}

static void texts_and_attributes_are_escaped(void **state)
{
    (void)state;
    struct eg_html html = begin(0);
    eg_html_open(&html, "p");
    eg_html_attribute(&html, "title", EG_TEXT("\"'<>&"));
    eg_html_text(&html, EG_TEXT("</p><script>x & 'y' \"z\"</script>"));
    eg_html_close(&html);
    expect(&html,
           "<p title=\"&quot;&#39;&lt;&gt;&amp;\">&lt;/p&gt;&lt;script&gt;x &amp; &#39;y&#39; &quot;z&quot;"
           "&lt;/script&gt;</p>");
}

static void control_characters_become_the_replacement_character(void **state)
{
    (void)state;
    struct eg_html html = begin(0);
    eg_html_leaf(&html, "p", (struct eg_text){"a\x01\x7f\tb\n\0c", 8});
    expect(&html, "<p>a\xEF\xBF\xBD\xEF\xBF\xBD\tb\n\xEF\xBF\xBD"
                  "c</p>");
}

static void letters_of_other_scripts_stay_as_they_are(void **state)
{
    (void)state;
    struct eg_html html = begin(0);
    eg_html_leaf(&html, "p", EG_TEXT("Ynys Môn · ελληνικά · 日本"));
    expect(&html, "<p>Ynys Môn · ελληνικά · 日本</p>");
}

static void addresses_of_ours_are_relative_to_the_page(void **state)
{
    (void)state;
    struct eg_html html = begin(2);
    eg_html_link(&html, EG_TEXT(BASE "/ogc/a?b=1&c=2"), EG_TEXT("x"));
    eg_html_link(&html, EG_TEXT(BASE "/"), EG_TEXT("y"));
    eg_html_link(&html, EG_TEXT(BASE "er/ogc"), EG_TEXT("z"));
    expect(&html, "<a href=\"../../ogc/a?b=1&amp;c=2\">x</a><a href=\"../../\">y</a>"
                  "<a href=\"https://atlas.example/prefixer/ogc\">z</a>");
    html = begin(0);
    eg_html_link(&html, EG_TEXT(BASE "/ogc"), EG_TEXT("x"));
    expect(&html, "<a href=\"./ogc\">x</a>");
}

static void an_address_that_could_run_is_text_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {"javascript:alert(1)",
                                      "JavaScript:alert(1)",
                                      " javascript:x",
                                      "data:text/html,x",
                                      "vbscript:x",
                                      "//evil.example",
                                      "",
                                      "file:///etc/passwd"};
    for (size_t i = 0; i < EG_ARRAY_LEN(bad); i++) {
        struct eg_html html = begin(0);
        eg_html_link(&html, eg_text_from(bad[i]), EG_TEXT("x"));
        expect(&html, "x");
    }
}

static void a_fact_without_a_value_is_no_row(void **state)
{
    (void)state;
    struct eg_html html = begin(0);
    eg_html_facts_begin(&html, "Facts");
    eg_html_fact(&html, "Nothing", (struct eg_text){0});
    eg_html_fact(&html, "Unit", EG_TEXT("%"));
    eg_html_fact_link(&html, "Licence", (struct eg_text){0}, EG_TEXT("open"));
    eg_html_facts_end(&html);
    expect(
        &html,
        "<table class=\"facts\"><caption>Facts</caption><tbody><tr><th scope=\"row\">Unit</th><td>%</td></tr>"
        "<tr><th scope=\"row\">Licence</th><td>open</td></tr></tbody></table>");
}

static enum eg_status write_page(struct eg_buffer *out, struct eg_error *err)
{
    static const struct eg_html_crumb crumbs[] = {{{BASE "/ogc", sizeof BASE + 3}, {"API", 3}}};
    struct eg_html_page page = {.title = EG_TEXT("A <b>title</b>"),
                                .atlas_title = EG_TEXT("Atlas"),
                                .fictional = true,
                                .crumbs = crumbs,
                                .n_crumbs = 1,
                                .alternate = EG_TEXT(BASE "/ogc/x?f=json"),
                                .alternate_type = EG_TEXT("application/json"),
                                .has_map = true};
    struct eg_html_map map = {.tiles = EG_TEXT(BASE "/t/{z}/{x}/{y}.png"), .bounds_deg = {-1, 2, 3, 4}};
    struct eg_html html = begin(1);
    eg_html_begin(&html, &page);
    eg_html_map(&html, &map);
    return eg_html_finish(&html, &page, out, err);
}

static void a_page_has_one_frame_and_loads_only_what_is_ours(void **state)
{
    (void)state;
    struct eg_buffer out;
    assert_int_equal(write_page(&out, NULL), EG_OK);
    static const char *const parts[] = {
        "<!doctype html>\n<html lang=\"en\">",
        "<title>A &lt;b&gt;title&lt;/b&gt; · Atlas</title>",
        "<h1>A &lt;b&gt;title&lt;/b&gt;</h1>",
        "<a href=\"../ogc\">API</a>",
        "data-tiles=\"../t/{z}/{x}/{y}.png\"",
        "data-bounds=\"-1.00000,2.00000,3.00000,4.00000\"",
        "<script src=\"../assets/pan.js\"></script><script src=\"../assets/ogc.js\"></script>",
        "Fictional"};
    for (size_t i = 0; i < EG_ARRAY_LEN(parts); i++)
        if (!strstr(out.data, parts[i])) fail_msg("missing: %s in %s", parts[i], out.data);
    assert_null(strstr(out.data, "atlas.example"));
    eg_buffer_clear(&out);
}

static void without_memory_a_page_fails_whole(void **state)
{
    (void)state;
    bool done = false;
    for (long n = 1; !done; n++) {
        struct eg_buffer out = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = write_page(&out, NULL);
        done = !eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, done ? EG_OK : EG_NO_MEMORY);
        eg_buffer_clear(&out);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_attributes_are_escaped),
        cmocka_unit_test(control_characters_become_the_replacement_character),
        cmocka_unit_test(letters_of_other_scripts_stay_as_they_are),
        cmocka_unit_test(addresses_of_ours_are_relative_to_the_page),
        cmocka_unit_test(an_address_that_could_run_is_text_alone),
        cmocka_unit_test(a_fact_without_a_value_is_no_row),
        cmocka_unit_test(a_page_has_one_frame_and_loads_only_what_is_ours),
        cmocka_unit_test(without_memory_a_page_fails_whole),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
