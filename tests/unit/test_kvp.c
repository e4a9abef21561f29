#include "http/kvp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct form {
    char bytes[EG_KVP_FORM_BYTES + 2];
    struct eg_parameter pairs[EG_TARGET_PARAMETERS];
    struct eg_kvp kvp;
    struct eg_error err;
};

static enum eg_status read_form(struct form *form, const char *text)
{
    size_t len = strlen(text);
    memcpy(form->bytes, text, len);
    return eg_kvp_from_form(form->bytes, len, form->pairs, &form->kvp, &form->err);
}

static void good(struct form *form, const char *text)
{
    assert_int_equal(read_form(form, text), EG_OK);
}

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct form));
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void names_are_found_in_any_case(void **state)
{
    struct form *form = *state;
    struct eg_text value = {0};
    good(form, "service=WMS&ReQuEsT=GetMap&LAYERS=a.b");
    assert_int_equal(eg_kvp_text(&form->kvp, "SERVICE", &value, &form->err), EG_OK);
    assert_true(eg_text_equal(value, EG_TEXT("WMS")));
    assert_int_equal(eg_kvp_text(&form->kvp, "request", &value, &form->err), EG_OK);
    assert_true(eg_text_equal(value, EG_TEXT("GetMap")));
    assert_false(eg_kvp_has(&form->kvp, "LAYER"));
    assert_false(eg_kvp_has(&form->kvp, "LAYERSS"));
}

static void a_query_is_read_alike(void **state)
{
    struct form *form = *state;
    char text[] = "/wms?version=1.3.0&Format=image%2Fpng";
    struct eg_target *target = calloc(1, sizeof *target);
    struct eg_text value = {0};
    assert_int_equal(eg_target_parse(text, strlen(text), target, &form->err), EG_OK);
    struct eg_kvp kvp = eg_kvp_from_target(target);
    assert_int_equal(eg_kvp_text(&kvp, "FORMAT", &value, &form->err), EG_OK);
    assert_true(eg_text_equal(value, EG_TEXT("image/png")));
    free(target);
}

static void one_value_twice_is_fine_and_two_values_are_not(void **state)
{
    struct form *form = *state;
    struct eg_text value = {0};
    good(form, "a=1&A=1&b=1&B=2&c=&C=x");
    assert_int_equal(eg_kvp_text(&form->kvp, "a", &value, &form->err), EG_OK);
    assert_true(eg_text_equal(value, EG_TEXT("1")));
    assert_int_equal(eg_kvp_text(&form->kvp, "B", &value, &form->err), EG_INVALID);
    assert_string_equal(form->err.field, "B");
    assert_int_equal(eg_kvp_text(&form->kvp, "c", &value, &form->err), EG_INVALID);
    assert_true(eg_text_equal(value, EG_TEXT("1")));
}

static void absent_and_empty_leave_what_was_there(void **state)
{
    struct form *form = *state;
    struct eg_text value = EG_TEXT("default");
    uint32_t number = 7;
    bool flag = true, has = false;
    double real = 1.5;
    good(form, "styles=&width&&&");
    assert_true(eg_kvp_has(&form->kvp, "STYLES") && eg_kvp_has(&form->kvp, "WIDTH"));
    assert_int_equal(form->kvp.n, 2);
    assert_int_equal(eg_kvp_text(&form->kvp, "STYLES", &value, &form->err), EG_OK);
    assert_int_equal(eg_kvp_u32(&form->kvp, "WIDTH", (struct eg_u32_range){1, 9}, &number, &form->err),
                     EG_OK);
    assert_int_equal(eg_kvp_bool(&form->kvp, "TRANSPARENT", &flag, &form->err), EG_OK);
    assert_int_equal(
        eg_kvp_double(&form->kvp, "SCALE", (struct eg_double_range){0, 9}, &has, &real, &form->err), EG_OK);
    assert_true(eg_text_equal(value, EG_TEXT("default")) && number == 7 && flag && !has && real == 1.5);
}

