#include "http/parameter.h"

static enum eg_status wrong(struct eg_error *err, const char *name, struct eg_text value, const char *wanted)
{
    eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be %s", name, EG_TEXT_SHOWN(value, 100), wanted);
    eg_error_field(err, name);
    return EG_INVALID;
}

enum eg_status eg_parameter_bool(const char *name, struct eg_text value, bool *value_out,
                                 struct eg_error *err)
{
    bool yes = eg_text_equal(value, EG_TEXT("true"));
    if (!yes && !eg_text_equal(value, EG_TEXT("false"))) return wrong(err, name, value, "true or false");
    *value_out = yes;
    return EG_OK;
}

enum eg_status eg_parameter_u32(const char *name, struct eg_text value, struct eg_u32_range range,
                                uint32_t *value_out, struct eg_error *err)
{
    uint32_t number = 0;
    if (!eg_text_is_digits(value)) return wrong(err, name, value, "a whole number");
    if (!eg_text_to_u32(value, &number) || number < range.least || number > range.most) {
        eg_error_set(err, EG_INVALID, "%s is %.*s; it must be %u to %u", name, EG_TEXT_SHOWN(value, 40),
                     range.least, range.most);
        eg_error_field(err, name);
        return EG_INVALID;
    }
    *value_out = number;
    return EG_OK;
}

bool eg_parameter_digits(struct eg_text value, uint32_t *number_out)
{
    if (!eg_text_is_digits(value)) return false;
    if (!eg_text_to_u32(value, number_out)) *number_out = UINT32_MAX;
    return true;
}

enum eg_status eg_parameter_double(const char *name, struct eg_text value, struct eg_double_range range,
                                   double *value_out, struct eg_error *err)
{
    double number = 0;
    if (!eg_text_to_double(value, &number)) return wrong(err, name, value, "a number such as 2.5");
    if (number < range.least || number > range.most) {
        eg_error_set(err, EG_INVALID, "%s is %.10g; it must be %.10g to %.10g", name, number, range.least,
                     range.most);
        eg_error_field(err, name);
        return EG_INVALID;
    }
    *value_out = number;
    return EG_OK;
}

/* Exactly n numbers between commas. */
static bool parse_numbers(struct eg_text text, uint32_t n, double *numbers)
{
    struct eg_text rest = text;
    for (uint32_t i = 0; i < n; i++) {
        struct eg_text head;
        if (i > 0 && !rest.data) return false;
        rest = eg_text_cut(rest, ',', &head);
        if (!eg_text_to_double(eg_text_trim(head), &numbers[i])) return false;
    }
    return rest.data == NULL;
}

enum eg_status eg_parameter_numbers(const char *name, struct eg_text value, uint32_t n, double *numbers_out,
                                    struct eg_error *err)
{
    double numbers[EG_PARAMETER_NUMBERS];
    EG_ASSERT(n <= EG_PARAMETER_NUMBERS);
    if (!parse_numbers(value, n, numbers)) {
        eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be %u numbers with commas between them", name,
                     EG_TEXT_SHOWN(value, 100), n);
        eg_error_field(err, name);
        return EG_INVALID;
    }
    for (uint32_t i = 0; i < n; i++) numbers_out[i] = numbers[i];
    return EG_OK;
}

static bool is_position(double lon_deg, double lat_deg)
{
    return lon_deg >= -180 && lon_deg <= 180 && lat_deg >= -90 && lat_deg <= 90;
}

enum eg_status eg_parameter_position(const char *name, struct eg_text value, struct eg_position *position_out,
                                     struct eg_error *err)
{
    double n[2];
    if (!parse_numbers(value, 2, n) || !is_position(n[0], n[1]))
        return wrong(err, name, value, "longitude,latitude in degrees, such as -0.9,52.24");
    *position_out = (struct eg_position){n[0], n[1]};
    return EG_OK;
}

enum eg_status eg_parameter_bbox(const char *name, struct eg_text value, struct eg_bounds *bounds_out,
                                 struct eg_error *err)
{
    double n[4];
    if (!parse_numbers(value, 4, n) || !is_position(n[0], n[1]) || !is_position(n[2], n[3]) || n[1] > n[3])
        return wrong(err, name, value,
                     "west,south,east,north in degrees with south <= north, such as -1.4,51.9,-0.3,52.7");
    *bounds_out = (struct eg_bounds){.min_x = n[0], .min_y = n[1], .max_x = n[2], .max_y = n[3]};
    return EG_OK;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool eg_parameter_hex(struct eg_text digits, uint32_t *value_out)
{
    uint32_t value = 0;
    if (digits.len < 1 || digits.len > 8) return false;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = digit_of(digits.data[i]);
        if (digit < 0) return false;
        value = value << 4 | (uint32_t)digit;
    }
    *value_out = value;
    return true;
}
