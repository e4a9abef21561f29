/* The atlas and the world around it: files that are missing or there, style files, and YAML that is broken or hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "data/atlas.h"
#include "support/temp_file.h"

#define HEAD "evenground: 1\ntitle: T\nboundaries:\n- {id: a, title: A, source: a.gpkg, key: code}\n"

static struct eg_atlas *parse(const char *yaml)
{
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    char text[1200];
    if (eg_atlas_parse(eg_text_from(yaml), "/x/atlas.yaml", false, &atlas, &err))
        fail_msg("%s", eg_error_format(&err, text, sizeof text));
    return atlas;
}

static void refuse(const char *yaml, enum eg_status status, uint32_t line, const char *says)
{
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_atlas_parse(eg_text_from(yaml), "/x/atlas.yaml", false, &atlas, &err), status);
    assert_null(atlas);
    if (!strstr(err.message, says)) fail_msg("should say '%s', but says '%s'", says, err.message);
    assert_int_equal(err.line, line);
    assert_true(err.column > 0);
    assert_string_equal(err.file, "/x/atlas.yaml");
}

static void expect_text(struct eg_text text, const char *expected)
{
    assert_non_null(text.data);
    assert_string_equal(text.data, expected);
    assert_int_equal(text.len, strlen(expected));
}

/* --- files --- */

/* Writes an atlas beside the other temporary files and reads it. */
static enum eg_status read_written(const char *yaml, struct eg_atlas **atlas_out, struct eg_error *err)
{
    struct eg_text path = eg_test_temp_file("atlas.yaml", yaml);
    return eg_atlas_read(path.data, atlas_out, err);
}

static void a_missing_file_is_told_with_its_place_and_a_remedy(void **state)
{
    (void)state;
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    assert_int_equal(read_written(HEAD, &atlas, &err), EG_NOT_FOUND);
    assert_int_equal(err.line, 4);
    assert_int_equal(err.column, 29);
    assert_non_null(strstr(err.message, "no file '"));
    assert_non_null(strstr(err.message, "check the path"));
    assert_null(atlas);
    assert_int_equal(
        read_written(
            "evenground: 1\ntitle: T\nboundaries: [{id: a, title: A, source: x/data/a.gpkg, key: k}]\n",
            &atlas, &err),
        EG_NOT_FOUND);
    assert_non_null(strstr(err.message, "the README beside the atlas says with which command"));
}

static void a_packed_file_beside_the_missing_one_is_told(void **state)
{
    char yaml[512];
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    (void)state;
    struct eg_text packed = eg_test_temp_file("packed.csv.gz", "x");
    const char *name = strrchr(packed.data, '/') + 1;
    (void)snprintf(yaml, sizeof yaml,
                   "evenground: 1\ntitle: T\nboundaries: [{id: a, title: A, source: \"%.*s\", key: k}]\n",
                   (int)strlen(name) - 3, name);
    assert_int_equal(read_written(yaml, &atlas, &err), EG_NOT_FOUND);
    assert_non_null(strstr(err.message, "there is one ending in '.gz'; name that one"));
}

static void files_that_are_there_are_resolved_against_the_folder_of_the_atlas(void **state)
{
    char yaml[512];
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    (void)state;
    struct eg_text there = eg_test_temp_file("there.zip", "x");
    const char *name = strrchr(there.data, '/') + 1;
    (void)snprintf(yaml, sizeof yaml,
                   "evenground: 1\ntitle: T\nboundaries:\n- {id: a, title: A, source: %s, key: k}\n"
                   "- {id: b, title: B, source: /vsizip/%s/b.shp, key: k}\n- {id: c, title: C, source: "
                   "'PG:x', key: k}\n",
                   name, name);
    assert_int_equal(read_written(yaml, &atlas, &err), EG_OK);
    assert_int_equal(atlas->boundaries[0].source.data[0], '/');
    assert_true(eg_text_ends_with(atlas->boundaries[0].source, there));
    assert_true(eg_text_starts_with(atlas->boundaries[1].source, EG_TEXT("/vsizip//")));
    assert_true(eg_text_ends_with(atlas->boundaries[1].source, EG_TEXT("there.zip/b.shp")));
    expect_text(atlas->boundaries[2].source, "PG:x");
    eg_atlas_free(atlas);
    (void)snprintf(
        yaml, sizeof yaml,
        "evenground: 1\ntitle: T\nboundaries: [{id: b, title: B, source: /vsizip/no.zip/b.shp, key: k}]\n");
    assert_int_equal(read_written(yaml, &atlas, &err), EG_NOT_FOUND);
}

