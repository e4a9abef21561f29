#include "http/kvp.h"

struct eg_kvp eg_kvp_from_target(const struct eg_target *target)
{
    return (struct eg_kvp){target->parameters, target->n_parameters};
}

enum eg_status eg_kvp_from_form(char *body, size_t len, struct eg_parameter pairs[EG_TARGET_PARAMETERS],
                                struct eg_kvp *kvp_out, struct eg_error *err)
{
    uint32_t n = 0;
    if (len > EG_KVP_FORM_BYTES) {
        eg_error_set(err, EG_LIMIT, "the form has more than %u bytes", EG_KVP_FORM_BYTES);
        eg_error_field(err, "body");
        return EG_LIMIT;
    }
    struct eg_parameter_room room = {pairs, EG_TARGET_PARAMETERS};
    enum eg_status status = len == 0 ? EG_OK : eg_parameters_parse(body, len, "body", &room, &n, err);
    if (status == EG_OK) *kvp_out = (struct eg_kvp){pairs, n};
    return status;
}

static const struct eg_parameter *next_named(const struct eg_kvp *kvp, const char *name, uint32_t from)
{
    struct eg_text wanted = eg_text_from(name);
    for (uint32_t i = from; i < kvp->n; i++)
        if (eg_text_equal_any_case(kvp->pairs[i].name, wanted)) return &kvp->pairs[i];
    return NULL;
}

bool eg_kvp_has(const struct eg_kvp *kvp, const char *name)
{
    return next_named(kvp, name, 0) != NULL;
}

enum eg_status eg_kvp_text(const struct eg_kvp *kvp, const char *name, struct eg_text *value_out,
                           struct eg_error *err)
{
    const struct eg_parameter *first = next_named(kvp, name, 0);
    if (!first) return EG_OK;
    const struct eg_parameter *other = first;
    while ((other = next_named(kvp, name, (uint32_t)(other - kvp->pairs) + 1))) {
        if (eg_text_equal(first->value, other->value)) continue;
        eg_error_set(err, EG_INVALID, "%s is given with two values; give it once", name);
        eg_error_field(err, name);
        return EG_INVALID;
    }
    if (first->value.len > 0) *value_out = first->value;
    return EG_OK;
}

enum eg_status eg_kvp_bool(const struct eg_kvp *kvp, const char *name, bool *value_out, struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_kvp_text(kvp, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    if (eg_text_equal_any_case(value, EG_TEXT("true"))) value = EG_TEXT("true");
    if (eg_text_equal_any_case(value, EG_TEXT("false"))) value = EG_TEXT("false");
    return eg_parameter_bool(name, value, value_out, err);
}

enum eg_status eg_kvp_u32(const struct eg_kvp *kvp, const char *name, struct eg_u32_range range,
                          uint32_t *value_out, struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_kvp_text(kvp, name, &value, err);
    return status == EG_OK && value.len > 0 ? eg_parameter_u32(name, value, range, value_out, err) : status;
}

enum eg_status eg_kvp_double(const struct eg_kvp *kvp, const char *name, struct eg_double_range range,
                             bool *has_out, double *value_out, struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_kvp_text(kvp, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    status = eg_parameter_double(name, value, range, value_out, err);
    if (status == EG_OK && has_out) *has_out = true;
    return status;
}

enum eg_status eg_kvp_numbers(const struct eg_kvp *kvp, const char *name, uint32_t n, bool *has_out,
                              double *numbers_out, struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_kvp_text(kvp, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    status = eg_parameter_numbers(name, value, n, numbers_out, err);
    if (status == EG_OK && has_out) *has_out = true;
    return status;
}

enum eg_status eg_kvp_list(const struct eg_kvp *kvp, const char *name, struct eg_text_list *list,
                           struct eg_error *err)
{
    struct eg_text rest = {0};
    uint32_t n = 0;
    enum eg_status status = eg_kvp_text(kvp, name, &rest, err);
    if (status != EG_OK) return status;
    while (rest.data) {
        struct eg_text item;
        rest = eg_text_cut(rest, ',', &item);
        if (n == list->most) {
            eg_error_set(err, EG_LIMIT, "%s names more than %u", name, list->most);
            eg_error_field(err, name);
            return EG_LIMIT;
        }
        list->items[n++] = item;
    }
    list->n = n;
    return EG_OK;
}
