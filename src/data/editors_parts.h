/* Between the parts of the editors' file: reading (editors.c), writing (editors_write.c), hashes (editors_secret.c). */
#ifndef EG_DATA_EDITORS_PARTS_H
#define EG_DATA_EDITORS_PARTS_H

#include "base/arena.h"
#include "data/editors.h"

#define EG_EDITORS_FILE_BYTES (1U << 20)
#define EG_PASSWORD_HASH_BYTES 128U /* of PHC's text with its NUL */

/* editors.c: what can stand in the file. EG_INVALID with the reason. */
EG_MUST_CHECK enum eg_status eg_editor_check_name(struct eg_text name, struct eg_error *err);
bool eg_text_is_hex(struct eg_text text);

/* editors_secret.c */
bool eg_password_hash_is_known(struct eg_text hash);
EG_MUST_CHECK enum eg_status eg_password_check(struct eg_text password, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_password_hash(struct eg_text password, char hash_out[EG_PASSWORD_HASH_BYTES],
                                              struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_token_new(char token_out[EG_TOKEN_LEN + 1], struct eg_error *err);

#endif
