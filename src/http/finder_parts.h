/* Private to the public finder's pages: what they are written with. */
#ifndef EG_HTTP_FINDER_PARTS_H
#define EG_HTTP_FINDER_PARTS_H

#include "base/arena.h"
#include "http/exchange.h"
#include "http/finder.h"
#include "http/html.h"

/* A page under way. */
struct eg_finder_page {
    struct eg_exchange *exchange;
    const struct eg_finder_request *wanted;
    struct eg_snapshot *snapshot; /* NULL before the first load */
    const struct eg_locale *locale;
    struct eg_text data_language; /* of what is written of data, see eg_finder_speaks */
    struct eg_text base_url;
    struct eg_html html;
    struct eg_arena *arena;       /* of addresses */
    struct eg_text told;          /* before the title in the head: "Error: ", "food · Page 2 of 3 · " */
    const struct eg_entry *named; /* whose name is the heading; NULL: the heading is ours */
    const char
        *form; /* the id of a form that is filled in: another language keeps what is in it; NULL: none */
};

/* finder_frame.c: everything around the content, and small things that all pages are made of. */

EG_MUST_CHECK enum eg_status eg_finder_page_init(struct eg_finder_page *page, struct eg_exchange *exchange,
                                                 const struct eg_finder_request *wanted, uint32_t depth,
                                                 struct eg_error *err);
void eg_finder_page_clear(struct eg_finder_page *page);
/* Up to the heading; ends inside <main>. `skip_to` is an id; texts of keys are of the catalogue. */
void eg_finder_begin(struct eg_finder_page *page, struct eg_text title, const char *skip_to,
                     const char *skip_key);
/* Closes the page and makes the answer. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_finder_finish(struct eg_finder_page *page, unsigned http_status,
                                              struct eg_answer **answer_out, struct eg_error *err);

void eg_finder_say(struct eg_finder_page *page, const char *key);
/* With one placeholder. */
void eg_finder_say_with(struct eg_finder_page *page, const char *key, const char *name, struct eg_text value);
void eg_finder_say_number(struct eg_finder_page *page, const char *key, uint64_t number); /* {n} */
/* <element>text of key</element> */
void eg_finder_leaf(struct eg_finder_page *page, const char *element, const char *key);
void eg_finder_open(struct eg_finder_page *page, const char *element, const char *class_name); /* a class */
/* Text from data, whose direction and language are its own. */
void eg_finder_data(struct eg_finder_page *page, const char *element, struct eg_text text);
/* Text of ours made of words and numbers that may run either way. */
void eg_finder_own(struct eg_finder_page *page, const char *element, struct eg_text text);
/* From here on data are in the language of the entry's directory; NULL: of the atlas. */
void eg_finder_speaks(struct eg_finder_page *page, const struct eg_entry *entry);
/* From here on they are in that of the directories whose entries have the term; unmarked where these differ in it. */
void eg_finder_speaks_of(struct eg_finder_page *page, enum eg_facet_kind facet, struct eg_text term);
/* Attributes of an element that holds data: its direction; its language where it is not the page's (WCAG 3.1.2). */
void eg_finder_mark_data(struct eg_finder_page *page);
/* With one placeholder that holds data, and perhaps others of ours. */
void eg_finder_say_of(struct eg_finder_page *page, const char *key, struct eg_placeholder data,
                      const struct eg_placeholder *fills, uint32_t n_fills);
void eg_finder_kind(struct eg_finder_page *page, enum eg_entry_kind kind);
/* Terms such as topics, with a comma between; underscores are shown as blanks. */
void eg_finder_terms(struct eg_finder_page *page, const struct eg_text *terms, uint32_t n);
void eg_finder_term(struct eg_finder_page *page, struct eg_text term);
/* "32,452 GBP"; without a currency the number alone. */
void eg_finder_money(struct eg_finder_page *page, struct eg_text amount, struct eg_text currency);
/* "tel:" where there are digits enough, else the text alone; `mailto:` where it is an address. An extension is dialled, not written. */
void eg_finder_phone(struct eg_finder_page *page, struct eg_text phone, struct eg_text extension);
void eg_finder_email(struct eg_finder_page *page, struct eg_text email);
void eg_finder_map(struct eg_finder_page *page, const char *label_key, struct eg_text features);
/* One to point at: it fills in the degrees of the form of an entry. */
void eg_finder_pick_map(struct eg_finder_page *page);

