/* Nodes and operands of a filter, and errors that say where. */
#include "engine/filter_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"

#define SHOWN_BYTES 60 /* of a text of the user's in a message */
#define PATH_BYTES 160

/* --- errors -------------------------------------------------------------------------------------------------------- */

int eg_filter_shown(struct eg_text text)
{
    return (int)eg_text_shown(text, SHOWN_BYTES);
}

/* A JSON pointer; the innermost steps where it is long. */
static void write_path(const struct eg_filter_step *step, char *path, size_t size)
{
    char *at = path + size - 1;
    *at = '\0';
    for (; step && step->up; step = step->up) {
        char name[32];
        int len = step->name ? snprintf(name, sizeof name, "/%s", step->name)
                             : snprintf(name, sizeof name, "/%u", step->index);
        if (len < 0 || len >= (int)sizeof name || at - path < len) break;
        at -= len;
        memcpy(at, name, (size_t)len);
    }
    memmove(path, at, (size_t)(path + size - at));
}

/* Counted in characters from 1. */
static uint32_t character_of(struct eg_text text, uint32_t at)
{
    uint32_t characters = 1;
    for (uint32_t i = 0; i < at && i < text.len; i++) {
        characters += ((unsigned char)text.data[i] & 0xC0U) != 0x80U;
    }
    return characters;
}

enum eg_status eg_filter_fail(const struct eg_filter_build *build, struct eg_filter_place place,
                              enum eg_status status, const char *format, ...)
{
    char message[sizeof build->err->message];
    char path[PATH_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    write_path(place.step, path, sizeof path);
    if (!place.step) {
        uint32_t character = character_of(build->source->text, place.at);
        eg_error_set(build->err, status, "at character %u: %s", character, message);
    } else if (path[0] == '\0') eg_error_set(build->err, status, "at the root: %s", message);
    else eg_error_set(build->err, status, "at %s: %s", path, message);
    return status;
}

enum eg_status eg_filter_no_memory(const struct eg_filter_build *build)
{
    return eg_error_set(build->err, EG_NO_MEMORY, "no memory for the filter");
}

static bool begins(struct eg_text name, char letter)
{
    return name.len > 2 && (name.data[0] | 0x20) == letter && name.data[1] == '_';
}

enum eg_status eg_filter_no_function(const struct eg_filter_build *build, struct eg_filter_place place,
                                     struct eg_text name)
{
    const char *instead = "there are CASEI, ACCENTI, S_INTERSECTS and S_DISJOINT";
    if (begins(name, 's')) instead = "of the spatial functions there are S_INTERSECTS and S_DISJOINT";
    if (begins(name, 't')) instead = "compare instants with =, <>, <, >, <=, >= or BETWEEN";
    if (begins(name, 'a')) instead = "there are no arrays to compare; use IN for a list";
    return eg_filter_fail(build, place, EG_UNSUPPORTED, "the function %.*s is not supported; %s",
                          eg_filter_shown(name), name.data, instead);
}

/* --- nodes --------------------------------------------------------------------------------------------------------- */

enum eg_status eg_filter_deeper(struct eg_filter_build *build, struct eg_filter_place place)
{
    if (build->depth == EG_FILTER_DEPTH) {
        return eg_filter_fail(build, place, EG_LIMIT, "the filter is nested deeper than %u levels",
                              EG_FILTER_DEPTH);
    }
    build->depth++;
    return EG_OK;
}

enum eg_status eg_filter_node_new(struct eg_filter_build *build, struct eg_filter_place place,
                                  enum eg_filter_kind kind, struct eg_filter_node **node_out)
{
    if (build->n_nodes == EG_FILTER_NODES) {
        return eg_filter_fail(build, place, EG_LIMIT,
                              "the filter has more than %u conditions; use IN for a list of values",
                              EG_FILTER_NODES);
    }
    struct eg_filter_node *node = eg_arena_array(build->arena, 1, sizeof *node);
    if (!node) return eg_filter_no_memory(build);
    build->n_nodes++;
    node->kind = kind;
    *node_out = node;
    return EG_OK;
}

enum eg_status eg_filter_negate(struct eg_filter_build *build, struct eg_filter_place place,
                                struct eg_filter_node **node)
{
    struct eg_filter_node *outer = NULL;
    enum eg_status status = eg_filter_node_new(build, place, EG_FILTER_NOT, &outer);
    if (status != EG_OK) return status;
    outer->children = *node;
    *node = outer;
    return EG_OK;
}

/* --- operands ------------------------------------------------------------------------------------------------------ */

static enum eg_status operand_new(struct eg_filter_build *build, struct eg_filter_place place,
                                  struct eg_filter_operand **operand_out)
{
    struct eg_filter_operand *operand = eg_arena_array(build->arena, 1, sizeof *operand);
    if (!operand) return eg_filter_no_memory(build);
    operand->place = place;
    *operand_out = operand;
    return EG_OK;
}

/* The names that there are, as many as a message takes. */
static enum eg_status unknown_property(const struct eg_filter_build *build, struct eg_filter_place place,
                                       struct eg_text name)
{
    char names[240] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < build->properties->n; i++) {
        struct eg_text each = build->properties->items[i].name;
        if (used + each.len + 8 > sizeof names) {
            memcpy(names + used, ", ...", 6);
            break;
        }
        int len =
            snprintf(names + used, sizeof names - used, "%s%.*s", used > 0 ? ", " : "", EG_TEXT_ARG(each));
        used += len > 0 ? (size_t)len : 0;
    }
    return eg_filter_fail(build, place, EG_INVALID, "there is no property '%.*s'; there are: %s%sgeometry",
                          eg_filter_shown(name), name.data, names, used > 0 ? ", " : "");
}

