/* The atlas file of the fictional county: also a worked example of the format. */
#include "data/sample_parts.h"

static const char head[] =
    "# The fictional county of Marram, written by `evenground sample`. Everything in it is invented.\n"
    "evenground: 1\n"
    "title: Marram County (fictional)\n"
    "abstract: >\n"
    "  An invented county: deprivation, smoking, childhood obesity, early deaths and life expectancy by "
    "neighbourhood, and\n"
    "  the coalitions, hubs and officers that work there. For trying Evenground; no number in it is about a "
    "real place.\n"
    "attribution: Fictional data made by Evenground\n"
    "licence: {title: CC0 1.0, url: \"https://creativecommons.org/publicdomain/zero/1.0/\"}\n"
    "fictional: true\n"
    "time_zone: Europe/London\n"
    "population: population\n\n";

static const char boundaries[] =
    "boundaries:\n"
    "  - id: neighbourhood\n"
    "    title: Neighbourhoods\n"
    "    vintage: \"2021\"\n"
    "    source: data/neighbourhoods.fgb\n"
    "    key: code\n"
    "    name: name\n"
    "  - id: district\n"
    "    title: Districts\n"
    "    vintage: \"2021\"\n"
    "    dissolve: {of: neighbourhood, column: district_code, name_column: district_name}\n\n";

static const char tables[] =
    "tables:\n"
    "  - id: deprivation\n"
    "    source: data/deprivation.csv\n"
    "    key: code\n"
    "    boundaries: neighbourhood\n"
    "    defaults: {source: Evenground sample, licence: CC0 1.0, modelled: false}\n"
    "  - id: outcomes\n"
    "    source: data/outcomes.csv\n"
    "    key: code\n"
    "    boundaries: neighbourhood\n"
    "    markers: {suppressed: \"*\", missing: [\"\", \":\"]}\n"
    "    flags: {unreliable: u}\n"
    "    defaults: {theme: Health outcomes, source: Evenground sample, licence: CC0 1.0, modelled: false}\n"
    "    long:\n"
    "      indicator: indicator\n"
    "      period: year\n"
    "      value: value\n"
    "      numerator: numerator\n"
    "      denominator: denominator\n"
    "      lower: lower\n"
    "      upper: upper\n"
    "      flag: flag\n"
    "      indicators:\n"
    "        smoking: smoking\n"
    "        childhood_obesity: childhood_obesity\n"
    "        early_deaths: early_deaths\n"
    "        life_expectancy: life_expectancy\n\n";

static const char indicators[] =
    "indicators:\n"
    "  - id: deprivation\n"
    "    title: Index of deprivation\n"
    "    description: A score made of income, work, education, health, housing and crime. Higher is more "
    "deprived.\n"
    "    unit: score\n"
    "    polarity: high_is_worse\n"
    "    decimals: 1\n"
    "    theme: Deprivation\n"
    "    series:\n"
    "      - {table: deprivation, period: \"2019\", value: score_2019, rank: rank_2019, decile: "
    "decile_2019}\n"
    "      - {table: deprivation, period: \"2024\", value: score_2024, rank: rank_2024, decile: "
    "decile_2024}\n"
    "    aggregate: {from: neighbourhood, to: district, method: weighted_mean,\n"
    "                weight: {table: deprivation, column: population}}\n"
    "  - id: smoking\n"
    "    title: Adults who smoke\n"
    "    description: Share of adults asked in a survey who smoke. Small samples are flagged as unreliable.\n"
    "    unit: \"%\"\n"
    "    polarity: high_is_worse\n"
    "    decimals: 1\n"
    "    aggregate: {from: neighbourhood, to: district, method: rate, per: 100}\n"
    "  - id: childhood_obesity\n"
    "    title: Children who are very overweight\n"
    "    description: Share of the children aged 10 to 11 who were measured at school, three years taken "
    "together. "
    "Counts of 1 to 4 are\n"
    "      suppressed.\n"
    "    unit: \"%\"\n"
    "    polarity: high_is_worse\n"
    "    decimals: 1\n"
    "    aggregate: {from: neighbourhood, to: district, method: rate, per: 100}\n"
    "  - id: early_deaths\n"
    "    title: Deaths before the age of 75\n"
    "    description: Deaths under 75 a year, for each 100,000 residents, five years taken together. Counts "
    "of 1 to 4 are\n"
    "      suppressed.\n"
    "    unit: per 100,000\n"
    "    polarity: high_is_worse\n"
    "    decimals: 0\n"
    "    aggregate: {from: neighbourhood, to: district, method: rate, per: 100000}\n"
    "  - id: life_expectancy\n"
    "    title: Life expectancy at birth\n"
    "    description: Unreliable where few people live.\n"
    "    unit: years\n"
    "    polarity: high_is_better\n"
    "    decimals: 1\n"
    "    aggregate: {from: neighbourhood, to: district, method: weighted_mean,\n"
    "                weight: {table: deprivation, column: population}}\n"
    "  - id: population\n"
    "    title: Residents\n"
    "    unit: people\n"
    "    polarity: neutral\n"
    "    decimals: 0\n"
    "    theme: Population\n"
    "    series: {table: deprivation, period: \"2021\", value: population}\n"
    "    aggregate: {from: neighbourhood, to: district, method: sum}\n"
    "  - id: type\n"
    "    title: Type of neighbourhood\n"
    "    polarity: neutral\n"
    "    theme: Population\n"
    "    categorical: true\n"
    "    style: categories\n"
    "    series: {table: deprivation, period: \"2021\", value: type}\n\n";

