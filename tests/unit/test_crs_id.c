/* The names of coordinate reference systems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "geo/crs.h"

static void every_spelling_of_a_crs_comes_to_one_name(void **state)
{
    (void)state;
    static const struct {
        const char *spelled, *name;
    } table[] = {{"EPSG:27700", "EPSG:27700"},
                 {"epsg:27700", "EPSG:27700"},
                 {"[EPSG:27700]", "EPSG:27700"},
                 {"urn:ogc:def:crs:EPSG::27700", "EPSG:27700"},
                 {"urn:ogc:def:crs:EPSG:9.8.1:27700", "EPSG:27700"},
                 {"URN:OGC:DEF:CRS:epsg::27700", "EPSG:27700"},
                 {"urn:x-ogc:def:crs:EPSG::27700", "EPSG:27700"},
                 {"http://www.opengis.net/def/crs/EPSG/0/27700", "EPSG:27700"},
                 {"https://www.opengis.net/def/crs/EPSG/9.8.1/27700", "EPSG:27700"},
                 {"http://www.opengis.net/gml/srs/epsg.xml#27700", "EPSG:27700"},
                 {"CRS:84", "OGC:CRS84"},
                 {"crs:84", "OGC:CRS84"},
                 {"CRS84", "OGC:CRS84"},
                 {"OGC:CRS84", "OGC:CRS84"},
                 {"ogc:crs84", "OGC:CRS84"},
                 {"OGC:84", "OGC:CRS84"},
                 {"urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"},
                 {"urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84"},
                 {"urn:ogc:def:crs:CRS::84", "OGC:CRS84"},
                 {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84"},
                 {"EPSG:4326", "EPSG:4326"},
                 {"EPSG:900913", "EPSG:3857"},
                 {"ESRI:102100", "EPSG:3857"},
                 {"IAU_2015:30100", "IAU_2015:30100"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(table); i++) {
        struct eg_crs_id id;
        char name[EG_CRS_NAME_BYTES];
        assert_int_equal(eg_crs_parse(eg_text_from(table[i].spelled), &id, NULL), EG_OK);
        eg_crs_write(&id, EG_CRS_CODE, name);
        assert_string_equal(name, table[i].name);
    }
}

static void what_is_no_name_of_a_crs_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "EPSG",
                                        "EPSG:",
                                        ":27700",
                                        "EPSG:27700 ",
                                        "EPSG:277 00",
                                        "EPSG:27700:1",
                                        "EPSG:27700,EPSG:5701",
                                        "urn:ogc:def:crs:EPSG:27700",
                                        "urn:ogc:def:crs:EPSG::",
                                        "urn:ogc:def:crs:EPSG:::27700",
                                        "http://www.opengis.net/def/crs/EPSG/27700",
                                        "http://www.opengis.net/def/crs/EPSG/0/27700/",
                                        "http://example.org/def/crs/EPSG/0/27700",
                                        "[]",
                                        "[EPSG:27700",
                                        "27700",
                                        "WGS 84",
                                        "+proj=longlat",
                                        "AN_AUTHORITY_OF_TOO_LONG_A_NAME:1",
                                        "EPSG:123456789012345678901234567890123",
                                        "GEOGCRS[\"WGS 84\"]"};
    struct eg_crs_id id = {"A", "1"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_error err = {0};
        assert_int_equal(eg_crs_parse(eg_text_from(wrong[i]), &id, &err), EG_INVALID);
        assert_non_null(strstr(err.message, wrong[i]));
        assert_non_null(strstr(err.message, "write EPSG:27700"));
    }
    assert_int_equal(eg_crs_parse(EG_TEXT("EPSG:27700\0"), &id, NULL), EG_INVALID);
    assert_int_equal(eg_crs_parse((struct eg_text){0}, &id, NULL), EG_INVALID);
    assert_string_equal(id.authority, "A");
}

static void a_name_is_written_in_the_form_that_a_protocol_wants(void **state)
{
    (void)state;
    const struct eg_crs_id britain = {"EPSG", "27700"}, degrees = {"OGC", "CRS84"};
    static const char *const forms[][2] = {
        [EG_CRS_CODE] = {"EPSG:27700", "OGC:CRS84"},
        [EG_CRS_WMS] = {"EPSG:27700", "CRS:84"},
        [EG_CRS_URN] = {"urn:ogc:def:crs:EPSG::27700", "urn:ogc:def:crs:OGC:1.3:CRS84"},
        [EG_CRS_ADDRESS] = {"http://www.opengis.net/def/crs/EPSG/0/27700",
                            "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}};
    for (unsigned form = 0; form < EG_ARRAY_LEN(forms); form++) {
        char name[EG_CRS_NAME_BYTES];
        struct eg_crs_id back;
        eg_crs_write(&britain, (enum eg_crs_form)form, name);
        assert_string_equal(name, forms[form][0]);
        assert_int_equal(eg_crs_parse(eg_text_from(name), &back, NULL), EG_OK);
        assert_true(eg_crs_equal(&back, &britain));
        eg_crs_write(&degrees, (enum eg_crs_form)form, name);
        assert_string_equal(name, forms[form][1]);
        assert_int_equal(eg_crs_parse(eg_text_from(name), &back, NULL), EG_OK);
        assert_true(eg_crs_equal(&back, &degrees));
    }
}

static void crss_that_differ_in_axis_order_alone_are_drawn_as_one(void **state)
{
    (void)state;
    struct eg_crs_id wgs84 = {"EPSG", "4326"}, crs84 = {"OGC", "CRS84"}, britain = {"EPSG", "27700"};
    struct eg_crs_id drawn = eg_crs_drawn_as(crs84);
    assert_true(eg_crs_equal(&drawn, &wgs84));
    drawn = eg_crs_drawn_as(britain);
    assert_true(eg_crs_equal(&drawn, &britain));
    assert_false(eg_crs_equal(&crs84, &wgs84));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_of_a_crs_comes_to_one_name),
        cmocka_unit_test(what_is_no_name_of_a_crs_is_refused),
        cmocka_unit_test(a_name_is_written_in_the_form_that_a_protocol_wants),
        cmocka_unit_test(crss_that_differ_in_axis_order_alone_are_drawn_as_one),
    };
    return cmocka_run_group_tests_name("crs names", tests, NULL, NULL);
}
