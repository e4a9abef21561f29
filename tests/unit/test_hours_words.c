/* Hours as people say them, in each language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "base/zone.h"
#include "http/hours_words.h"
#include "support/test_random.h"

#define N_LANGUAGES 4

static const char *const languages[N_LANGUAGES] = {"en", "cy", "es", "pt"};

struct spoken {
    struct eg_locales *locales;
    struct eg_arena *arena;
    struct eg_hours_words words;
};

/* Sunday, 22 November 2026, at that minute. */
static void begin(struct spoken *spoken, const char *language, int32_t minute)
{
    struct eg_error err;
    if (!spoken->locales && eg_locales_new(&spoken->locales, &err) != EG_OK) fail_msg("%s", err.message);
    spoken->arena = eg_arena_new(1U << 20);
    spoken->words = (struct eg_hours_words){
        .locale = eg_locales_choose(spoken->locales, eg_text_from(language), NULL).locale,
        .arena = spoken->arena,
        .now_min = eg_calendar_day(2026, 11, 22) * EG_SCHEDULE_DAY_MINUTES + minute};
}

static void end(struct spoken *spoken)
{
    assert_false(spoken->words.failed);
    eg_arena_free(spoken->arena);
}

static void put(char *into, size_t size, struct eg_text text)
{
    size_t len = strlen(into), n = text.len < size - len - 1 ? text.len : size - len - 1;
    if (n > 0) memcpy(into + len, text.data, n);
    into[len + n] = '\0';
}

/* "when: what | when: what" */
static void say_lines(struct spoken *spoken, const struct eg_schedule *schedules, uint32_t n, char *out,
                      size_t size)
{
    const struct eg_hours_line *lines;
    uint32_t n_lines = eg_hours_lines(&spoken->words, schedules, n, &lines);
    out[0] = '\0';
    for (uint32_t i = 0; i < n_lines; i++) {
        if (i > 0) put(out, size, EG_TEXT(" | "));
        put(out, size, lines[i].when);
        if (lines[i].when.len > 0 && lines[i].what.len > 0) put(out, size, EG_TEXT(": "));
        put(out, size, lines[i].what);
    }
}

/* "9 am" has a blank that does not end a line; here it is written as any other. */
static void check(char *said, const char *wanted, const char *of)
{
    for (char *at; (at = strstr(said, "\xC2\xA0")) != NULL;) {
        *at = ' ';
        memmove(at + 1, at + 2, strlen(at + 2) + 1);
    }
    if (strcmp(said, wanted) != 0) fail_msg("%s\nis     %s\nshould %s", of, said, wanted);
}

