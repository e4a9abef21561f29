/* The place that somebody typed: found, or what else it could mean, as links that ask for one place and no other. */
#include <stdio.h>
#include <string.h>

#include "http/finder_parts.h"

#define LEAST_ALIKE_BYTES 4U
#define MOST_SLIPPED_BYTES 12U
#define MOST_KNOWN_AREAS 1000U

/* --- finding --------------------------------------------------------------------------------------------------------- */

/* "lsoa:E01000001" for an area, else the label. */
static void write_asking(const struct eg_finder_page *page, struct eg_found_place place,
                         struct eg_buffer *out)
{
    if (place.is != EG_PLACE_IS_AREA) {
        eg_gazetteer_label(page->snapshot->gazetteer, place, out);
        return;
    }
    const struct eg_area_set *set = &page->snapshot->generation->area_sets[place.source];
    eg_buffer_text(out, set->spec->id);
    eg_buffer_char(out, ':');
    eg_buffer_text(out, set->codes[place.item]);
}

/* An area is asked for as such, for it has an extent; a point by position. */
static void use(const struct eg_finder_page *page, struct eg_finder_found *found)
{
    struct eg_directory_query *query = &found->request.query;
    const struct eg_place_hit *hit = &found->place.hits[0];
    query->has_near = hit->has_position;
    query->near_lon_deg = hit->lon_deg;
    query->near_lat_deg = hit->lat_deg;
    found->request.near_area = (struct eg_text){0};
    if (hit->place.is != EG_PLACE_IS_AREA) return;
    struct eg_text id = page->snapshot->atlas->boundaries[hit->place.source].id;
    struct eg_text code = page->snapshot->generation->area_sets[hit->place.source].codes[hit->place.item];
    (void)snprintf(found->area, sizeof found->area, "%.*s:%.*s", EG_TEXT_ARG(id), EG_TEXT_ARG(code));
    if (hit->has_position) found->request.near_area = eg_text_from(found->area);
    if (page->wanted->served) found->request.serves = eg_text_from(found->area);
}

/* Most slips are behind a name's first letters: what begins as the text does, in as many letters as anything here. Not of codes and
 * postcodes, where that is another place. */
static enum eg_status find_alike(const struct eg_finder_page *page, struct eg_finder_place *place,
                                 struct eg_error *err)
{
    struct eg_place_query query = {.text = page->wanted->place, .limit = EG_FINDER_PLACES};
    size_t len = query.text.len, least = len * 3 / 5;
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < len; i++)
        if (query.text.data[i] >= '0' && query.text.data[i] <= '9') return EG_OK;
    if (least + MOST_SLIPPED_BYTES < len) least = len - MOST_SLIPPED_BYTES;
    if (least < LEAST_ALIKE_BYTES) least = LEAST_ALIKE_BYTES;
    while (status == EG_OK && place->n == 0 && query.text.len > least) {
        do query.text.len--;
        while (query.text.len > 0 && ((unsigned char)query.text.data[query.text.len] & 0xC0) == 0x80);
        status = eg_gazetteer_find(page->snapshot->gazetteer, &query, place->hits, &place->n, err);
    }
    return status;
}

enum eg_status eg_finder_find_place(const struct eg_finder_page *page, struct eg_finder_found *found,
                                    struct eg_error *err)
{
    struct eg_finder_place *place = &found->place;
    struct eg_place_query query = {.text = page->wanted->place, .limit = EG_FINDER_PLACES};
    enum eg_status status = eg_gazetteer_find(page->snapshot->gazetteer, &query, place->hits, &place->n, err);
    if (status != EG_OK) {
        eg_error_field(err, "place");
        return status;
    }
    place->found = place->n > 0 && place->hits[0].match >= EG_MATCH_WORDS;
    /* Beside a place of just that name, longer names are no others that it could mean. */
    if (place->found && place->hits[0].match >= EG_MATCH_PART)
        while (place->hits[place->n - 1].match < EG_MATCH_WHOLE && place->n > 1) place->n--;
    if (place->found) use(page, found);
    return place->n > 0 ? EG_OK : find_alike(page, place, err);
}

