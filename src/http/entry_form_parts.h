/* Shared by writing and reading the form of an entry: which controls it has. */
#ifndef EG_HTTP_ENTRY_FORM_PARTS_H
#define EG_HTTP_ENTRY_FORM_PARTS_H

#include "data/entry_document_parts.h"
#include "data/schedule.h"
#include "directory/directory.h"
#include "http/entry_form_places.h"

/* entry_form_fields.c: which there are. */

enum {
    EG_FORM_PUBLIC = 1,   /* the public's form has it, too */
    EG_FORM_LONG = 2,     /* several lines */
    EG_FORM_HINT = 4,     /* the catalogue has "form.<path>.hint" */
    EG_FORM_NEVER = 8,    /* no form shows it */
    EG_FORM_FOLLOWS = 16, /* goes when the first member of its item changes, where it was not sent */
    EG_FORM_OF_FIRST =
        32 /* of the first of several places alone: shown where there are others, or it is said */
};

/* An object of the document: a list's items, "organisation", "location" (of two parts, and what it has of its own), an item of
 * "other_locations" (the same, and what is accessible there, which is a list in the document and one text here), or the document itself
 * (name ""). */
struct eg_form_part {
    const char *name;
    const char *path; /* of its texts in the catalogue: other locations are called as the first */
    const struct eg_document_part *members[4]; /* those after the first may be NULL */
    bool is_list;
};
enum { EG_FORM_N_PARTS = 4 + EG_DOCUMENT_N_LISTS };
/* In the order of a document. */
struct eg_form_part eg_form_part_at(uint32_t i);
/* False when there is none of this name. */
bool eg_form_part_named(struct eg_text name, struct eg_form_part *part_out);

struct eg_form_member {
    const char *name;
    const struct eg_record_field *field;
    unsigned flags;
};
uint32_t eg_form_part_count(const struct eg_form_part *part);
struct eg_form_member eg_form_part_member(const struct eg_form_part *part, uint32_t i);
bool eg_form_shows(const struct eg_entry_form *form, const struct eg_form_member *member);
/* Of the document's own members that are no field of the service. */
#define EG_FORM_PROGRAMME "programme"
#define EG_FORM_TOPICS "topics"
#define EG_FORM_HOURS "hours"
#define EG_FORM_VERSION "version"
#define EG_FORM_REMOVE "remove"
/* Of questions for places: what is typed, the buttons, and the areas served as ticks ("served" itself is hidden, and says that they were shown). */
#define EG_FORM_FIND_PLACE "find_place"
#define EG_FORM_FIND_AREA "find_area"
#define EG_FORM_LOOK "look"
#define EG_FORM_TAKE "take"
#define EG_FORM_SERVED "served"
#define EG_FORM_TICKS 400U
/* Of hours set by days: a tick for each day of the week, and two times; and whose they are, where there are several places: nothing, or the
 * name of the group of controls ("location", "other_locations.0"). */
#define EG_FORM_DAYS_FOR "days_for"
#define EG_FORM_DAYS "days"
#define EG_FORM_OPENS "days_open"
#define EG_FORM_CLOSES "days_close"
/* Of the public's form: whom it serves, in words, is the first service area's description and nothing else. */
bool eg_form_is_single(const struct eg_entry_form *form, const struct eg_form_part *part);

/* "name", "organisation.url", "phones.0.number" (row UINT32_MAX: not of a list). */
struct eg_form_name {
    char text[EG_ENTRY_FORM_NAME_BYTES];
};
struct eg_form_name eg_form_name_of(const struct eg_form_part *part, uint32_t row, const char *member);

/* Memory was refused: what is being made is not whole. */
void eg_form_fail(const struct eg_entry_form *form);
/* What was sent under a name; NULL when nothing was. */
const struct eg_text *eg_form_posted(const struct eg_entry_form *form, const char *name);
/* The text of a document's member: a number as JSON writes it, empty where there is none. */
struct eg_text eg_form_text(const struct eg_entry_form *form, const struct eg_json_value *value);
/* As a browser would send it back: its lines ended in one way, control characters as the page has them, no blanks around it. */
struct eg_text eg_form_plain(const struct eg_entry_form *form, struct eg_text text);
/* "public" and nothing are the same visibility. */
struct eg_text eg_form_usual(const struct eg_form_member *member, struct eg_text text);
/* 32 hex digits and a NUL. */
void eg_form_version(const struct eg_entry_form *form, char version_out[33]);