static const struct {
    const char *hours, *said[N_LANGUAGES];
} weeks[] = {
    {"Mo-Fr 09:00-17:00",
     {"Monday to Friday: 9 am to 5 pm | Saturday and Sunday: closed",
      "dydd Llun i ddydd Gwener: 9am tan 5pm | dydd Sadwrn a dydd Sul: ar gau",
      "lunes a viernes: de 9:00 a 17:00 | sábado y domingo: cerrado",
      "segunda-feira a sexta-feira: das 9h às 17h | sábado e domingo: fechado"}},
    {"Mo-Su 00:00-24:00",
     {"open all day, every day", "ar agor drwy'r dydd, bob dydd", "abierto las 24 horas, todos los días",
      "aberto 24 horas, todos os dias"}},
    {"24/7",
     {"open all day, every day", "ar agor drwy'r dydd, bob dydd", "abierto las 24 horas, todos los días",
      "aberto 24 horas, todos os dias"}},
    {"09:30-12:00,13:00-16:45",
     {"every day: 9:30 am to noon, 1 pm to 4:45 pm", "bob dydd: 9:30am tan hanner dydd, 1pm tan 4:45pm",
      "todos los días: de 9:30 a 12:00, de 13:00 a 16:45",
      "todos os dias: das 9h30 às 12h, das 13h às 16h45"}},
    {"Mo,We 10:00-12:00; Sa 10:00-13:00",
     {"Monday and Wednesday: 10 am to noon | Saturday: 10 am to 1 pm | Tuesday, Thursday, Friday and Sunday: "
      "closed",
      "dydd Llun a dydd Mercher: 10am tan hanner dydd | dydd Sadwrn: 10am tan 1pm | dydd Mawrth, dydd Iau, "
      "dydd Gwener a dydd Sul: ar gau",
      "lunes y miércoles: de 10:00 a 12:00 | sábado: de 10:00 a 13:00 | martes, jueves, viernes y domingo: "
      "cerrado",
      "segunda-feira e quarta-feira: das 10h às 12h | sábado: das 10h às 13h | terça-feira, quinta-feira, "
      "sexta-feira e domingo: fechado"}},
    {"Fr-Sa 18:00-02:00; Su 01:00-24:00",
     {"Friday and Saturday: 6 pm to 2 am | Sunday: 1 am to midnight | Monday to Thursday: closed",
      "dydd Gwener a dydd Sadwrn: 6pm tan 2am | dydd Sul: 1am tan hanner nos | dydd Llun i ddydd Iau: ar gau",
      "viernes y sábado: de 18:00 a 2:00 | domingo: de 1:00 a 24:00 | lunes a jueves: cerrado",
      "sexta-feira e sábado: das 18h às 2h | domingo: da 1h às 24h | segunda-feira a quinta-feira: fechado"}},
    {"Mo-Th,Su 00:00-24:00; Fr 00:00-01:00",
     {"Monday to Thursday and Sunday: all day | Friday: midnight to 1 am | Saturday: closed",
      "dydd Llun i ddydd Iau a dydd Sul: drwy'r dydd | dydd Gwener: hanner nos tan 1am | dydd Sadwrn: ar gau",
      "lunes a jueves y domingo: las 24 horas | viernes: de 0:00 a 1:00 | sábado: cerrado",
      "segunda-feira a quinta-feira e domingo: 24 horas | sexta-feira: das 0h à 1h | sábado: fechado"}},
    {"We[2] 14:00-16:00",
     {"second Wednesday of the month: 2 pm to 4 pm", "ail ddydd Mercher y mis: 2pm tan 4pm",
      "segundo miércoles del mes: de 14:00 a 16:00", "segunda quarta-feira do mês: das 14h às 16h"}},
    {"Mo 09:00-10:00; Sa[1],Sa[-1] 14:00-16:00",
     {"Monday: 9 am to 10 am | first Saturday of the month and last Saturday of the month: 2 pm to 4 pm | "
      "Tuesday to Friday and Sunday: closed",
      "dydd Llun: 9am tan 10am | dydd Sadwrn cyntaf y mis a dydd Sadwrn olaf y mis: 2pm tan 4pm | dydd "
      "Mawrth i ddydd Gwener a dydd Sul: ar gau",
      "lunes: de 9:00 a 10:00 | primer sábado del mes y último sábado del mes: de 14:00 a 16:00 | martes a "
      "viernes y domingo: cerrado",
      "segunda-feira: das 9h às 10h | primeiro sábado do mês e último sábado do mês: das 14h às 16h | "
      "terça-feira a sexta-feira e domingo: fechado"}},
};

static void weekly_hours_are_said_in_each_language(void **state)
{
    (void)state;
    struct spoken spoken = {0};
    for (size_t i = 0; i < EG_ARRAY_LEN(weeks); i++) {
        struct eg_schedule schedules[EG_SCHEDULE_HOURS_MAX];
        uint32_t n = 0;
        assert_true(eg_schedules_from_hours(eg_text_from(weeks[i].hours), schedules, &n));
        for (int l = 0; l < N_LANGUAGES; l++) {
            char said[1024];
            begin(&spoken, languages[l], 0);
            say_lines(&spoken, schedules, n, said, sizeof said);
            end(&spoken);
            check(said, weeks[i].said[l], weeks[i].hours);
        }
    }
    eg_locales_free(spoken.locales);
}