/* --- saying ---------------------------------------------------------------------------------------------------------- */

static struct eg_text kept(struct eg_finder_page *page, struct eg_buffer *text)
{
    struct eg_text copy = eg_text_copy(page->arena, (struct eg_text){text->data, text->len});
    page->html.out.failed |= text->failed || !copy.data;
    eg_buffer_clear(text);
    return copy.data ? copy : EG_TEXT("");
}

struct eg_text eg_finder_place_name(struct eg_finder_page *page, struct eg_found_place place)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_gazetteer_name(page->snapshot->gazetteer, place, &text);
    return kept(page, &text);
}

/* Names that people know: the set with most areas of those that have no more than some hundreds. EG_ATLAS_NONE without one. */
static uint32_t known_by_name(const struct eg_finder_page *page)
{
    const struct eg_area_set *sets = page->snapshot->generation->area_sets;
    uint32_t best = EG_ATLAS_NONE;
    for (uint32_t i = 0; i < page->snapshot->atlas->n_boundaries; i++)
        if (sets[i].n_areas <= MOST_KNOWN_AREAS &&
            (best == EG_ATLAS_NONE || sets[i].n_areas > sets[best].n_areas))
            best = i;
    return best;
}

void eg_finder_ground(struct eg_finder_page *page, double lon_deg, double lat_deg)
{
    struct eg_found_place place = {EG_PLACE_IS_AREA, known_by_name(page), EG_NO_AREA};
    if (place.source != EG_ATLAS_NONE)
        place.item = eg_generation_locate(page->snapshot->generation, place.source, lon_deg, lat_deg);
    if (place.item == EG_NO_AREA) return;
    eg_html_text(&page->html, EG_TEXT(" · "));
    eg_finder_open(page, "span", "ground");
    eg_finder_say_with(page, "results.inside", "place", eg_finder_place_name(page, place));
    eg_html_close(&page->html);
}

/* Which of several of one name: "(Districts, M0001)", or what tells it from those of its table. */
static void write_which(struct eg_finder_page *page, struct eg_found_place place)
{
    const struct eg_area_set *set = &page->snapshot->generation->area_sets[place.source];
    bool is_area = place.is == EG_PLACE_IS_AREA;
    eg_html_text(&page->html, EG_TEXT(" ("));
    eg_finder_data(page, "bdi",
                   is_area ? set->spec->title : page->snapshot->atlas->place_tables[place.source].title);
    if (is_area) eg_html_text_format(&page->html, ", %.*s", EG_TEXT_SHOWN(set->codes[place.item], 60));
    eg_html_text(&page->html, EG_TEXT(")"));
}

static struct eg_text link_text(struct eg_finder_page *page, struct eg_found_place place)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    if (place.is == EG_PLACE_IS_AREA) eg_gazetteer_name(page->snapshot->gazetteer, place, &text);
    else eg_gazetteer_label(page->snapshot->gazetteer, place, &text);
    return kept(page, &text);
}

void eg_finder_other_places(struct eg_finder_page *page, const char *key, const struct eg_finder_place *place)
{
    struct eg_html *html = &page->html;
    uint32_t first = place->found ? 1 : 0;
    if (place->n <= first) return;
    if (place->found) { /* behind a summary: on a narrow screen they would stand before what was found */
        eg_finder_open(page, "details", "others");
        eg_finder_leaf(page, "summary", key);
    } else eg_finder_leaf(page, "p", key);
    eg_finder_open(page, "ul", "places");
    for (uint32_t i = first; i < place->n; i++) {
        struct eg_buffer asking;
        eg_buffer_init(&asking, 0);
        write_asking(page, place->hits[i].place, &asking);
        struct eg_text value = kept(page, &asking);
        eg_html_open(html, "li");
        eg_html_open(html, "a");
        eg_html_address(html, "href",
                        eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, "near", "place", value));
        eg_finder_mark_data(page);
        eg_html_text(html, link_text(page, place->hits[i].place));
        eg_html_close(html);
        write_which(page, place->hits[i].place);
        eg_html_close(html);
    }
    eg_html_close(html);
    if (place->found) eg_html_close(html);
}
