/* The calls of http/access.h at a moment of eg_clock_monotonic_s that the caller names: for tests. */
#ifndef EG_HTTP_ACCESS_PARTS_H
#define EG_HTTP_ACCESS_PARTS_H

#include "http/access.h"

struct eg_sign_in {
    struct eg_text name, password;
};

EG_MUST_CHECK enum eg_status eg_access_check_at(struct eg_exchange *exchange, struct eg_text csrf,
                                                double now_s, struct eg_editor_known *editor_out,
                                                struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_access_sign_in_at(struct eg_exchange *exchange, const struct eg_sign_in *with,
                                                  double now_s, char cookie_out[EG_COOKIE_BYTES],
                                                  struct eg_error *err);

#endif