/* The items of a list that have groups of controls: all, but of schedules those that the hours' text does not say. */
struct eg_form_rows {
    const struct eg_json_value **items; /* [n] */
    uint32_t n;
};
struct eg_form_rows eg_form_rows_of(const struct eg_entry_form *form, const struct eg_form_part *part);
/* One more than the highest row that was sent. */
uint32_t eg_form_posted_rows(const struct eg_entry_form *form, const char *list);

/* entry_form_lists.c: members that are a list in the document and one text in the form. */

#define EG_FORM_LINES "accessibility"
#define EG_FORM_PHONES "phones"
#define EG_FORM_SCHEDULES "schedules"
bool eg_form_is_list(const char *member);
/* The text of such a member; of any other as eg_form_text. */
struct eg_text eg_form_shown(const struct eg_entry_form *form, const char *member,
                             const struct eg_json_value *value);
struct eg_form_list {
    const struct eg_entry_form *form;
    const char *member;
    struct eg_text text;                 /* as it was sent */
    const struct eg_json_value *present; /* the list as it is; NULL: there is none */
};
/* Writes the list: what a place has of its own also if nothing is in it, since one that is left out would stay. */
void eg_form_list_write(const struct eg_form_list *read, struct eg_json *json, struct eg_json_value *into);
/* Whether a line of telephones has no number: "call me". */
bool eg_form_phones_wrong(struct eg_text text);

/* entry_form_hours.c: schedules as a text of hours. */

struct eg_form_hours {
    struct eg_text text;
    const bool *is_said; /* [number of schedules] whether the text says it */
    uint32_t n_said;
};
struct eg_form_hours eg_form_hours_of(const struct eg_entry_form *form);
/* Of a place's schedules, those of the location or those of the entry there. */
struct eg_form_hours eg_form_hours_in(const struct eg_entry_form *form, const struct eg_json_value *schedules,
                                      bool of_location);
/* Appends the schedules of a text. */
void eg_form_hours_read(const struct eg_entry_form *form, struct eg_text text, bool of_location,
                        struct eg_json *json, struct eg_json_value *list);

/* Rules of weekdays as such a text; empty where it would not say the same. */
struct eg_text eg_form_hours_write(const struct eg_entry_form *form, const struct eg_schedule *rules,
                                   uint32_t n);
/* Lines as rules of one text, if they are such rules; else the text as it is. */
struct eg_text eg_form_hours_joined(const struct eg_entry_form *form, struct eg_text text);
/* The first part of a text of hours that is meant as times and is none: "Sa 25:00-26:00", "Mo-Fr 9-5"; empty where there is none. */
struct eg_text eg_form_hours_wrong(struct eg_text text);

/* entry_form_told.c: what the public will read of the hours that the entry has once the form is saved, and which of them are not the hours'
 * text; nothing for none. */
void eg_form_write_hours_told(const struct eg_entry_form *form, struct eg_html *html);
/* What people will read of a place's hours, if these days were just set; nothing else. `name` is the control's. */
void eg_form_write_days_taken(const struct eg_entry_form *form, const char *name, struct eg_text hours,
                              struct eg_html *html);

/* entry_form_read.c: {"schedules": [...]} as the form, whatever is wrong with it, makes them, of the slots of that list; free with
 * eg_json_free. NULL: no memory. */
struct eg_json *eg_form_schedules(const struct eg_entry_form *form);

/* entry_form_days.c: hours set by days. */

bool eg_form_asks_days(const struct eg_entry_form *form);
/* The text of hours with the days that were sent, and the name of its control. Returns the key of what is wrong with them, then *hours_out
 * and *name_out are untouched; or NULL. */
const char *eg_form_take_days(const struct eg_entry_form *form, struct eg_text *hours_out,
                              const char **name_out);
