#include "data/record_doubts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "data/records_json.h"
#include "data/records_tabular.h"
#include "support/test_records.h"

#define A "585a9093-5c12-5388-b7de-8ecc54e58081"
#define B "585a9093-5c12-5388-b7de-8ecc54e58082"

static void assert_wanted(const struct eg_buffer *lines, const char *const *wanted, uint32_t n)
{
    uint32_t n_lines = 0;
    for (size_t i = 0; i < lines->len; i++) n_lines += lines->data[i] == '\n';
    for (uint32_t i = 0; i < n; i++)
        if (!strstr(lines->data ? lines->data : "", wanted[i]))
            fail_msg("%s\nis not in\n%s", wanted[i], lines->data);
    if (n_lines != n) fail_msg("%u lines are wanted:\n%s", n, lines->data ? lines->data : "");
}

static void json_is_judged_as_rows_are(void **state)
{
    (void)state;
    static const char json[] =
        "[{\"id\":\"" A "\",\"name\":\"Wal\\u0001ks\",\"status\":\"active\",\"url\":\"www.walks.example/x\","
        "\"assured_date\":\"2024\",\n"
        "\"phones\":[{\"id\":\"" A "\",\"number\":\"none\"}],\n"
        "\"funding\":[{\"id\":\"" A "\",\"source\":\"F\",\"amount\":-5,\"currency\":\"pounds\","
        "\"valid_from\":\"2024-01-02\",\"valid_to\":\"2024-01-01\"},\n"
        "{\"id\":\"" B "\",\"amount\":\"£10,000\",\"valid_to\":\"2024\",\"currency\":\"gbp\"}],\n"
        "\"schedules\":[{\"id\":\"" A "\",\"opens_at\":\"25:00\",\"freq\":\"WEEKLY\",\"byday\":\"XX\"}],\n"
        "\"service_at_locations\":[{\"id\":\"" A "\",\"location\":{\"id\":\"" A
        "\",\"location_type\":\"physical\",\"latitude\":0,\"longitude\":0}}]},\n"
        "{\"id\":\"" B "\",\"name\":\"Two\",\"status\":\"active\",\"assured_date\":\"2999-01-01\"}]";
    static const char *const wanted[] = {
        "doubtful 1 $[0] service.url 'www.walks.example/x' is read as https://www.walks.example/x",
        "doubtful 1 $[0] service.assured_date '2024' is read as 2024-01-01",
        "doubtful 1 $[0] service.name 'Wal\x01ks' has a control character; it is kept",
        "doubtful 1 $[0] service.kind is not given",
        "$[0].phones[0] phone.number 'none' has fewer than three digits; it is kept",
        "$[0].funding[0] funding.amount '-5' is below zero: it is left out",
        "$[0].funding[0] funding.currency 'pounds' is no currency of ISO 4217",
        "$[0].funding[0] funding.valid_to '2024-01-01' is before the start",
        "$[1] service.assured_date '2999-01-01' is in the future; it is kept",
        "$[0].funding[1] funding.currency 'gbp' is read as GBP",
        "$[0].funding[1] funding.amount '£10,000' is read as 10000",
        "$[0].funding[1] funding.valid_to '2024' is read as 2024-12-31",
        "$[0].schedules[0] schedule.opens_at '25:00' is left out: it is not a time of day",
        "$[0].schedules[0] schedule.byday 'XX' is part of a rule that cannot be worked out",
        "$[0].service_at_locations[0].location location.longitude '0' stands with 0,0",
        "$[0].service_at_locations[0].location location.latitude '0' stands with 0,0",
    };
    struct eg_buffer lines;
    struct eg_intake *intake = NULL;
    struct eg_records *records = NULL;
    eg_buffer_init(&lines, 0);
    assert_int_equal(eg_intake_new(eg_test_remarks(&lines), true, &intake, NULL), EG_OK);
    assert_int_equal(eg_records_json_read(eg_text_from(json), EG_RECORD_SERVICE, intake, NULL), EG_OK);
    eg_buffer_char(&lines, '\0'), lines.len--;
    assert_wanted(&lines, wanted, EG_ARRAY_LEN(wanted));
    assert_int_equal(eg_intake_finish(intake, &records, NULL), EG_OK);
    assert_int_equal(eg_records_at(records, EG_RECORD_FUNDING, 0)->field[EG_FUNDING_AMOUNT].len, 0);
    assert_int_equal(eg_records_at(records, EG_RECORD_LOCATION, 0)->field[EG_LOCATION_LATITUDE].len, 0);
    eg_intake_free(intake);
    eg_records_release(records);
    eg_buffer_clear(&lines);
}