static void read_with_style_file(const char *style, enum eg_status status, struct eg_atlas **atlas_out,
                                 struct eg_error *err)
{
    char yaml[512];
    struct eg_text file = eg_test_temp_file("style.yaml", style);
    (void)snprintf(yaml, sizeof yaml,
                   "evenground: 1\ntitle: T\nboundaries: [{id: b, title: B, source: 'PG:x', key: k}]\n"
                   "styles: [{id: s, title: Own, file: %s}]\n",
                   strrchr(file.data, '/') + 1);
    assert_int_equal(read_written(yaml, atlas_out, err), status);
}

static void a_style_may_stand_in_a_file_of_its_own(void **state)
{
    (void)state;
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    read_with_style_file("title: Other\nramp: RdYlBu\nopacity: 0.5\noutline: {boundaries: b}\n", EG_OK,
                         &atlas, &err);
    expect_text(atlas->styles[0].title, "Own");
    expect_text(atlas->styles[0].ramp, "RdYlBu");
    assert_true(atlas->styles[0].opacity == 0.5);
    assert_int_equal(atlas->styles[0].outlines[0].boundaries, 0);
    eg_atlas_free(atlas);
}

static void a_mistake_in_a_style_file_names_that_file(void **state)
{
    (void)state;
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    read_with_style_file("ramp: RdYlBu\nopacty: 0.5\n", EG_INVALID, &atlas, &err);
    assert_int_equal(err.line, 2);
    assert_non_null(strstr(err.file, "style.yaml"));
    assert_non_null(strstr(err.message, "did you mean 'opacity'?"));
    read_with_style_file("ramp: [\n", EG_INVALID, &atlas, &err);
    assert_non_null(strstr(err.file, "style.yaml"));
    assert_non_null(strstr(err.message, "not valid YAML"));
    read_with_style_file("id: s\n", EG_INVALID, &atlas, &err);
    assert_null(atlas);
}

static void an_atlas_that_is_no_file_is_refused(void **state)
{
    (void)state;
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_atlas_read("no/such/atlas.yaml", &atlas, &err), EG_NOT_FOUND);
    assert_string_equal(err.file, "no/such/atlas.yaml");
    assert_int_equal(eg_atlas_read("src", &atlas, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "name the atlas.yaml itself"));
    assert_int_equal(eg_atlas_read("no/such/atlas.yaml", &atlas, NULL), EG_NOT_FOUND);
    assert_null(atlas);
}

/* --- YAML --- */

static void yaml_mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    refuse("", EG_INVALID, 1, "the file is empty");
    refuse("# nothing\n", EG_INVALID, 1, "the file is empty");
    refuse("- a\n", EG_INVALID, 1, "an atlas is a mapping that begins 'evenground: 1', this is a list");
    refuse("title: T\n\tabstract: x\n", EG_INVALID, 2, "indent with spaces, not with tabs");
    refuse("title: [\n", EG_INVALID, 2, "not valid YAML");
    refuse("title: T\ntitle: U\n", EG_INVALID, 2,
           "the key 'title' stands twice in one mapping, first on line 1");
    refuse("title: T\n<<: {a: b}\n", EG_INVALID, 2, "merge keys ('<<') are not supported");
    refuse("title: T\n? [a]\n: b\n", EG_INVALID, 2, "a key must be a text");
    refuse("title: !!str 5\n", EG_INVALID, 1, "tags ('!...') have no meaning");
    refuse("title: T\n---\ntitle: U\n", EG_INVALID, 2, "a second YAML document begins here");
    refuse("title: T\nabstract: \"a\\0b\"\n", EG_INVALID, 2, "must not contain the character NUL");
    refuse("title: T\nabstract: caf\xe9\n", EG_INVALID, 2, "this line is not UTF-8");
}

