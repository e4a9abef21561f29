/* Two documents of an entry side by side: a table with a row for what differs, in words (admin_words.c). Hours are compared as a whole, since
 * one schedule of them says little by itself. */
#include "base/json.h"
#include "http/admin_parts.h"

#define MOST_SHOWN 2000U /* bytes of a value: longer ones nobody compares by eye */

static const char *const kinds[] = {"changed", "added", "removed", "reordered"};

/* What differs and holds parts of its own comes as JSON: polygons, and the lists that a place has. */
static bool has_parts(const struct eg_document_difference *item)
{
    static const char *const lists[] = {"accessibility", "phones", "contacts", "schedules", "languages"};
    bool is_place = eg_text_equal(item->member, EG_TEXT("location")) ||
                    eg_text_equal(item->member, EG_TEXT("other_locations"));
    bool has = item->kind == EG_DIFFERENCE_REORDERED || eg_text_equal(item->part, EG_TEXT("extent"));
    for (size_t i = 0; i < EG_ARRAY_LEN(lists) && is_place; i++)
        has |= eg_text_equal(item->part, eg_text_from(lists[i]));
    return has;
}

static struct eg_text words_of(struct eg_admin_page *page, const struct eg_document_difference *item,
                               struct eg_text text)
{
    struct eg_json *json = NULL;
    if (!has_parts(item) || text.len == 0 || eg_json_parse(text, &json, NULL) != EG_OK)
        return eg_admin_say_text(page, item->part.len > 0 ? item->part : item->member, text);
    struct eg_text words =
        eg_admin_keep(page, eg_admin_say(page, item->member, item->part, eg_json_root(json)));
    eg_json_free(json);
    return words;
}

static void write_value(struct eg_admin_page *page, struct eg_text value)
{
    struct eg_html *html = &page->html;
    size_t shown = eg_text_shown(value, MOST_SHOWN);
    eg_admin_data(page, "div", (struct eg_text){value.data, shown}, "not stated");
    if (shown == value.len) return;
    eg_html_open(html, "p");
    eg_html_text_format(html, "... and %zu bytes more", value.len - shown);
    eg_html_close(html);
}

/* Of an item that came or went, what it says: each part with its name. */
static void write_side(struct eg_admin_page *page, const struct eg_document_difference *items, uint32_t n,
                       bool is_after)
{
    struct eg_html *html = &page->html;
    bool is_empty = items->kind == (is_after ? EG_DIFFERENCE_REMOVED : EG_DIFFERENCE_ADDED);
    eg_html_open(html, "td");
    if (is_empty) write_value(page, (struct eg_text){0});
    for (uint32_t i = 0; i < n && !is_empty; i++) {
        if (n > 1 && eg_text_equal(items[i].part, EG_TEXT("id"))) continue; /* says nothing to people */
        if (n > 1 && items[i].part.len > 0) {
            eg_admin_open(page, "p", "part");
            eg_html_text(html, eg_admin_label(page, items->member, items[i].part));
            eg_html_text(html, EG_TEXT(":"));
            eg_html_close(html);
        }
        write_value(page, words_of(page, &items[i], is_after ? items[i].after : items[i].before));
    }
    eg_html_close(html);
}

/* --- rows ------------------------------------------------------------------------------------------------------------------ */

static void open_head(struct eg_admin_page *page)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "tbody");
    eg_html_open(html, "tr");
    eg_html_open(html, "th");
    eg_html_attribute(html, "colspan", EG_TEXT("2"));
    eg_html_attribute(html, "scope", EG_TEXT("rowgroup"));
}

