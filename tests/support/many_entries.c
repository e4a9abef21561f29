#include "support/many_entries.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"

static uint64_t state = 1;

static double next_unit(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11U) * 0x1p-53;
}

static const char *pick(const char *const *words, size_t n)
{
    return words[(size_t)(next_unit() * (double)n)];
}

static const char *const adjectives[] = {"Healthy",   "Green",    "Open",       "United", "Northern",
                                         "Friendly",  "Active",   "Better",     "Young",  "Silver",
                                         "Riverside", "Hillside", "St. John's", "Café",   "Family"};
static const char *const nouns[] = {"Hub",   "Coalition", "Library", "Kitchen",  "Garden",
                                    "Forum", "Network",   "Centre",  "Trust",    "Partnership",
                                    "Club",  "Clinic",    "Project", "Alliance", "Hall"};
static const char *const topics[] = {"smoking", "food",   "mental health", "recovery",
                                     "ageing",  "weight", "advice",        "early years"};

static const char *const streets[] = {"High Street",   "Station Road", "Church Lane", "Mill Lane",
                                      "Victoria Road", "Green Lane",   "Park Road",   "Queen's Road",
                                      "Health Row",    "Garden Walk",  "Hill Rise"};

static const char *const hours[] = {"Mo-Fr 09:00-17:00", "Mo-Sa 10:00-12:00,13:00-18:00", "We[2] 18:00-20:00",
                                    "Tu,Th 14:00-16:00; Sa 10:00-12:00", "ask"};
static const char *const languages[] = {"English", "English;Welsh", "English;Polish;Urdu", "Welsh"};

static struct eg_many_town towns[EG_MANY_TOWNS];

const struct eg_many_town *eg_many_entries_write(const char *path)
{
    (void)mkdir("build", 0755);
    FILE *file = fopen(path, "we");
    if (!file) return NULL;
    (void)fprintf(file,
                  "key,name,kind,about,topic,hours,language,funder,organisation,address,postcode,lon,lat\n");
    for (int i = 0; i < EG_MANY_TOWNS; i++)
        towns[i] = (struct eg_many_town){-5 + 6.5 * next_unit(), 50.2 + 5 * next_unit()};
    for (int i = 0; i < EG_MANY_ENTRIES; i++) {
        const struct eg_many_town *town = &towns[(size_t)(next_unit() * next_unit() * EG_MANY_TOWNS)];
        const char *adjective = pick(adjectives, EG_ARRAY_LEN(adjectives));
        const char *noun = pick(nouns, EG_ARRAY_LEN(nouns));
        const char *topic = pick(topics, EG_ARRAY_LEN(topics));
        (void)fprintf(file,
                      "%d,%s %s %d,hub,\"%s and %s for people of all ages in ward %d\",%s,\"%s\",%s,"
                      "Fund %d,Organisation %d,\"%d %s, Town %d\",TN%d 1AB,%.6f,%.6f\n",
                      i, adjective, noun, (int)(next_unit() * 5000), noun, topic, (int)(next_unit() * 8000),
                      topic, pick(hours, EG_ARRAY_LEN(hours)), pick(languages, EG_ARRAY_LEN(languages)),
                      (int)(next_unit() * next_unit() * 2000), (int)(next_unit() * 30000), i % 251 + 1,
                      streets[i % (int)EG_ARRAY_LEN(streets)], (int)(town - towns), (int)(town - towns),
                      town->lon_deg + 0.1 * (next_unit() - 0.5), town->lat_deg + 0.1 * (next_unit() - 0.5));
    }
    return fclose(file) == 0 ? towns : NULL;
}
