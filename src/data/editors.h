/* Who may edit the directory: the file that an atlas names under `editors`, a line for each password and each token.
 *
 *   password:NAME:$argon2id$v=19$m=65536,t=3,p=1$SALT$HASH     a person, who signs in
 *   token:NAME:64 HEX DIGITS                                   a program
 *
 * Neither passwords nor tokens can be got back from it. It is refused when anybody but its owner may read or write it. What was read
 * does not change, and may be used from any thread. */
#ifndef EG_DATA_EDITORS_H
#define EG_DATA_EDITORS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define EG_EDITOR_NAME_BYTES 64U   /* at most */
#define EG_PASSWORD_CHARACTERS 12U /* at least */
#define EG_PASSWORD_BYTES 1024U    /* at most */
#define EG_TOKEN_LEN 67U           /* "eg_" and 64 hex digits: 256 random bits */

/* One who has a password, a token, or both. */
struct eg_editor {
    struct eg_text name;     /* 1 to 64 bytes of UTF-8 */
    struct eg_text password; /* argon2id in PHC's text; empty: none */
    struct eg_text token;    /* a hash in hex; empty: none */
};

struct eg_editors {
    const struct eg_editor *items; /* [n], in the file's order */
    uint32_t n;
};

/* EG_NOT_FOUND without such a file; EG_INVALID, with the line, for one that is damaged or open to others; EG_LIMIT above 1 MiB. */
EG_MUST_CHECK enum eg_status eg_editors_read(const char *path, struct eg_editors **editors_out,
                                             struct eg_error *err);
void eg_editors_free(struct eg_editors *editors); /* NULL is allowed */

/* Whose token that is, or NULL. Takes as long for a wrong one as for a right one. */
const struct eg_editor *eg_editors_of_token(const struct eg_editors *editors, struct eg_text token);
/* Whether that is the editor's password: *editor_out is the editor, or NULL. About a tenth of a second and 64 MiB, also for a name that
 * is unknown. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_editors_of_password(const struct eg_editors *editors, struct eg_text name,
                                                    struct eg_text password,
                                                    const struct eg_editor **editor_out,
                                                    struct eg_error *err);

/* 256 random bits in hex, for what is given to one browser or program. EG_IO when the system has none. */
#define EG_SECRET_LEN 64U
EG_MUST_CHECK enum eg_status eg_secret_new(char secret_out[EG_SECRET_LEN + 1], struct eg_error *err);
/* What is kept in place of such a secret: a hash in hex that cannot be turned round. Not for passwords, which can be guessed. Some 20
 * microseconds. */
EG_MUST_CHECK enum eg_status eg_secret_hash(struct eg_text secret, char hash_out[EG_SECRET_LEN + 1],
                                            struct eg_error *err);

/* The three below write the file anew and put it in the old one's place, whole and on the disk, or leave all as it was. The new one
 * belongs to whom the old one belonged, and only its owner may read it. Of two at a time the second waits.
 * EG_INVALID for a name or a password that is none, or a file as eg_editors_read says. */

/* Gives the name a password in place of what it had; makes the file when there is none. */
EG_MUST_CHECK enum eg_status eg_editors_set_password(const char *path, struct eg_text name,
                                                     struct eg_text password, struct eg_error *err);
/* Gives the name a new token, in place of what it had, and says it: nobody can later. */
EG_MUST_CHECK enum eg_status eg_editors_set_token(const char *path, struct eg_text name,
                                                  char token_out[EG_TOKEN_LEN + 1], struct eg_error *err);
/* Takes the name's password and token away. EG_NOT_FOUND. */
EG_MUST_CHECK enum eg_status eg_editors_remove(const char *path, struct eg_text name, struct eg_error *err);

#endif