static struct eg_schedule weekly(uint32_t days, int32_t opens, int32_t closes)
{
    struct eg_schedule schedule = {.freq = EG_SCHEDULE_WEEKLY,
                                   .interval = 1,
                                   .last_day = EG_SCHEDULE_NO_END,
                                   .opens_min = opens,
                                   .closes_min = closes};
    for (int w = 0; w < 7; w++) schedule.byday[w] = days >> w & 1U ? EG_SCHEDULE_EVERY : 0;
    return schedule;
}

static int32_t day_of(uint32_t year, uint32_t month, uint32_t day)
{
    return (int32_t)eg_calendar_day(year, month, day);
}

static void seasons_single_days_and_intervals_are_said_too(void **state)
{
    (void)state;
    struct spoken spoken = {0};
    struct eg_schedule season = weekly(0x3, 600, 720), second = weekly(0x4, 840, EG_SCHEDULE_NO_TIME);
    struct eg_schedule once = {.freq = EG_SCHEDULE_DAILY, .interval = 1, .opens_min = 780, .closes_min = 900};
    struct eg_schedule month = {.freq = EG_SCHEDULE_MONTHLY,
                                .interval = 3,
                                .last_day = EG_SCHEDULE_NO_END,
                                .month_days = 1U << 1 | 1U << 15,
                                .month_days_back = 1U << 1,
                                .opens_min = EG_SCHEDULE_NO_TIME,
                                .closes_min = EG_SCHEDULE_NO_TIME};
    season.first_day = day_of(2026, 12, 1);
    season.last_day = day_of(2027, 2, 28);
    second.interval = 2;
    once.first_day = once.last_day = day_of(2026, 12, 24);
    const struct eg_schedule cases[] = {season, second, once, month};
    static const char *const wanted[N_LANGUAGES] = {
        "Monday and Tuesday, from 1 December 2026, until 28 February 2027: 10 am to noon | Wednesday, every "
        "2 "
        "weeks: from 2 pm | Thursday, 24 December 2026: 1 pm to 3 pm | day 1 of the month, day 15 of the "
        "month "
        "and last day of the month, every 3 months",
        "dydd Llun a dydd Mawrth, o 1 Rhagfyr 2026 ymlaen, tan 28 Chwefror 2027: 10am tan hanner dydd | dydd "
        "Mercher, bob 2 wythnos: o 2pm ymlaen | dydd Iau, 24 Rhagfyr 2026: 1pm tan 3pm | diwrnod 1 o'r mis, "
        "diwrnod 15 o'r mis a diwrnod olaf y mis, bob 3 mis",
        "lunes y martes, desde el 1 de diciembre de 2026, hasta el 28 de febrero de 2027: de 10:00 a 12:00 | "
        "miércoles, cada 2 semanas: desde las 14:00 | jueves, 24 de diciembre de 2026: de 13:00 a 15:00 | "
        "día 1 "
        "del mes, día 15 del mes y último día del mes, cada 3 meses",
        "segunda-feira e terça-feira, a partir de 1 de dezembro de 2026, até 28 de fevereiro de 2027: das "
        "10h "
        "às 12h | quarta-feira, a cada 2 semanas: a partir das 14h | quinta-feira, 24 de dezembro de 2026: "
        "das "
        "13h às 15h | dia 1 do mês, dia 15 do mês e último dia do mês, a cada 3 meses"};
    for (int l = 0; l < N_LANGUAGES; l++) {
        char said[1024];
        begin(&spoken, languages[l], 0);
        say_lines(&spoken, cases, EG_ARRAY_LEN(cases), said, sizeof said);
        end(&spoken);
        check(said, wanted[l], languages[l]);
    }
    eg_locales_free(spoken.locales);
}

