/* What somebody at the command line may have meant. */
#ifndef EG_APP_SUGGEST_H
#define EG_APP_SUGGEST_H

#include "base/error.h"
#include "engine/layer.h"

/* Rewrites an error about a layer, style or period that is not there, so that it names the nearest ones that are; the engine's
 * own words tell how to ask over HTTP. Other errors stay as they are. */
void eg_suggest(const struct eg_snapshot *snapshot, const struct eg_layer_name *name, struct eg_error *err);

#endif
