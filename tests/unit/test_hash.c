#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void the_64_bit_hash_is_xxh3(void **state)
{
    (void)state;
    assert_true(eg_hash64("", 0, 0) == UINT64_C(0x2D06800538D394C2)); /* the published value for no input */
    assert_true(eg_hash64(NULL, 0, 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(eg_hash64("E01000001", 9, 0) == eg_hash64("E01000001", 9, 0));
}

static void the_seed_and_every_byte_change_the_hash(void **state)
{
    (void)state;
    char bytes[64] = {0};
    uint64_t plain = eg_hash64(bytes, sizeof bytes, 0);
    assert_true(eg_hash64(bytes, sizeof bytes, 1) != plain);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = 1;
        assert_true(eg_hash64(bytes, sizeof bytes, 0) != plain);
        bytes[i] = 0;
    }
}

static void the_128_bit_hash_is_32_lower_case_digits(void **state)
{
    (void)state;
    char hex[33];
    memset(hex, 'x', sizeof hex);
    eg_hash128_hex("", 0, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f"); /* the published value for no input */
    char other[33];
    eg_hash128_hex("a", 1, other);
    assert_int_equal(strlen(other), 32);
    assert_string_not_equal(hex, other);
}

static void a_name_based_uuid_is_the_one_of_rfc_4122(void **state)
{
    (void)state;
    char uuid[EG_UUID_TEXT_LEN + 1];
    const char *dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    assert_int_equal(eg_uuid_v5(dns, EG_TEXT("python.org"), uuid), EG_OK);
    assert_string_equal(uuid, "886313e1-3b8a-5372-9b90-0c9aee199e5d"); /* from Python's documentation */
    assert_int_equal(eg_uuid_v5(dns, (struct eg_text){NULL, 0}, uuid), EG_OK);
    assert_int_equal(strlen(uuid), EG_UUID_TEXT_LEN);
    assert_int_equal(uuid[14], '5');
}

static void a_namespace_that_is_no_uuid_is_refused(void **state)
{
    (void)state;
    char uuid[EG_UUID_TEXT_LEN + 1] = "untouched";
    assert_int_equal(eg_uuid_v5("evenground", EG_TEXT("a"), uuid), EG_INVALID);
    assert_int_equal(eg_uuid_v5("", EG_TEXT("a"), uuid), EG_INVALID);
    assert_string_equal(uuid, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_64_bit_hash_is_xxh3),
        cmocka_unit_test(the_seed_and_every_byte_change_the_hash),
        cmocka_unit_test(the_128_bit_hash_is_32_lower_case_digits),
        cmocka_unit_test(a_name_based_uuid_is_the_one_of_rfc_4122),
        cmocka_unit_test(a_namespace_that_is_no_uuid_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
