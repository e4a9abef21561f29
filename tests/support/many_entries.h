/* A directory of 100,000 hubs in towns of England, crowded as people are, for benches; always the same. */
#ifndef EG_TESTS_SUPPORT_MANY_ENTRIES_H
#define EG_TESTS_SUPPORT_MANY_ENTRIES_H

#define EG_MANY_ENTRIES 100000
#define EG_MANY_TOWNS 200

struct eg_many_town {
    double lon_deg, lat_deg;
};

/* Writes a CSV with the columns key, name, kind, about, topic, hours, language, funder, organisation, address ("12 High Street, Town 17"),
 * postcode ("TN17 1AB": the number of the town), lon and lat, below build/, which is made if it is not there. The towns, [EG_MANY_TOWNS]; NULL when it cannot be written. */
const struct eg_many_town *eg_many_entries_write(const char *path);

#endif
