#include "http/client_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>

static struct sockaddr_storage address(const char *text, uint16_t port)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(&storage, &v4, sizeof v4);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
        memcpy(&storage, &v6, sizeof v6);
    }
    return storage;
}

/* --- ranges ------------------------------------------------------------------------------------------------------- */

static bool is_in(const char *text, const char *range_text)
{
    struct eg_address_range range;
    struct sockaddr_storage storage = address(text, 1);
    assert_int_equal(eg_address_range_parse(eg_text_from(range_text), &range, NULL), EG_OK);
    return eg_address_in_ranges((const struct sockaddr *)&storage, &range, 1);
}

static void addresses_are_found_in_ranges(void **state)
{
    (void)state;
    assert_true(is_in("127.0.0.1", "127.0.0.1"));
    assert_false(is_in("127.0.0.2", "127.0.0.1"));
    assert_true(is_in("10.255.3.4", "10.0.0.0/8"));
    assert_false(is_in("11.0.0.1", "10.0.0.0/8"));
    assert_true(is_in("192.168.1.130", "192.168.1.128/25"));
    assert_false(is_in("192.168.1.127", "192.168.1.128/25"));
    assert_true(is_in("8.8.8.8", "0.0.0.0/0"));
    assert_true(is_in("fd00::1", "fd00::/8"));
    assert_false(is_in("fe80::1", "fd00::/8"));
    assert_true(is_in("::1", "::1"));
}

static void a_mapped_address_is_the_plain_one(void **state)
{
    (void)state;
    assert_true(is_in("::ffff:10.1.2.3", "10.0.0.0/8"));
    assert_false(is_in("::1", "0.0.0.0/0"));
}

static void wrong_ranges_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         "proxy",   "10.0.0.0/33", "10.0.0.0/",
                                        "10.0.0/8", "::1/129", "10.0.0.1 ",   "1.2.3.4/-1"};
    struct eg_address_range range;
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++)
        assert_int_equal(eg_address_range_parse(eg_text_from(wrong[i]), &range, NULL), EG_INVALID);
}

/* --- the client ---------------------------------------------------------------------------------------------------- */

/* The client of a request that came from `peer`, where 10.0.0.0/8 and fd00::/8 are proxies; as text. */
static const char *client(const char *peer, const char *forwarded, const char *forwarded_for)
{
    static char text[INET6_ADDRSTRLEN];
    struct eg_address_range trusted[2];
    assert_int_equal(eg_address_range_parse(EG_TEXT("10.0.0.0/8"), &trusted[0], NULL), EG_OK);
    assert_int_equal(eg_address_range_parse(EG_TEXT("fd00::/8"), &trusted[1], NULL), EG_OK);
    struct sockaddr_storage storage = address(peer, 1);
    struct eg_forwarded_for said = {forwarded, forwarded_for};
    struct eg_client_address found =
        eg_client_address((const struct sockaddr *)&storage, &said, trusted, EG_ARRAY_LEN(trusted));
    return inet_ntop(AF_INET6, found.bytes, text, sizeof text);
}

static void a_stranger_is_who_it_is_whatever_it_says(void **state)
{
    (void)state;
    assert_string_equal(client("192.0.2.7", NULL, NULL), "::ffff:192.0.2.7");
    assert_string_equal(client("192.0.2.7", "for=198.51.100.1", NULL), "::ffff:192.0.2.7");
    assert_string_equal(client("192.0.2.7", NULL, "198.51.100.1"), "::ffff:192.0.2.7");
}

static void a_proxy_tells_for_whom_it_asks(void **state)
{
    (void)state;
    assert_string_equal(client("10.0.0.1", NULL, "192.0.2.7"), "::ffff:192.0.2.7");
    assert_string_equal(client("10.0.0.1", NULL, " 192.0.2.7:4711 "), "::ffff:192.0.2.7");
    assert_string_equal(client("10.0.0.1", "for=192.0.2.7;proto=https", NULL), "::ffff:192.0.2.7");
    assert_string_equal(client("10.0.0.1", "proto=https; For=\"192.0.2.7:80\"", NULL), "::ffff:192.0.2.7");
    assert_string_equal(client("fd00::1", "for=\"[2001:db8:1:2::9]:80\"", NULL), "2001:db8:1:2::");
    assert_string_equal(client("10.0.0.1", "for=192.0.2.7", "192.0.2.7"), "::ffff:192.0.2.7");
}

static void what_the_client_wrote_into_the_list_does_not_count(void **state)
{
    (void)state;
    assert_string_equal(client("10.0.0.1", NULL, "198.51.100.1, 192.0.2.7"), "::ffff:192.0.2.7");
    assert_string_equal(client("10.0.0.1", NULL, "198.51.100.1, 192.0.2.7, 10.0.0.2"), "::ffff:192.0.2.7");
    assert_string_equal(client("10.0.0.1", "for=198.51.100.1, for=192.0.2.7, for=10.9.9.9", NULL),
                        "::ffff:192.0.2.7");
    assert_string_equal(client("10.0.0.1", NULL, "10.0.0.3, 10.0.0.2"), "::ffff:10.0.0.3");
}

static void a_list_that_says_nothing_usable_leaves_the_peer(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",        ",",          "unknown",      "_hidden",
                                        "192.0.2", "192.0.2.7,", "[2001:db8::1", "a, b"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++)
        assert_string_equal(client("10.0.0.1", NULL, wrong[i]), "::ffff:10.0.0.1");
    assert_string_equal(client("10.0.0.1", "for=unknown", NULL), "::ffff:10.0.0.1");
    assert_string_equal(client("10.0.0.1", "192.0.2.7", NULL), "::ffff:10.0.0.1");
    assert_string_equal(client("10.0.0.1", "for=192.0.2.7", "198.51.100.1"), "::ffff:10.0.0.1");
}

static void a_household_is_one_client(void **state)
{
    (void)state;
    assert_string_equal(client("2001:db8:1:2:3:4:5:6", NULL, NULL), "2001:db8:1:2::");
    assert_string_equal(client("::ffff:192.0.2.7", NULL, NULL), "::ffff:192.0.2.7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_found_in_ranges),
        cmocka_unit_test(a_mapped_address_is_the_plain_one),
        cmocka_unit_test(wrong_ranges_are_refused),
        cmocka_unit_test(a_stranger_is_who_it_is_whatever_it_says),
        cmocka_unit_test(a_proxy_tells_for_whom_it_asks),
        cmocka_unit_test(what_the_client_wrote_into_the_list_does_not_count),
        cmocka_unit_test(a_list_that_says_nothing_usable_leaves_the_peer),
        cmocka_unit_test(a_household_is_one_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
