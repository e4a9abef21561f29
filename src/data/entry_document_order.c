/* The order of a list. Rows are read by their ids everywhere, and HSDS has no column for an order: so a new row has an id that lies where
 * its item stands. The first 48 bits of such an id say where, the others are a hash (UUID version 8). */
#include <stdio.h>
#include <string.h>

#include "data/entry_document_edit.h"

#define PLACES (UINT64_C(1) << 48)      /* that the first bits of an id tell apart */
#define WIDEST_STEP (UINT64_C(1) << 28) /* where a list has an open end, so that many more fit behind */
#define PLACE_LEN 13U                   /* of the id's text: "01234567-89ab" */

enum { WEIGHT_NEW = 1, WEIGHT_THERE = 2, WEIGHT_REFERRED = 1000 };

struct ordering {
    struct eg_document_edit *edit;
    enum eg_record_table table;
    struct eg_text parent;
    struct eg_text *ids;
    uint32_t n, next_id;
    bool is_kept[EG_DOCUMENT_ITEMS], is_referred[EG_DOCUMENT_ITEMS];
};

static bool is_before(struct eg_text a, struct eg_text b)
{
    return memcmp(a.data, b.data, EG_UUID_TEXT_LEN) < 0;
}

static bool is_in_order(const struct ordering *order)
{
    for (uint32_t i = 0; i < order->n; i++)
        if (order->ids[i].len == 0 || (i > 0 && !is_before(order->ids[i - 1], order->ids[i]))) return false;
    return true;
}

static enum eg_status no_memory(const struct ordering *order)
{
    return eg_error_no_memory(order->edit->err, EG_UUID_TEXT_LEN);
}

/* A list that is all new. */
static enum eg_status make_all(struct ordering *order)
{
    for (uint32_t i = 0; i < order->n; i++) {
        struct eg_text id = eg_document_free_id(order->edit, order->table, order->parent, &order->next_id);
        uint32_t at = i;
        if (!id.data) return no_memory(order);
        for (; at > 0 && is_before(id, order->ids[at - 1]); at--) order->ids[at] = order->ids[at - 1];
        order->ids[at] = id;
    }
    return EG_OK;
}

/* Of the ids that ascend, as many as may be, and first those that others refer to. */
static void choose_kept(struct ordering *order)
{
    uint32_t weight[EG_DOCUMENT_ITEMS], before[EG_DOCUMENT_ITEMS], best = UINT32_MAX;
    for (uint32_t i = 0; i < order->n; i++) {
        uint32_t own = WEIGHT_NEW;
        before[i] = UINT32_MAX;
        weight[i] = 0;
        if (order->ids[i].len == 0) continue;
        if (eg_records_find(order->edit->records, order->table, order->ids[i])) own = WEIGHT_THERE;
        order->is_referred[i] = own == WEIGHT_THERE &&
                                eg_records_has_referring(order->edit->records, order->table, order->ids[i]);
        if (order->is_referred[i]) own = WEIGHT_REFERRED;
        for (uint32_t k = 0; k < i; k++)
            if (weight[k] > weight[i] && is_before(order->ids[k], order->ids[i])) {
                weight[i] = weight[k];
                before[i] = k;
            }
        weight[i] += own;
        if (best == UINT32_MAX || weight[i] > weight[best]) best = i;
    }
    for (; best != UINT32_MAX; best = before[best]) order->is_kept[best] = true;
}

static uint64_t place_of(struct eg_text id)
{
    uint64_t place = 0;
    for (uint32_t i = 0; i < PLACE_LEN; i++) {
        char c = id.data[i];
        if (c != '-') place = place << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return place;
}

static struct eg_text id_at(struct ordering *order, uint64_t place)
{
    for (;;) {
        struct eg_text id = eg_document_free_id(order->edit, order->table, order->parent, &order->next_id);
        struct eg_text text =
            id.data ? eg_text_format(order->edit->arena, "%08x-%04x-8%.*s", (unsigned)(place >> 16),
                                     (unsigned)(place & 0xFFFF), (int)(EG_UUID_TEXT_LEN - PLACE_LEN - 2),
                                     id.data + PLACE_LEN + 2)
                    : id;
        if (!text.data || !eg_records_find(order->edit->records, order->table, text)) return text;
    }
}

static bool wants_id(const struct ordering *order, uint32_t i)
{
    return !order->is_kept[i] && !order->is_referred[i];
}

/* How far apart the new ids are that stand before `end`; 0 when there is no room. */
static uint64_t step_of(const struct ordering *order, uint64_t low, uint32_t end, uint32_t n_wanted)
{
    uint64_t high = end < order->n ? place_of(order->ids[end]) : PLACES;
    return high > low ? (high - low) / (n_wanted + 1) : 0;
}

/* The items from `from` on up to the next that keeps its id. Where there is no room for them, that takes a new one as well. */
static enum eg_status fill(struct ordering *order, uint32_t from, uint32_t *end_out)
{
    uint32_t end = from, n_wanted = 0, nth = 0;
    uint64_t low = from > 0 ? place_of(order->ids[from - 1]) : 0, step;
    for (;; order->is_kept[end] = false) {
        for (; end < order->n && !order->is_kept[end]; end++) n_wanted += wants_id(order, end);
        step = step_of(order, low, end, n_wanted);
        if (step > 0 || end == order->n || order->is_referred[end]) break;
    }
    if (step == 0 && from > 0 && !order->is_referred[from - 1]) { /* once more, with those before */
        order->is_kept[--from] = false;
        while (from > 0 && !order->is_kept[from - 1]) from--;
        *end_out = from;
        return EG_OK;
    }
    bool is_open = from == 0 || end == order->n;
    if (is_open && step > WIDEST_STEP) step = WIDEST_STEP;
    if (from == 0 && end < order->n) low = place_of(order->ids[end]) - step * (n_wanted + 1);
    for (uint32_t i = from; i < end; i++) {
        if (!wants_id(order, i) || (step == 0 && order->ids[i].len > 0)) continue;
        order->ids[i] = id_at(order, low + step * ++nth);
        if (!order->ids[i].data) return no_memory(order);
    }
    *end_out = end;
    return EG_OK;
}

enum eg_status eg_document_order_ids(struct eg_document_edit *edit, enum eg_record_table table,
                                     struct eg_text parent, struct eg_text *ids, uint32_t n)
{
    struct ordering order = {.edit = edit, .table = table, .parent = parent, .ids = ids, .n = n};
    enum eg_status status = EG_OK;
    bool is_new = true;
    for (uint32_t i = 0; i < n; i++) is_new &= ids[i].len == 0;
    if (is_new) return make_all(&order);
    if (is_in_order(&order)) return EG_OK;
    choose_kept(&order);
    for (uint32_t i = 0; i < n && status == EG_OK;) {
        if (order.is_kept[i]) i++;
        else status = fill(&order, i, &i);
    }
    return status;
}