static const char styles[] = "styles:\n"
                             "  - id: default\n"
                             "    title: Tenths or quintiles\n"
                             "    classification: {method: published_decile, classes: 5}\n"
                             "    ramp: YlGnBu\n"
                             "    outline:\n"
                             "      - {colour: \"#ffffff\", width: 0.5, min_zoom: 12}\n"
                             "      - {boundaries: district, colour: \"#404040\", width: 1.2, min_zoom: 8}\n"
                             "  - id: diverging\n"
                             "    title: Above and below the middle\n"
                             "    classification: {method: standard_deviation, classes: 7}\n"
                             "    ramp: RdYlBu\n"
                             "  - id: breaks\n"
                             "    title: Natural breaks\n"
                             "    classification: {method: natural_breaks, classes: 6}\n"
                             "    ramp: viridis\n"
                             "  - id: categories\n"
                             "    title: Categories\n"
                             "    classification: {method: category}\n"
                             "    ramp: {colours: [\"#66a61e\", \"#e6ab02\", \"#d95f02\", \"#7570b3\"]}\n\n";

static const char directories[] =
    "directories:\n"
    "  # Kept in a file of its own, which is made from the three below when the county is first served. To "
    "change it in the browser:\n"
    "  # evenground editor add editors.txt YOUR-NAME\n"
    "  - id: register\n"
    "    title: Community directory\n"
    "    store: directory.gpkg\n"
    "    seed: [coalitions, partnerships, officers]\n"
    "    editors: editors.txt\n"
    "    licence: CC0 1.0\n"
    "  - id: coalitions\n"
    "    title: Coalitions, hubs, grants and services\n"
    "    source: data/coalitions.csv\n"
    "    columns: {key: key, kind: kind, name: name, description: description, topics: topic, programme: "
    "programme,\n"
    "              longitude: longitude, latitude: latitude, address: address, postcode: postcode, phone: "
    "phone,\n"
    "              email: email, url: url, amount: amount, currency: currency, funder: funder, start: start, "
    "end: end,\n"
    "              hours: hours, last_reviewed: last_reviewed, languages: languages, accessibility: "
    "accessibility,\n"
    "              serves: serves}\n"
    "    serves_boundaries: neighbourhood\n"
    "    licence: CC0 1.0\n"
    "  - id: partnerships\n"
    "    title: Partnerships of districts\n"
    "    source: data/partnerships.csv\n"
    "    columns: {key: key, name: name, description: description, topics: topic, programme: programme,\n"
    "              longitude: longitude, latitude: latitude, phone: phone, url: url, serves: serves}\n"
    "    constants: {kind: partnership}\n"
    "    serves_boundaries: district\n"
    "    licence: CC0 1.0\n"
    "  - id: officers\n"
    "    title: Community officers\n"
    "    source: data/officers.geojson\n"
    "    columns: {key: key, name: name, description: description, phone: phone}\n"
    "    constants: {kind: officer_base, topics: community_safety}\n"
    "    licence: CC0 1.0\n\n";

static const char places[] = "places:\n"
                             "  - id: postcodes\n"
                             "    title: Postcodes\n"
                             "    kind: postcode\n"
                             "    country: GB\n"
                             "    source: data/postcodes.csv\n"
                             "    columns: {postcode: postcode, longitude: longitude, latitude: latitude}\n"
                             "    licence: CC0 1.0\n";

static void write_views(FILE *out, const struct eg_sample_land *land)
{
    double west, south, east, north;
    eg_sample_position(land, 0, 0, &west, &south);
    eg_sample_position(land, land->width, land->height, &east, &north);
    fprintf(out,
            "views:\n"
            "  - {id: county, title: The whole county, box: [%.4f, %.4f, %.4f, %.4f], layer: "
            "deprivation.neighbourhood}\n",
            west, south, east, north);
    eg_sample_position(land, land->width * 0.66, land->height * 0.2, &west, &south);
    eg_sample_position(land, land->width, land->height * 0.8, &east, &north);
    fprintf(out, "  - {id: islands, title: Coast and islands, box: [%.4f, %.4f, %.4f, %.4f]}\n\n", west,
            south, east, north);
}

enum eg_status eg_sample_write_atlas(const struct eg_sample_land *land, const char *folder,
                                     struct eg_error *err)
{
    struct eg_sample_file file;
    enum eg_status status = eg_sample_file_open(folder, "atlas.yaml", &file, err);
    if (status != EG_OK) return status;
    fputs(head, file.stream);
    write_views(file.stream, land);
    fputs(boundaries, file.stream);
    fputs(tables, file.stream);
    fputs(indicators, file.stream);
    fputs(styles, file.stream);
    fputs(directories, file.stream);
    fputs(places, file.stream);
    return eg_sample_file_close(&file, err);
}