/* Addresses, absolute; of the page's arena. */
enum eg_finder_keep {
    EG_FINDER_KEEP_ALL,
    EG_FINDER_KEEP_MANNER /* language and embedding */
};
/* `path` below the server's root, with what is kept but for `without` (NULL: none), and with name=value (NULL: none). */
struct eg_text eg_finder_url(struct eg_finder_page *page, const char *path, enum eg_finder_keep keep,
                             const char *without, const char *name, struct eg_text value);

/* finder.c */

/* What every page needs, from its address; `kept` is filled in. */
EG_MUST_CHECK enum eg_status eg_finder_read_manner(struct eg_exchange *exchange,
                                                   const struct eg_target *target, struct eg_error *err);
/* "1" or "true", "0" or absent. */
EG_MUST_CHECK enum eg_status eg_finder_read_flag(const struct eg_target *target, const char *name,
                                                 bool *value_out, struct eg_error *err);
/* A page that says what is wrong: the text of a key, wanted->problem, and the search form to go on from. `http_status` 0: as the problem. */
EG_MUST_CHECK enum eg_status eg_finder_make_problem(struct eg_exchange *exchange, const char *key,
                                                    unsigned http_status, struct eg_answer **answer_out,
                                                    struct eg_error *err);

/* suggest_page.c: a link to the form; nothing unless the atlas has a store and, given an entry, it is of the store. */
void eg_finder_suggest_link(struct eg_finder_page *page, const struct eg_entry *entry);

/* finder_form.c: the search form, from what was asked for. */
void eg_finder_form(struct eg_finder_page *page);
/* What the form calls a filter by a word of the directory; NULL: it has no such chooser. */
const char *eg_finder_chooser_key(enum eg_facet_kind facet);

/* finder_place.c: the place that was typed. */
#define EG_FINDER_PLACES 7U
struct eg_finder_place {
    bool found; /* it is hits[0]; others could be meant, too */
    struct eg_place_hit
        hits[EG_FINDER_PLACES]; /* [n] without one that is found, those that are called much like it */
    uint32_t n;
};
struct eg_finder_found;
/* Looks for it, and asks near it or, where that is wanted, for what serves it. */
EG_MUST_CHECK enum eg_status eg_finder_find_place(const struct eg_finder_page *page,
                                                  struct eg_finder_found *found, struct eg_error *err);
/* " · in Ashport": where something is that has no address, if the atlas has an area there. */
void eg_finder_ground(struct eg_finder_page *page, double lon_deg, double lat_deg);
struct eg_text eg_finder_place_name(struct eg_finder_page *page, struct eg_found_place place);
/* A list of links to all but the one that is found, under a sentence; nothing without them. */
void eg_finder_other_places(struct eg_finder_page *page, const char *key,
                            const struct eg_finder_place *place);

/* finder_list.c */
struct eg_finder_found {
    struct eg_coalitions_request request; /* with the place resolved */
    struct eg_directory_result result;
    struct eg_finder_place place;
    char serves[160]; /* a position: what request.serves points into */
    char area[160];   /* of the place: what request.serves and request.near_area point into */
};
/* Looks the place up and searches. */
EG_MUST_CHECK enum eg_status eg_finder_search(struct eg_finder_page *page, struct eg_finder_found *found_out,
                                              struct eg_error *err);
/* What was searched for, and which page it is, for the head: tabs and histories tell one search from another. */
void eg_finder_tell_search(struct eg_finder_page *page, const struct eg_finder_found *found);
void eg_finder_results(struct eg_finder_page *page, struct eg_finder_found *found);

/* finder_sheet.c: above the list for printing: the way back, what was searched for, and of which day it is. */
void eg_finder_sheet_top(struct eg_finder_page *page);
/* A button that prints the page, where there is a script. */
void eg_finder_print_button(struct eg_finder_page *page);

