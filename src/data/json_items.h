/* The items of an array in a JSON text, found one after another without parsing them: a file of half a gigabyte is never a tree in
 * memory, and one broken item does not spoil the others. */
#ifndef EG_DATA_JSON_ITEMS_H
#define EG_DATA_JSON_ITEMS_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define EG_JSON_ITEMS_DEPTH 64U /* brackets within brackets; HSDS needs some 16 */

struct eg_json_item {
    struct eg_text text;
    uint32_t line;  /* on which it begins, from 1 */
    uint32_t index; /* from 0 */
};
#define EG_JSON_ITEM_ALONE UINT32_MAX /* the index of an item that is the whole text */

struct eg_json_list {
    const char *member; /* of an object, which has the array */
    const char *alone;  /* an object without such an array that has this member is an item itself */
};

typedef enum eg_status eg_json_item_fn(void *context, const struct eg_json_item *item, struct eg_error *err);

/* Calls on_item for each item of the array that is the whole text, or that is a member `list->member` of the object that is, or for the object
 * itself, alone. White space and a byte order mark may stand around it. EG_INVALID with the line for a text that is none of these, does not
 * end, or is nested more deeply than EG_JSON_ITEMS_DEPTH. Items are texts between commas with balanced brackets: whether they are JSON is
 * for whoever parses them to find out. */
EG_MUST_CHECK enum eg_status eg_json_items(struct eg_text json, const struct eg_json_list *list,
                                           eg_json_item_fn *on_item, void *context, struct eg_error *err);

#endif