static void what_is_past_is_left_out_and_what_has_begun_says_no_beginning(void **state)
{
    (void)state;
    struct spoken spoken = {0};
    char said[256];
    struct eg_schedule rules[] = {weekly(0x1, 540, 600), weekly(0x2, 540, 600), weekly(0x4, 540, 600)};
    rules[0].last_day = day_of(2026, 11, 21);
    rules[1].first_day = day_of(2020, 1, 1);
    rules[2].last_day = day_of(2026, 11, 22);
    begin(&spoken, "en", 0);
    say_lines(&spoken, rules, 3, said, sizeof said);
    check(
        said,
        "Tuesday: 9 am to 10 am | Wednesday, until 22 November 2026: 9 am to 10 am | Monday and Thursday to "
        "Sunday: closed",
        "three seasons");
    say_lines(&spoken, rules, 1, said, sizeof said);
    check(said, "", "nothing but the past");
    end(&spoken);
    assert_true(eg_hours_close_on_holidays(EG_TEXT("Mo-Fr 09:00-17:00; ph OFF")));
    assert_false(eg_hours_close_on_holidays(EG_TEXT("Mo-Fr 09:00-17:00; phone off")));
    eg_locales_free(spoken.locales);
}

static const struct {
    const char *hours;
    int32_t minute; /* of Sunday, 22 November 2026 */
    const char *said[N_LANGUAGES];
} moments[] = {
    {"Mo-Fr 09:00-17:00",
     600,
     {"Closed now, opens tomorrow at 9 am", "Ar gau nawr, yn agor yfory am 9am",
      "Cerrado ahora, abre mañana a las 9:00", "Fechado agora, abre amanhã às 9h"}},
    {"Su 09:00-17:00",
     1019,
     {"Open now, until 5 pm", "Ar agor nawr, tan 5pm", "Abierto ahora, hasta las 17:00",
      "Aberto agora, até às 17h"}},
    {"Su 09:00-17:00",
     539,
     {"Closed now, opens today at 9 am", "Ar gau nawr, yn agor heddiw am 9am",
      "Cerrado ahora, abre hoy a las 9:00", "Fechado agora, abre hoje às 9h"}},
    {"Sa 20:00-01:00",
     30,
     {"Open now, until 1 am", "Ar agor nawr, tan 1am", "Abierto ahora, hasta la 1:00",
      "Aberto agora, até à 1h"}},
    {"Th 01:30-03:00",
     0,
     {"Closed now, opens on Thursday at 1:30 am", "Ar gau nawr, yn agor ddydd Iau am 1:30am",
      "Cerrado ahora, abre el jueves a la 1:30", "Fechado agora, abre quinta-feira à 1h30"}},
    {"Su 00:00-01:00",
     60,
     {"Closed now, opens on 29 November 2026 at midnight",
      "Ar gau nawr, yn agor ar 29 Tachwedd 2026 am hanner nos",
      "Cerrado ahora, abre el 29 de noviembre de 2026 a las 0:00",
      "Fechado agora, abre em 29 de novembro de 2026 às 0h"}},
    {"24/7", 60, {"Open now", "Ar agor nawr", "Abierto ahora", "Aberto agora"}},
    {"Su 09:00-12:00,12:00-24:00; Mo 00:00-06:00",
     600,
     {"Open now, until 6 am", "Ar agor nawr, tan 6am", "Abierto ahora, hasta las 6:00",
      "Aberto agora, até às 6h"}},
};

static void whether_it_is_open_now_is_said_in_each_language(void **state)
{
    (void)state;
    struct spoken spoken = {0};
    for (size_t i = 0; i < EG_ARRAY_LEN(moments); i++) {
        struct eg_schedule schedules[EG_SCHEDULE_HOURS_MAX];
        uint32_t n = 0;
        assert_true(eg_schedules_from_hours(eg_text_from(moments[i].hours), schedules, &n));
        for (int l = 0; l < N_LANGUAGES; l++) {
            char said[256] = "";
            begin(&spoken, languages[l], moments[i].minute);
            put(said, sizeof said, eg_hours_now(&spoken.words, schedules, n));
            end(&spoken);
            check(said, moments[i].said[l], moments[i].hours);
        }
    }
    eg_locales_free(spoken.locales);
}