enum eg_status eg_filter_property(struct eg_filter_build *build, struct eg_filter_place place,
                                  struct eg_text name, struct eg_filter_operand **operand_out)
{
    bool is_geometry = eg_text_equal(name, EG_TEXT("geometry"));
    uint32_t property = eg_properties_find(build->properties, name);
    if (!is_geometry && property == build->properties->n) return unknown_property(build, place, name);
    struct eg_filter_operand *operand = NULL;
    enum eg_status status = operand_new(build, place, &operand);
    if (status != EG_OK) return status;
    operand->is_property = true;
    operand->is_geometry = is_geometry;
    operand->property = property;
    operand->type = is_geometry ? EG_VALUE_NULL : build->properties->items[property].type;
    *operand_out = operand;
    return EG_OK;
}

enum eg_status eg_filter_literal(struct eg_filter_build *build, struct eg_filter_place place,
                                 struct eg_value value, struct eg_filter_operand **operand_out)
{
    struct eg_filter_operand *operand = NULL;
    enum eg_status status = operand_new(build, place, &operand);
    if (status != EG_OK) return status;
    operand->type = value.type;
    operand->literal = value;
    if (value.type == EG_VALUE_TEXT || value.type == EG_VALUE_DATE) {
        operand->literal.text = eg_text_copy(build->arena, value.text);
        if (!operand->literal.text.data) return eg_filter_no_memory(build);
    }
    *operand_out = operand;
    return EG_OK;
}

enum eg_status eg_filter_fold(struct eg_filter_build *build, unsigned fold, struct eg_filter_operand *operand)
{
    const char *name = fold == EG_FOLD_CASE ? "CASEI" : "ACCENTI";
    bool any_type = operand->is_property && operand->type == EG_VALUE_NULL && !operand->is_geometry;
    if (operand->type != EG_VALUE_TEXT && !any_type)
        return eg_filter_fail(build, operand->place, EG_INVALID, "%s takes a text", name);
    operand->folds |= fold;
    operand->type = EG_VALUE_TEXT;
    if (operand->is_property) return EG_OK;
    struct eg_text text = operand->literal.text;
    size_t room_bytes = text.len * EG_FOLD_GROWTH;
    char *room = eg_arena_array(build->arena, room_bytes + 1, 1);
    if (!room) return eg_filter_no_memory(build);
    operand->literal.text = (struct eg_text){room, eg_text_fold_into(text, fold, room, room_bytes)};
    return EG_OK;
}
