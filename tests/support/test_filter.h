/* An area with a property of each type, for tests of filters: one with values and a position, one where all are null. */
#ifndef EG_TESTS_SUPPORT_TEST_FILTER_H
#define EG_TESTS_SUPPORT_TEST_FILTER_H

#include "engine/filter.h"

#define T EG_TEXT

enum {
    CODE,
    NAME,
    VALUE,
    LOW,
    HIGH,
    STATE,
    URBAN,
    PERIOD,
    REVIEWED,
    NOTE,
    DATE,
    ODD_NAME,
    CAFE,
    STROKE,
    BLANK,
    PATH,
    N_PROPERTIES
};

extern const struct eg_properties eg_test_filter_properties;
extern const struct eg_value eg_test_filter_known[N_PROPERTIES];

/* CQL2-JSON, as C literals. */
#define P(name) "{\"property\":\"" name "\"}"
#define OP(op, args) "{\"op\":\"" op "\",\"args\":[" args "]}"
#define INTERSECTS(json) OP("s_intersects", P("geometry") "," json)

/* `values`: [N_PROPERTIES], or NULL, when all are null and there is no geometry. They have to outlive the feature. The geometry of
 * others is the point -0.7 52.4. */
struct eg_filter_feature eg_test_filter_feature(const struct eg_value *values);

/* Parsed from a copy of its own, so that a read beyond its end is seen by the sanitizers. */
enum eg_status eg_test_filter_parse(const char *text, enum eg_filter_language language, bool northing_first,
                                    struct eg_filter **filter_out, struct eg_error *err);

#endif