static void a_zero_byte_is_told_as_such_with_its_column(void **state)
{
    (void)state;
    static const char late[] = "title: T\nabstract: a\0b\n";
    static const char utf16[] = "t\0i\0t\0l\0e\0:\0 \0T\0";
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    struct eg_text yaml = {late, sizeof late - 1};
    assert_int_equal(eg_atlas_parse(yaml, "/x/atlas.yaml", false, &atlas, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "the character NUL (a zero byte) stands here; remove it"));
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 12);
    yaml = (struct eg_text){utf16, sizeof utf16 - 1};
    assert_int_equal(eg_atlas_parse(yaml, "/x/atlas.yaml", false, &atlas, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "save the file as UTF-8, not as UTF-16"));
    assert_null(atlas);
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    eg_atlas_free(parse("\xef\xbb\xbf" HEAD));
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    struct eg_text yaml = EG_TEXT("\xef\xbb\xbf"
                                  "titel: T\n");
    assert_int_equal(eg_atlas_parse(yaml, "/x/atlas.yaml", false, &atlas, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "unknown key 'titel'"));
    assert_int_equal(err.column, 1);
    refuse("\xef\xbb\xbf", EG_INVALID, 1, "the file is empty");
}

static void aliases_work_but_neither_bombs_nor_loops(void **state)
{
    (void)state;
    struct eg_atlas *atlas = parse("evenground: 1\ntitle: &t T\nabstract: *t\n"
                                   "boundaries: [{id: a, title: *t, source: a.gpkg, key: code}]\n");
    expect_text(atlas->boundaries[0].title, "T");
    eg_atlas_free(atlas);
    refuse("a: *x\n", EG_INVALID, 1, "an alias ('*') whose anchor ('&') is not above it");
    refuse("a: &x [*x]\n", EG_INVALID, 1, "an alias ('*') to the mapping or list that it stands in");
    refuse("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c "
           "[*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
           "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d]\n",
           EG_LIMIT, 4, "aliases repeat more than 10,000 values");
}

static void repeat(struct eg_buffer *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) eg_buffer_literal(out, text);
}

static void depth_size_and_number_of_values_have_limits(void **state)
{
    (void)state;
    struct eg_buffer yaml;
    eg_buffer_init(&yaml, 0);
    repeat(&yaml, "[", 100000);
    refuse(yaml.data, EG_LIMIT, 1, "nested more than 32 levels deep");
    eg_buffer_clear(&yaml);
    eg_buffer_literal(&yaml, "title: T\nx: [");
    repeat(&yaml, "a,", 100001);
    refuse(yaml.data, EG_LIMIT, 2, "more than 100,000 values");
    eg_buffer_clear(&yaml);
    eg_buffer_literal(&yaml, "a: &a ");
    repeat(&yaml, "[", 20);
    repeat(&yaml, "]", 20);
    eg_buffer_literal(&yaml, "\nb: ");
    repeat(&yaml, "[", 20);
    eg_buffer_literal(&yaml, "*a");
    refuse(yaml.data, EG_LIMIT, 2, "nested more than 32 levels deep");
    eg_buffer_clear(&yaml);
    repeat(&yaml, "# 0123456789abcd\n", 300000);
    struct eg_atlas *atlas = NULL;
    assert_int_equal(eg_atlas_parse((struct eg_text){yaml.data, yaml.len}, "x", false, &atlas, NULL),
                     EG_LIMIT);
    eg_buffer_clear(&yaml);
}

static int clean_up(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_told_with_its_place_and_a_remedy),
        cmocka_unit_test(a_packed_file_beside_the_missing_one_is_told),
        cmocka_unit_test(files_that_are_there_are_resolved_against_the_folder_of_the_atlas),
        cmocka_unit_test(a_style_may_stand_in_a_file_of_its_own),
        cmocka_unit_test(a_mistake_in_a_style_file_names_that_file),
        cmocka_unit_test(an_atlas_that_is_no_file_is_refused),
        cmocka_unit_test(yaml_mistakes_are_told_with_their_place),
        cmocka_unit_test(a_zero_byte_is_told_as_such_with_its_column),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(aliases_work_but_neither_bombs_nor_loops),
        cmocka_unit_test(depth_size_and_number_of_values_have_limits),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
