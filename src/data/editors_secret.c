/* Passwords are hashed with argon2id, 64 MiB and three passes (RFC 9106, 4, second choice, on one lane): about a tenth of a second for
 * us, and as much for each guess of somebody who has the file. A token has 256 random bits, which cannot be guessed whatever a guess
 * costs; its hash only has to be one that cannot be turned round: argon2id at its least cost, some 20 microseconds, always with
 * the same salt, so that one hash of what a program sends is compared with all lines. */
#include <errno.h>
#include <string.h>

#include <argon2.h>
#include <sys/random.h>

#include "data/editors_parts.h"

#define PASSES 3U
#define MEMORY_KIB 65536U
#define LANES 1U
#define SALT_BYTES 16U
#define HASH_BYTES 32U

static const char hex_digits[] = "0123456789abcdef";

static void write_hex(const uint8_t *bytes, size_t n, char *hex_out)
{
    for (size_t i = 0; i < n; i++) {
        hex_out[2 * i] = hex_digits[bytes[i] >> 4];
        hex_out[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
    hex_out[2 * n] = '\0';
}

static enum eg_status draw(uint8_t *bytes, size_t n, struct eg_error *err)
{
    ssize_t got;
    do got = getrandom(bytes, n, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)n ? EG_OK : eg_error_set(err, EG_IO, "the system gives no random numbers");
}

static enum eg_status failed(int code, struct eg_error *err)
{
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR) return eg_error_no_memory(err, (size_t)MEMORY_KIB * 1024);
    return eg_error_set(err, EG_IO, "the password could not be hashed: %s", argon2_error_message(code));
}

/* --- passwords ------------------------------------------------------------------------------------------------------------- */

static uint32_t count_characters(struct eg_text text)
{
    uint32_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += ((unsigned char)text.data[i] & 0xC0U) != 0x80U;
    return n;
}

enum eg_status eg_password_check(struct eg_text password, struct eg_error *err)
{
    if (!eg_text_is_utf8(password)) return eg_error_set(err, EG_INVALID, "the password is no valid UTF-8");
    if (count_characters(password) < EG_PASSWORD_CHARACTERS)
        return eg_error_set(err, EG_INVALID, "the password needs at least %u characters",
                            EG_PASSWORD_CHARACTERS);
    if (password.len > EG_PASSWORD_BYTES)
        return eg_error_set(err, EG_INVALID, "the password has more than %u bytes", EG_PASSWORD_BYTES);
    return EG_OK;
}

enum eg_status eg_password_hash(struct eg_text password, char hash_out[EG_PASSWORD_HASH_BYTES],
                                struct eg_error *err)
{
    uint8_t salt[SALT_BYTES];
    char hash[EG_PASSWORD_HASH_BYTES];
    enum eg_status status = draw(salt, sizeof salt, err);
    if (status != EG_OK) return status;
    int code = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password.data, password.len, salt,
                                     sizeof salt, HASH_BYTES, hash, sizeof hash);
    if (code != ARGON2_OK) return failed(code, err);
    memcpy(hash_out, hash, sizeof hash);
    return EG_OK;
}

/* Only what this program writes, so that a line decides neither how much memory a sign-in takes nor how long it lasts. */
bool eg_password_hash_is_known(struct eg_text hash)
{
    struct eg_text prefix = EG_TEXT("$argon2id$v=19$m=65536,t=3,p=1$");
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (!eg_text_starts_with(hash, prefix)) return false;
    struct eg_text salt, rest = {hash.data + prefix.len, hash.len - prefix.len};
    rest = eg_text_cut(rest, '$', &salt);
    if (salt.len != 22 || rest.len != 43) return false; /* 16 and 32 bytes */
    for (size_t i = 0; i < salt.len; i++)
        if (!memchr(base64, salt.data[i], sizeof base64 - 1)) return false;
    for (size_t i = 0; i < rest.len; i++)
        if (!memchr(base64, rest.data[i], sizeof base64 - 1)) return false;
    return true;
}

static const struct eg_editor *find_with_password(const struct eg_editors *editors, struct eg_text name)
{
    for (uint32_t i = 0; i < editors->n; i++)
        if (editors->items[i].password.len > 0 && eg_text_equal(editors->items[i].name, name))
            return &editors->items[i];
    return NULL;
}

enum eg_status eg_editors_of_password(const struct eg_editors *editors, struct eg_text name,
                                      struct eg_text password, const struct eg_editor **editor_out,
                                      struct eg_error *err)
{
    static const uint8_t no_salt[SALT_BYTES];
    const struct eg_editor *editor = find_with_password(editors, name);
    if (password.len > EG_PASSWORD_BYTES) password.len = 0; /* nobody's */
    const char *bytes = password.len > 0 ? password.data : "";
    uint8_t unused[HASH_BYTES];
    int code = editor ? argon2id_verify(editor->password.data, bytes, password.len)
                      : argon2id_hash_raw(PASSES, MEMORY_KIB, LANES, bytes, password.len, no_salt,
                                          sizeof no_salt, unused, sizeof unused);
    if (code != ARGON2_OK && code != ARGON2_VERIFY_MISMATCH) return failed(code, err);
    *editor_out = code == ARGON2_OK ? editor : NULL;
    return EG_OK;
}

/* --- secrets and tokens ---------------------------------------------------------------------------------------------------------------- */

enum eg_status eg_secret_new(char secret_out[EG_SECRET_LEN + 1], struct eg_error *err)
{
    uint8_t bytes[EG_SECRET_LEN / 2];
    enum eg_status status = draw(bytes, sizeof bytes, err);
    if (status != EG_OK) return status;
    write_hex(bytes, sizeof bytes, secret_out);
    explicit_bzero(bytes, sizeof bytes);
    return EG_OK;
}

enum eg_status eg_token_new(char token_out[EG_TOKEN_LEN + 1], struct eg_error *err)
{
    enum eg_status status = eg_secret_new(token_out + 3, err);
    if (status == EG_OK) memcpy(token_out, "eg_", 3);
    return status;
}

enum eg_status eg_secret_hash(struct eg_text secret, char hash_out[EG_SECRET_LEN + 1], struct eg_error *err)
{
    static const char salt[] = "evenground token";
    uint8_t hash[HASH_BYTES];
    int code = argon2id_hash_raw(1, 8, 1, secret.data, secret.len, salt, sizeof salt - 1, hash, sizeof hash);
    if (code != ARGON2_OK) return failed(code, err);
    write_hex(hash, sizeof hash, hash_out);
    return EG_OK;
}

static bool is_token(struct eg_text token)
{
    struct eg_text prefix = EG_TEXT("eg_");
    return token.len == EG_TOKEN_LEN && eg_text_starts_with(token, prefix) &&
           eg_text_is_hex((struct eg_text){token.data + prefix.len, token.len - prefix.len});
}

const struct eg_editor *eg_editors_of_token(const struct eg_editors *editors, struct eg_text token)
{
    char hash[EG_SECRET_LEN + 1];
    const struct eg_editor *found = NULL;
    if (!is_token(token) || eg_secret_hash(token, hash, NULL) != EG_OK) return NULL;
    for (uint32_t i = 0; i < editors->n; i++) {
        struct eg_text known = editors->items[i].token;
        unsigned differs = known.len != EG_SECRET_LEN;
        for (size_t at = 0; at < known.len && at < EG_SECRET_LEN; at++)
            differs |= (unsigned)(unsigned char)known.data[at] ^ (unsigned)(unsigned char)hash[at];
        if (differs == 0) found = &editors->items[i];
    }
    return found;
}
