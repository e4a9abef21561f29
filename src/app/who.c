#include "app/who.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

bool eg_who_is_name(const char *name)
{
    struct eg_text text = eg_text_from(name);
    if (text.len == 0 || text.len > EG_WHO_NAME_BYTES || !eg_text_is_utf8(text)) return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f) return false;
    return true;
}

void eg_who_write(const char *name, char who_out[EG_WHO_BYTES])
{
    char room[4096];
    struct passwd user, *found = NULL;
    if (!name && getpwuid_r(getuid(), &user, room, sizeof room, &found) == 0 && found) name = user.pw_name;
    if (name && eg_who_is_name(name)) (void)snprintf(who_out, EG_WHO_BYTES, "%s (command line)", name);
    else (void)snprintf(who_out, EG_WHO_BYTES, "user %ld (command line)", (long)getuid());
}
