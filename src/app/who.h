/* Who does what the command line asks for, as the history of the directory tells it: "ann (command line)". */
#ifndef EG_APP_WHO_H
#define EG_APP_WHO_H

#include <stdbool.h>
#include <stddef.h>

#define EG_WHO_NAME_BYTES 64U /* in a name, at most: what names of editors may have */
#define EG_WHO_BYTES (EG_WHO_NAME_BYTES + 20U)

/* Whether a name can stand there: UTF-8 of 1 to EG_WHO_NAME_BYTES bytes without control characters. */
bool eg_who_is_name(const char *name);

/* Writes the name, or without one (NULL) the operating system's name of the user; the user's number where that is none. */
void eg_who_write(const char *name, char who_out[EG_WHO_BYTES]);

#endif