static void values_are_read_by_type(void **state)
{
    struct form *form = *state;
    double box[4] = {0};
    uint32_t width = 0;
    bool has = false, transparent = false;
    good(form, "bbox=-1,51.5,+2e1,+52&WIDTH=256&transparent=TRUE&bad=1,2,3&size=0");
    assert_int_equal(eg_kvp_numbers(&form->kvp, "BAD", 4, &has, box, &form->err), EG_INVALID);
    assert_string_equal(form->err.field, "BAD");
    assert_true(!has && box[0] == 0);
    assert_int_equal(eg_kvp_numbers(&form->kvp, "BBOX", 4, &has, box, &form->err), EG_OK);
    assert_true(has && box[0] == -1 && box[1] == 51.5 && box[2] == 20 && box[3] == 52);
    assert_int_equal(eg_kvp_u32(&form->kvp, "Width", (struct eg_u32_range){1, 4096}, &width, &form->err),
                     EG_OK);
    assert_int_equal(width, 256);
    assert_int_equal(eg_kvp_u32(&form->kvp, "SIZE", (struct eg_u32_range){1, 9}, &width, &form->err),
                     EG_INVALID);
    assert_int_equal(eg_kvp_bool(&form->kvp, "TRANSPARENT", &transparent, &form->err), EG_OK);
    assert_true(transparent);
}

static void a_list_keeps_its_empty_items(void **state)
{
    struct form *form = *state;
    struct eg_text items[3];
    struct eg_text_list list = {items, 3, 9};
    good(form, "layers=a%2Cb,c&styles=,&none=&four=1,2,3,4");
    assert_int_equal(eg_kvp_list(&form->kvp, "LAYERS", &list, &form->err), EG_OK);
    assert_int_equal(list.n, 3); /* the comma is decoded before: names have none */
    assert_int_equal(eg_kvp_list(&form->kvp, "STYLES", &list, &form->err), EG_OK);
    assert_int_equal(list.n, 2);
    assert_int_equal(items[0].len, 0);
    assert_int_equal(eg_kvp_list(&form->kvp, "FOUR", &list, &form->err), EG_LIMIT);
    assert_string_equal(form->err.field, "FOUR");
    assert_int_equal(eg_kvp_list(&form->kvp, "NONE", &list, &form->err), EG_OK);
    assert_int_equal(list.n, 0);
}

static void wrong_escapes_name_the_parameter(void **state)
{
    struct form *form = *state;
    assert_int_equal(read_form(form, "a=1&q=%zz"), EG_INVALID);
    assert_string_equal(form->err.field, "q");
    assert_int_equal(read_form(form, "%00=1"), EG_INVALID);
    assert_string_equal(form->err.field, "body");
    assert_int_equal(read_form(form, "=%zz"), EG_INVALID); /* found by the fuzzer: no field at all */
    assert_string_equal(form->err.field, "body");
    assert_int_equal(read_form(form, "q=%ff"), EG_INVALID);
    assert_int_equal(read_form(form, "q=a b"), EG_INVALID);
    good(form, "q=caf%C3%A9+cr%C3%A8me");
    assert_true(eg_text_equal(form->kvp.pairs[0].value, EG_TEXT("café crème")));
}

static void a_form_has_its_limits(void **state)
{
    struct form *form = *state;
    char many[4 * EG_TARGET_PARAMETERS + 8] = "";
    size_t len = 0;
    for (unsigned i = 0; i < EG_TARGET_PARAMETERS; i++) {
        memcpy(many + len, "a=1&", 5);
        len += 4;
    }
    good(form, many);
    assert_int_equal(form->kvp.n, EG_TARGET_PARAMETERS);
    memcpy(many + len, "a", 2);
    assert_int_equal(read_form(form, many), EG_LIMIT);
    assert_string_equal(form->err.field, "body");
    memset(form->bytes, 'a', sizeof form->bytes);
    assert_int_equal(eg_kvp_from_form(form->bytes, EG_KVP_FORM_BYTES, form->pairs, &form->kvp, &form->err),
                     EG_OK);
    assert_int_equal(
        eg_kvp_from_form(form->bytes, EG_KVP_FORM_BYTES + 1, form->pairs, &form->kvp, &form->err), EG_LIMIT);
    assert_int_equal(eg_kvp_from_form(form->bytes, 0, form->pairs, &form->kvp, &form->err), EG_OK);
    assert_int_equal(form->kvp.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_found_in_any_case, setup, teardown),
        cmocka_unit_test_setup_teardown(a_query_is_read_alike, setup, teardown),
        cmocka_unit_test_setup_teardown(one_value_twice_is_fine_and_two_values_are_not, setup, teardown),
        cmocka_unit_test_setup_teardown(absent_and_empty_leave_what_was_there, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_read_by_type, setup, teardown),
        cmocka_unit_test_setup_teardown(a_list_keeps_its_empty_items, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_escapes_name_the_parameter, setup, teardown),
        cmocka_unit_test_setup_teardown(a_form_has_its_limits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
