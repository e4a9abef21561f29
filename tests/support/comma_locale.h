/* A locale whose decimal point is a comma: numbers in our texts must not change under it. */
#ifndef EG_TESTS_SUPPORT_COMMA_LOCALE_H
#define EG_TESTS_SUPPORT_COMMA_LOCALE_H

/* Switches the whole process to such a locale, making one below build/ with localedef when none is installed; when that
 * fails too, prints why and skips the running cmocka test. Switch back with eg_test_plain_locale. */
void eg_test_comma_locale_or_skip(void);
void eg_test_plain_locale(void);

#endif
