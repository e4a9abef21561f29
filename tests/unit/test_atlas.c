#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "data/atlas.h"
static void example(void **state)
{
    (void)state;
    struct eg_atlas *atlas;
    struct eg_error err = {0};
    static char buf[100000];
    FILE *f = fopen("docs/atlas.example.yaml", "r");
    size_t n = fread(buf, 1, sizeof buf, f);
    fclose(f);
    enum eg_status st =
        eg_atlas_parse((struct eg_text){buf, n}, "docs/atlas.example.yaml", false, &atlas, &err);
    char t[900];
    if (st) fail_msg("%s", eg_error_format(&err, t, sizeof t));
    for (uint32_t i = 0; i < atlas->n_layers; i++)
        printf("# %s %u\n", atlas->layers[i].id.data, atlas->layers[i].style);
    eg_atlas_free(atlas);
}
int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(example)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