/* finder_served.c: the content of the section about whom it serves: the areas by name, and what is known of them together. */
void eg_finder_served(struct eg_finder_page *page, const struct eg_entry *entry);

/* finder_ways.c: whom to ask, of what is public. */
#define EG_FINDER_ROWS 50U
struct eg_record;
struct eg_finder_rows {
    const struct eg_record *at[EG_FINDER_ROWS]; /* [n] */
    uint32_t n;
    bool of_organisation; /* the entry has none of its own */
};
struct eg_finder_ways {
    const struct eg_entry *entry;
    struct eg_finder_rows phones, people; /* none for an entry of another directory than the store */
};
/* What a store says of an entry; NULL for an entry of another directory. */
const struct eg_record *eg_finder_service(const struct eg_finder_page *page, const struct eg_entry *entry);
struct eg_finder_ways eg_finder_ways_of(const struct eg_finder_page *page, const struct eg_entry *entry);
/* Facts of a list. */
void eg_finder_phones(struct eg_finder_page *page, const struct eg_finder_ways *ways);
void eg_finder_phone_fact(struct eg_finder_page *page, const struct eg_record *phone,
                          struct eg_text organisation); /* whose it is; may be empty */
void eg_finder_people(struct eg_finder_page *page, const struct eg_finder_ways *ways);
/* The number that stands for the entry in a list, after `before`; one to speak to before a fax. Whether there is one. */
bool eg_finder_main_phone(struct eg_finder_page *page, const struct eg_entry *entry, const char *before);

/* finder_more.c: what only a store's records say of an entry, and what hangs on them; nothing where there is nothing. The document is
 * without what is private; NULL for an entry of another directory, or when memory is refused. Free with eg_json_free. */
struct eg_json *eg_finder_document(struct eg_finder_page *page, const struct eg_entry *entry);
void eg_finder_alert(struct eg_finder_page *page, struct eg_json *document);
/* Conditions, costs, what to bring. */
void eg_finder_more_about(struct eg_finder_page *page, const struct eg_entry *entry,
                          struct eg_json *document);

/* One of HSDS's words for whether it goes on, in the page's language; any other text as it is. */
void eg_finder_status(struct eg_finder_page *page, struct eg_text status);
/* A mark for what is closed, for now or for good; nothing for anything else. */
void eg_finder_out_of_service(struct eg_finder_page *page, struct eg_text status);

/* finder_when.c: a section with the hours; a line that tells of this moment ("Open now, until 5 pm") or of an event's next date. Nothing
 * where nothing is known. */
void eg_finder_hours(struct eg_finder_page *page, const struct eg_entry *entry);
/* As eg_calendar_day, by the atlas's time zone. Of a page with a snapshot. */
int64_t eg_finder_today(const struct eg_finder_page *page);
void eg_finder_moment(struct eg_finder_page *page, const struct eg_entry *entry);
/* The lines of its hours, for the list on paper. */
void eg_finder_hours_printed(struct eg_finder_page *page, const struct eg_entry *entry);

/* finder_reach.c: where it is, with the map: of several places each, with what is known of it alone. */
void eg_finder_reach(struct eg_finder_page *page, const struct eg_entry *entry);
/* What one of its places is called ("Town Hall"); empty where nobody says more than the entry's name or the address. */
struct eg_text eg_finder_place_title(const struct eg_finder_page *page, const struct eg_entry *entry,
                                     const struct eg_entry_place *place);
/* finder_when.c: the hours of one place, as a fact of a list, from rows[n] of schedules. */
void eg_finder_hours_at(struct eg_finder_page *page, const struct eg_record *const *rows, uint32_t n);

/* finder_entry.c */
/* A section with its heading's id and text, to be closed by eg_html_close. */
void eg_finder_begin_section(struct eg_finder_page *page, const char *id, const char *key);
/* A term and its description in a list of such (dl). */
void eg_finder_begin_fact(struct eg_finder_page *page, const char *key);
void eg_finder_end_fact(struct eg_finder_page *page);
void eg_finder_fact(struct eg_finder_page *page, const char *key,
                    struct eg_text value); /* nothing when empty */
void eg_finder_entry(struct eg_finder_page *page, const struct eg_entry *entry);

#endif