static void check_event(struct spoken *spoken, const char *start, const char *last, enum eg_event_is is,
                        const char *wanted)
{
    struct eg_schedule schedule;
    struct eg_text text = {0};
    char said[256] = "";
    assert_true(eg_schedule_from_dates(eg_text_from(start), eg_text_from(last), &schedule));
    assert_int_equal(eg_hours_event(&spoken->words, &schedule, 1, &text), is);
    put(said, sizeof said, text);
    check(said, wanted, start);
}

static void an_event_says_its_next_date_or_that_it_is_over(void **state)
{
    (void)state;
    struct spoken spoken = {0};
    struct eg_text text = {0};
    begin(&spoken, "en", 600);
    assert_int_equal(eg_hours_event(&spoken.words, NULL, 0, &text), EG_EVENT_UNKNOWN);
    check_event(&spoken, "2026-11-24T10:00:00", "2026-11-24T12:00:00", EG_EVENT_NEXT,
                "Tuesday, 24 November 2026, 10 am to noon");
    check_event(&spoken, "2026-11-22T09:00:00", "2026-11-22T12:00:00", EG_EVENT_NOW, "On now, until noon");
    check_event(&spoken, "2026-11-22", "", EG_EVENT_NEXT, "Sunday, 22 November 2026");
    check_event(&spoken, "2026-11-21", "2026-11-21", EG_EVENT_OVER, "Over: no further date");
    end(&spoken);
    begin(&spoken, "es", 600);
    check_event(&spoken, "2026-11-24T10:00:00", "2026-11-24T12:00:00", EG_EVENT_NEXT,
                "martes, 24 de noviembre de 2026, de 10:00 a 12:00");
    end(&spoken);
    eg_locales_free(spoken.locales);
}

/* Against the minutes themselves: it says open just when some schedule is. */
static void it_is_said_to_be_open_just_when_it_is(void **state)
{
    (void)state;
    struct spoken spoken = {0};
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < 300; round++) {
        struct eg_schedule rules[3];
        uint32_t n = 1 + eg_test_random_below(&random, 3);
        for (uint32_t i = 0; i < n; i++) {
            int32_t opens = (int32_t)eg_test_random_below(&random, 48) * 30;
            rules[i] = weekly(eg_test_random_below(&random, 128), opens,
                              opens + 30 + (int32_t)eg_test_random_below(&random, 47) * 30);
        }
        int32_t minute = (int32_t)eg_test_random_below(&random, EG_SCHEDULE_DAY_MINUTES);
        begin(&spoken, "en", minute);
        struct eg_text said = eg_hours_now(&spoken.words, rules, n);
        bool is_open = eg_schedules_are_open(rules, n, eg_calendar_day(2026, 11, 22), minute);
        assert_int_equal(eg_text_starts_with(said, EG_TEXT("Open now")), is_open);
        const struct eg_hours_line *lines;
        assert_true(eg_hours_lines(&spoken.words, rules, n, &lines) <= 8);
        end(&spoken);
    }
    eg_locales_free(spoken.locales);
}

static void without_a_zone_it_is_now_by_utc(void **state)
{
    (void)state;
    struct eg_zone *utc = NULL;
    assert_int_equal(eg_zone_open(EG_TEXT("UTC"), &utc, NULL), EG_OK);
    int64_t before = eg_hours_now_min(utc), now = eg_hours_now_min(NULL), after = eg_hours_now_min(utc);
    assert_true(before <= now && now <= after);
    eg_zone_close(utc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weekly_hours_are_said_in_each_language),
        cmocka_unit_test(seasons_single_days_and_intervals_are_said_too),
        cmocka_unit_test(what_is_past_is_left_out_and_what_has_begun_says_no_beginning),
        cmocka_unit_test(whether_it_is_open_now_is_said_in_each_language),
        cmocka_unit_test(an_event_says_its_next_date_or_that_it_is_over),
        cmocka_unit_test(it_is_said_to_be_open_just_when_it_is),
        cmocka_unit_test(without_a_zone_it_is_now_by_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
