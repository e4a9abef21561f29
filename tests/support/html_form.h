/* What a browser would send of a page's form: the controls of HTML that http/html.h wrote, with the values that they show. */
#ifndef EG_TESTS_SUPPORT_HTML_FORM_H
#define EG_TESTS_SUPPORT_HTML_FORM_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/text.h"

struct eg_test_form {
    struct {
        char *name, *value;
    } * items; /* [n] */
    unsigned n;
};

/* Reads inputs, selects and textareas in their order; line breaks are sent as CR LF. Fails the running test for HTML that it cannot read. */
void eg_test_form_read(struct eg_text html, struct eg_test_form *form_out);
void eg_test_form_clear(struct eg_test_form *form);

/* NULL when the form has no control of the name. */
const char *eg_test_form_value(const struct eg_test_form *form, const char *name);
/* Types a text into a control, or adds one that the form does not have. */
void eg_test_form_type(struct eg_test_form *form, const char *name, const char *value);
/* Appends it as application/x-www-form-urlencoded. */
void eg_test_form_send(const struct eg_test_form *form, struct eg_buffer *out);

#endif