void eg_form_write_days(const struct eg_entry_form *form, struct eg_html *html);

/* entry_form_own.c: what a place of the entry (by its id; empty: the first) has of its own, as a note; nothing where it has nothing. */
void eg_form_write_own(const struct eg_entry_form *form, struct eg_text location, struct eg_html *html);

/* entry_form_items.c: which items a list has once what was sent is laid over it. */

enum eg_form_slot_kind {
    EG_FORM_KEPT,          /* as it is: no controls show it */
    EG_FORM_ROW,           /* by the controls of a row */
    EG_FORM_HOURS_CHANGED, /* all schedules of the hours' text */
    EG_FORM_HOURS_MORE     /* of these the second and so on */
};
struct eg_form_slot {
    enum eg_form_slot_kind kind;
    uint32_t row;
    const struct eg_json_value *item; /* of the document; NULL: a new one */
};
struct eg_form_slots {
    struct eg_form_slot *items; /* [n], in the order of the document that comes of them; NULL: no memory */
    uint32_t n;
};
struct eg_form_slots eg_form_slots_of(const struct eg_entry_form *form, const struct eg_form_part *part);

/* What a control says: as it was (`is_kept`), or a text. */
struct eg_form_value {
    bool is_kept;
    struct eg_text text;
};
struct eg_form_value eg_form_value_of(const struct eg_entry_form *form, const char *name,
                                      const struct eg_form_member *member, struct eg_text present);
/* Of an item's or object's member; one that is not shown is kept, or goes with the first, and its text is not looked at. */
struct eg_form_value eg_form_member_value(const struct eg_entry_form *form, const struct eg_form_part *part,
                                          const struct eg_form_slot *slot, uint32_t i);
/* Members of the document that are no field of the service. */
struct eg_form_member eg_form_programme(void), eg_form_topic(void), eg_form_hours_member(void);

/* entry_form_topics.c: topics as people read and type them. */

/* "early_years" as "early years". */
struct eg_text eg_form_topic_shown(const struct eg_entry_form *form, struct eg_text topic);
/* The topic that is meant by what was typed: one that the entry or the directory has, whatever its case and with blanks or hyphens for underscores, else
 * the text itself, a new one. */
struct eg_text eg_form_topic_meant(const struct eg_entry_form *form, struct eg_text typed);
/* That of the directory, compared likewise; empty: it has none. */
struct eg_text eg_form_topic_of_directory(const struct eg_directory *directory, struct eg_text topic);

/* entry_form_served.c: areas served, as ticks. */

struct eg_form_tick {
    struct eg_entry_form_area area;
    bool is_ticked, is_present; /* in the document */
};
struct eg_form_ticks {
    struct eg_form_tick *items; /* [n]; NULL: no memory */
    uint32_t n;
};
struct eg_form_ticks eg_form_ticks_of(const struct eg_entry_form *form);
/* How many codes the document has, when they are more than are shown as ticks; else 0. */
uint32_t eg_form_codes_beyond(const struct eg_entry_form *form);
/* Whether areas of several boundaries are ticked where the document has not as many: an entry serves areas of one. */
bool eg_form_served_is_mixed(const struct eg_entry_form *form);
/* The document with the areas that are ticked; free with eg_json_free. NULL: no memory, and eg_form_fail was called. */
struct eg_json *eg_form_document_served(const struct eg_entry_form *form);
/* What was sent with the ticked areas among the codes of its service areas. */
struct eg_kvp eg_form_posted_served(const struct eg_entry_form *form);

/* entry_form_ask.c: the controls of both questions. */
void eg_form_write_place_question(const struct eg_entry_form *form, struct eg_html *html);
void eg_form_write_served(const struct eg_entry_form *form, struct eg_html *html);

/* The member that a control of this name is of; false for a control that is no member's. */
bool eg_form_member_named(const struct eg_entry_form *form, struct eg_text name,
                          struct eg_form_member *member_out);
/* Whether the form has a control of this name. *is_beyond_out: it would, were the list not full. */
bool eg_form_has_control(const struct eg_entry_form *form, struct eg_text name, bool *is_beyond_out);

#endif