static void tables_are_judged_as_rows_are(void **state)
{
    (void)state;
    struct eg_buffer lines;
    struct eg_intake *intake = NULL;
    static const char *const wanted[] = {
        "doubtful x.csv 2 the row has 2 cells, the header 4",
        "rejected x.csv 3 location.longitude '181' is out of range",
        "doubtful x.csv 4 location.latitude '51' has no longitude beside it: it is left out",
    };
    eg_buffer_init(&lines, 0);
    assert_int_equal(eg_intake_new(eg_test_remarks(&lines), false, &intake, NULL), EG_OK);
    assert_int_equal(eg_records_tabular_read(
                         EG_TEXT("id,location_type,longitude,latitude\n" A ",physical\n" B
                                 ",physical,181,5\n585a9093-5c12-5388-b7de-8ecc54e58083,physical,,51\n"),
                         EG_TEXT("x.csv"), EG_RECORD_LOCATION, intake, NULL),
                     EG_OK);
    eg_buffer_char(&lines, '\0'), lines.len--;
    assert_wanted(&lines, wanted, EG_ARRAY_LEN(wanted));
    assert_int_equal(eg_intake_counts(intake).n_rejected, 1);
    eg_intake_free(intake);
    eg_buffer_clear(&lines);
}

static void currencies_are_three_letters_that_stand_for_money(void **state)
{
    (void)state;
    static const char *const good[] = {"", "GBP", "usd", "EUR"};
    static const char *const bad[] = {"G", "GB", "GBPS", "G1P", "£", "xxx", "XTS", "pounds"};
    for (size_t i = 0; i < EG_ARRAY_LEN(good); i++) assert_false(eg_doubt_currency(eg_text_from(good[i])));
    for (size_t i = 0; i < EG_ARRAY_LEN(bad); i++) assert_true(eg_doubt_currency(eg_text_from(bad[i])));
}

static void what_can_be_put_right_is(void **state)
{
    (void)state;
    char digits[EG_AMOUNT_BYTES], date[EG_DATE_BYTES];
    assert_true(eg_mend_amount(EG_TEXT("€ 1,234,567.50"), digits));
    assert_string_equal(digits, "1234567.50");
    static const char *const amounts[] = {"", "10.000", "1,00", ",100", "1,,000", "ten", "$", "1234,567"};
    for (size_t i = 0; i < EG_ARRAY_LEN(amounts); i++)
        assert_false(eg_mend_amount(eg_text_from(amounts[i]), digits));
    assert_true(eg_mend_date(EG_TEXT("2024-02-03T10:00:00Z"), true, date));
    assert_string_equal(date, "2024-02-03");
    assert_false(eg_mend_date(EG_TEXT("2024-02-30T10:00"), true, date));
    assert_false(eg_mend_date(EG_TEXT("03/02/2024"), true, date));
    assert_true(eg_mend_url(EG_TEXT("x.example/a b")) && !eg_mend_url(EG_TEXT("none")));
    assert_true(eg_doubt_period(EG_TEXT("2024"), EG_TEXT("2023-12-31")));
    assert_false(eg_doubt_period(EG_TEXT("2024-05-01"), EG_TEXT("2024")));
    assert_false(eg_doubt_period(EG_TEXT(""), EG_TEXT("2024")));
    char code[EG_CURRENCY_BYTES];
    assert_true(eg_mend_currency(EG_TEXT("gBp"), code));
    assert_string_equal(code, "GBP");
    assert_false(eg_mend_currency(EG_TEXT("GBP"), code) || eg_mend_currency(EG_TEXT("eu"), code));
    assert_false(eg_mend_currency(EG_TEXT("1st"), code) || eg_mend_currency(EG_TEXT(""), code));
}

static struct eg_text day_from_today(int64_t days, char room[EG_DATE_BYTES])
{
    int64_t today = eg_clock_unix_s() / 86400 + eg_calendar_day(1970, 1, 1);
    struct eg_date date = eg_calendar_date(today + days);
    (void)snprintf(room, EG_DATE_BYTES, "%04u-%02u-%02u", date.year % 10000, date.month % 100,
                   date.day % 100);
    return eg_text_from(room);
}

static void tomorrow_is_today_somewhere(void **state)
{
    (void)state;
    char room[EG_DATE_BYTES];
    assert_false(eg_doubt_future(day_from_today(0, room)) || eg_doubt_future(day_from_today(1, room)));
    assert_true(eg_doubt_future(day_from_today(3, room))); /* whichever side of midnight this runs on */
    assert_false(eg_doubt_future(EG_TEXT("")) || eg_doubt_future(EG_TEXT("soon")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_judged_as_rows_are),
        cmocka_unit_test(tables_are_judged_as_rows_are),
        cmocka_unit_test(currencies_are_three_letters_that_stand_for_money),
        cmocka_unit_test(what_can_be_put_right_is),
        cmocka_unit_test(tomorrow_is_today_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
