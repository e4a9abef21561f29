/* Whether the areas that an entry's document names are areas of the atlas. */
#ifndef EG_ENGINE_NAMED_AREAS_H
#define EG_ENGINE_NAMED_AREAS_H

#include "base/error.h"
#include "base/json.h"
#include "data/generation.h"
#include "data/records.h"

/* EG_INVALID with the member, "service_areas[0].area_codes". Rows that `change` leaves as they are pass: an entry whose boundaries went from
 * the atlas can still be given another telephone number. `change` is what the document does (eg_entry_document_change). */
EG_MUST_CHECK enum eg_status eg_named_areas_check(const struct eg_generation *generation,
                                                  const struct eg_json_value *document,
                                                  const struct eg_records_change *change,
                                                  struct eg_error *err);

#endif