static void close_head(struct eg_admin_page *page, enum eg_difference_kind kind)
{
    struct eg_html *html = &page->html;
    eg_html_text(html, EG_TEXT(" "));
    eg_admin_open(page, "span", "kind");
    eg_html_attribute(html, "data-kind", eg_text_from(kinds[kind]));
    eg_html_text(html, eg_text_from(kinds[kind]));
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_difference(struct eg_admin_page *page, const struct eg_document_difference *items,
                             uint32_t n)
{
    struct eg_html *html = &page->html;
    bool is_item = items->item.len > 0;
    struct eg_text says = items->kind == EG_DIFFERENCE_REMOVED ? items->before : items->after;
    bool names_part = n == 1 && items->part.len > 0 && !eg_text_equal(says, items->item);
    char room[EG_ADMIN_WORD_BYTES];
    open_head(page);
    if (is_item) {
        eg_html_text(html, eg_text_from(eg_admin_word(items->member, room)));
        eg_html_text(html, EG_TEXT(" "));
        eg_html_leaf(html, "bdi", (struct eg_text){items->item.data, eg_text_shown(items->item, 80)});
        if (names_part) eg_html_text(html, EG_TEXT(", "));
    }
    if (!is_item || names_part) eg_html_text(html, eg_admin_label(page, items->member, items->part));
    close_head(page, items->kind);
    eg_html_open(html, "tr");
    write_side(page, items, n, false);
    write_side(page, items, n, true);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_hours(struct eg_admin_page *page, struct eg_text before, struct eg_text after)
{
    struct eg_html *html = &page->html;
    open_head(page);
    eg_html_text(html, EG_TEXT("Hours"));
    close_head(page, before.len == 0  ? EG_DIFFERENCE_ADDED
                     : after.len == 0 ? EG_DIFFERENCE_REMOVED
                                      : EG_DIFFERENCE_CHANGED);
    eg_html_open(html, "tr");
    const struct eg_text sides[] = {before, after};
    for (size_t i = 0; i < EG_ARRAY_LEN(sides); i++) {
        eg_html_open(html, "td");
        write_value(page, sides[i]);
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
}

/* --- the table ------------------------------------------------------------------------------------------------------------- */

static void open_table(struct eg_admin_page *page, const char *caption)
{
    static const char *const columns[] = {"before", "after"};
    struct eg_html *html = &page->html;
    eg_admin_open(page, "table", "diff");
    eg_admin_leaf(page, "caption", caption);
    eg_html_open(html, "thead");
    eg_html_open(html, "tr");
    for (size_t i = 0; i < EG_ARRAY_LEN(columns); i++) {
        eg_html_open(html, "th");
        eg_html_attribute(html, "scope", EG_TEXT("col"));
        eg_html_text(html, eg_text_from(columns[i]));
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
}

/* How many from here on are of one item that came or went: they make one row. */
static uint32_t count_row(const struct eg_document_diff *diff, uint32_t i)
{
    const struct eg_document_difference *first = &diff->items[i];
    uint32_t n = 1;
    while (first->item.len > 0 && first->kind != EG_DIFFERENCE_CHANGED && i + n < diff->n &&
           first[n].group == first->group)
        n++;
    return n;
}

void eg_admin_compare(struct eg_admin_page *page, const struct eg_json_value *before,
                      const struct eg_json_value *after, const char *caption)
{
    static const char schedules[] = "schedules";
    struct eg_document_diff diff;
    if (eg_document_diff(before, after, page->arena, &diff, NULL) != EG_OK) {
        eg_admin_leaf(page, "p", "It is too large to be compared.");
        return;
    }
    if (diff.n == 0) {
        eg_admin_leaf(page, "p", "Nothing differs.");
        return;
    }
    struct eg_text hours = eg_admin_hours(page, eg_json_get(before, schedules)),
                   other_hours = eg_admin_hours(page, eg_json_get(after, schedules));
    bool says_hours = !eg_text_equal(hours, other_hours), is_said = false;
    open_table(page, caption);
    for (uint32_t i = 0, n; i < diff.n; i += n) {
        bool of_hours = says_hours && eg_text_equal(diff.items[i].member, eg_text_from(schedules));
        n = count_row(&diff, i);
        if (!of_hours) write_difference(page, &diff.items[i], n);
        else if (!is_said) write_hours(page, hours, other_hours);
        is_said |= of_hours;
    }
    eg_html_close(&page->html);
}

void eg_admin_lost_phones(struct eg_admin_page *page, const struct eg_text *numbers, size_t n)
{
    if (n == 0) return;
    eg_admin_open(page, "p", "notice");
    eg_html_text(&page->html, EG_TEXT("Removed with the contact whose telephone it was: "));
    for (size_t i = 0; i < n; i++) {
        if (i > 0) eg_html_text(&page->html, EG_TEXT(", "));
        eg_html_leaf(&page->html, "bdi", numbers[i]);
    }
    eg_html_close(&page->html);
}
