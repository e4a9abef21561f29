#include "http/public_url.h"

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

static void assert_url(struct eg_forwarded said, const char *wanted)
{
    char url[EG_PUBLIC_URL_BYTES] = "";
    assert_int_equal(eg_public_url_from_proxy(&said, url), wanted != NULL);
    if (wanted) assert_string_equal(url, wanted);
}

static void a_proxy_says_where_it_is(void **state)
{
    (void)state;
    assert_url((struct eg_forwarded){.proto = "https", .host = "maps.example"}, "https://maps.example");
    assert_url((struct eg_forwarded){.host = "maps.example:8443", .prefix = "/atlas/"},
               "http://maps.example:8443/atlas");
    assert_url((struct eg_forwarded){.forwarded = "for=192.0.2.1;proto=https;host=\"maps.example\""},
               "https://maps.example");
    assert_url((struct eg_forwarded){.forwarded = "for=a;host=first.example, host=last.example;proto=https"},
               "https://last.example");
    assert_url((struct eg_forwarded){.proto = "http, https", .host = "stranger.example, maps.example"},
               "https://maps.example");
    assert_url(
        (struct eg_forwarded){.forwarded = "host=maps.example", .proto = "https", .host = "maps.example"},
        "https://maps.example");
    assert_url((struct eg_forwarded){.host = "[2001:db8::1]:80", .prefix = "/"}, "http://[2001:db8::1]:80");
}

static void what_cannot_be_an_address_is_not_used(void **state)
{
    (void)state;
    assert_url((struct eg_forwarded){0}, NULL);
    assert_url((struct eg_forwarded){.proto = "https"}, NULL);
    assert_url((struct eg_forwarded){.forwarded = "host=evil.example", .host = "maps.example"}, NULL);
    assert_url((struct eg_forwarded){.host = "maps.example/../x"}, NULL);
    assert_url((struct eg_forwarded){.host = "maps.example\" onload=\""}, NULL);
    assert_url((struct eg_forwarded){.host = "user@maps.example"}, NULL);
    assert_url((struct eg_forwarded){.host = "maps.example", .prefix = "//evil.example"}, NULL);
    assert_url((struct eg_forwarded){.host = "maps.example", .prefix = "atlas"}, NULL);
    assert_url((struct eg_forwarded){.host = "maps.example", .prefix = "/a?b"}, NULL);
    char long_host[EG_PUBLIC_URL_BYTES + 1];
    memset(long_host, 'a', sizeof long_host - 1);
    long_host[sizeof long_host - 1] = '\0';
    assert_url((struct eg_forwarded){.host = long_host}, NULL);
}

static void an_address_is_written_as_a_url(void **state)
{
    (void)state;
    static const struct {
        const char *address, *url;
    } cases[] = {{"127.0.0.1", "http://127.0.0.1:8080"},
                 {"::1", "http://[::1]:8080"},
                 {"::ffff:10.0.0.1", "http://10.0.0.1:8080"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        char url[EG_PUBLIC_URL_BYTES];
        struct sockaddr_storage storage = address(cases[i].address, 8080);
        eg_public_url_from_address((const struct sockaddr *)&storage, url);
        assert_string_equal(url, cases[i].url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_says_where_it_is),
        cmocka_unit_test(what_cannot_be_an_address_is_not_used),
        cmocka_unit_test(an_address_is_written_as_a_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
