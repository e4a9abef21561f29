/* Metadata records: what is known is in them, what is not is said not to be. */
#include "http/metadata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/small_atlas.h"
#include "support/temp_file.h"
#include "support/xml_check.h"

static struct eg_small small;
static const struct eg_text base_url = {"https://atlas.example/a&b", 25};

static struct eg_entity record_of(const struct eg_small *of, const char *layer)
{
    struct eg_layer_name name = {.layer = eg_text_from(layer)};
    struct eg_entity entity;
    struct eg_error err = {0};
    enum eg_status status = eg_metadata_layer(of->snapshot, &name, base_url, &entity, &err);
    if (status != EG_OK) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    assert_string_equal(entity.media_type, "text/xml");
    return entity;
}

static void assert_says(const struct eg_entity *entity, const char *words)
{
    if (!strstr(entity->body.data, words)) fail_msg("the record does not say: %s", words);
}

static void a_record_says_what_the_atlas_says(void **state)
{
    (void)state;
    struct eg_entity entity = record_of(&small, "illness.nbhd");
    eg_xml_check_form(&entity);
    assert_says(&entity, "<gco:CharacterString>Illness, Neighbourhoods</gco:CharacterString>");
    assert_says(&entity, "People who are ill. Unit: %. High values are worse. Source: Counters.");
    assert_says(&entity, "<gmd:organisationName><gco:CharacterString>not stated</gco:CharacterString>");
    assert_says(&entity, "<gml:beginPosition>2019-01-01</gml:beginPosition>"
                         "<gml:endPosition>2024-12-31</gml:endPosition>");
    assert_says(
        &entity,
        "<gmd:credit><gco:CharacterString>Small &amp; Co | Surveyors | Counters</gco:CharacterString>");
    assert_says(&entity, "(accuracy: 0 m, as stated for it)");
    assert_says(&entity, "; to EPSG:27700 by the operation '");
    assert_says(&entity, "OSGB36 to WGS 84 (6)");
    assert_says(&entity, "(accuracy: 2 m, as stated for it); to ");
    assert_says(&entity, "Figures: Counters");
    assert_says(&entity, "Boundaries: Surveyors");
    assert_says(&entity, "<gmd:URL>https://atlas.example/a&amp;b/ogc/collections/illness.nbhd</gmd:URL>");
    assert_says(&entity, "http://www.opengis.net/def/crs/EPSG/0/4326");
    assert_null(strstr(entity.body.data, "ictional"));
    eg_entity_clear(&entity);
}

static void what_is_not_stated_is_not_guessed(void **state)
{
    (void)state;
    struct eg_entity entity = record_of(&small, "plain.nbhd");
    assert_says(&entity, "Unit: not stated.");
    assert_says(&entity, "Licence of the figures: not stated");
    assert_says(&entity, "Licence of the boundaries: not stated");
    assert_says(&entity, "Licence of the atlas: not stated");
    assert_says(&entity, "Vintage of the boundaries: not stated.");
    assert_says(&entity, "<gmd:dateStamp gco:nilReason=\"unknown\"/>");
    assert_says(&entity, "<gmd:date gco:nilReason=\"unknown\"/>");
    assert_says(&entity, "<gmd:language gco:nilReason=\"unknown\"/>");
    assert_null(strstr(entity.body.data, "contactInfo"));
    eg_entity_clear(&entity);
}

static void a_dissolved_set_is_told_by_the_set_it_was_made_from(void **state)
{
    (void)state;
    struct eg_entity entity = record_of(&small, "people.town");
    assert_says(&entity, "Borders were read in EPSG:4326, brought to EPSG:3857 by the operation");
    eg_entity_clear(&entity);
}

static void fictional_data_are_said_to_be(void **state)
{
    (void)state;
    struct eg_small fictional;
    eg_small_open_at(eg_small_atlas_write("fictional", true), 0, &fictional);
    struct eg_entity entity = record_of(&fictional, "people.nbhd");
    assert_says(&entity, "<gmd:abstract><gco:CharacterString>Fictional data.");
    assert_says(&entity, "<gmd:keyword><gco:CharacterString>fictional data</gco:CharacterString>");
    assert_says(&entity, "<gmd:useLimitation><gco:CharacterString>Fictional data");
    assert_says(&entity, "<gmd:statement><gco:CharacterString>Fictional data.");
    eg_entity_clear(&entity);
    eg_small_close(&fictional);
}

static void the_identifier_follows_from_address_and_layer(void **state)
{
    (void)state;
    struct eg_entity one = record_of(&small, "people.nbhd"), other = record_of(&small, "people.town");
    char uuid[64];
    const char *at = strstr(one.body.data, "<gmd:fileIdentifier>");
    assert_non_null(at);
    (void)snprintf(uuid, sizeof uuid, "%.36s", at + strlen("<gmd:fileIdentifier><gco:CharacterString>"));
    assert_non_null(strchr(uuid, '-'));
    assert_null(strstr(other.body.data, uuid));
    eg_entity_clear(&one);
    eg_entity_clear(&other);
}

static void an_unknown_layer_is_not_found(void **state)
{
    (void)state;
    struct eg_layer_name name = {.layer = EG_TEXT("nothing")};
    struct eg_entity entity;
    struct eg_error err = {0};
    assert_int_equal(eg_metadata_layer(small.snapshot, &name, base_url, &entity, &err), EG_NOT_FOUND);
    assert_string_equal(err.field, "layer");
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    struct eg_layer_name name = {.layer = EG_TEXT("illness.nbhd")};
    enum eg_status status = EG_NO_MEMORY;
    for (long nth = 1; nth < 100000 && status == EG_NO_MEMORY; nth++) {
        struct eg_entity entity;
        eg_failing_malloc_after(nth);
        status = eg_metadata_layer(small.snapshot, &name, base_url, &entity, NULL);
        eg_failing_malloc_after(0);
        if (status == EG_OK) eg_entity_clear(&entity);
    }
    assert_int_equal(status, EG_OK);
}

static int open_small(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_small(void **state)
{
    (void)state;
    eg_small_close(&small);
    eg_small_atlas_clear();
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_says_what_the_atlas_says),
        cmocka_unit_test(what_is_not_stated_is_not_guessed),
        cmocka_unit_test(a_dissolved_set_is_told_by_the_set_it_was_made_from),
        cmocka_unit_test(fictional_data_are_said_to_be),
        cmocka_unit_test(the_identifier_follows_from_address_and_layer),
        cmocka_unit_test(an_unknown_layer_is_not_found),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, open_small, close_small);
}
