/* Any bytes as a file of the directory, in the format that the first byte chooses. Whatever is taken makes a set of records that is
 * written and read again without a row being rejected. */
#include "fuzz/fuzz.h"

#include "base/buffer.h"
#include "data/entry_flat.h"
#include "data/records_json.h"
#include "data/records_tabular.h"

static struct eg_atlas_directory directories[] = {{.id = {"register", 8}}};
static const struct eg_atlas_boundaries boundaries[] = {{.id = {"ward", 4}}};
static const struct eg_atlas atlas = {
    .boundaries = boundaries, .n_boundaries = 1, .directories = directories, .n_directories = 1};

static enum eg_status put(void *context, struct eg_text text, struct eg_error *err)
{
    (void)err;
    eg_buffer_text(context, text);
    return EG_OK;
}

static bool finish(struct eg_intake *intake, enum eg_status status, struct eg_records **records_out)
{
    struct eg_error err;
    if (status == EG_OK) status = eg_intake_finish(intake, records_out, &err);
    return status == EG_OK;
}

static bool read_records(struct eg_text text, unsigned format, struct eg_records **records_out,
                         uint32_t *n_rejected)
{
    struct eg_intake *intake = NULL;
    struct eg_error err;
    struct eg_text file = EG_TEXT("services.csv");
    EG_ASSERT(eg_intake_new((struct eg_intake_sink){0}, format == 0, &intake, &err) == EG_OK);
    enum eg_status status = format == 0
                                ? eg_records_json_read(text, EG_RECORD_SERVICE, intake, &err)
                                : eg_records_tabular_read(text, file, EG_RECORD_SERVICE, intake, &err);
    bool good = finish(intake, status, records_out);
    *n_rejected = eg_intake_counts(intake).n_rejected;
    eg_intake_free(intake);
    return good;
}

static bool read_flat(struct eg_text text, enum eg_flat_format format, struct eg_records **records_out)
{
    struct eg_flat_source source = {.format = format, .atlas = &atlas};
    struct eg_flat_counts counts;
    struct eg_error err;
    return eg_flat_read(text, &source, records_out, &counts, &err) == EG_OK;
}

static void write_and_read(struct eg_records *records)
{
    struct eg_records_view view = {.records = records, .form = EG_RECORDS_NESTED, .with_private = true};
    struct eg_records *back = NULL;
    struct eg_error err;
    struct eg_buffer out;
    uint32_t n_rejected;
    eg_buffer_init(&out, 0);
    EG_ASSERT(eg_records_json_export(&view, put, &out, &err) == EG_OK);
    EG_ASSERT(read_records((struct eg_text){out.data, out.len}, 0, &back, &n_rejected));
    EG_ASSERT(n_rejected == 0);
    EG_ASSERT(eg_records_count(back, EG_RECORD_SERVICE) == eg_records_count(records, EG_RECORD_SERVICE));
    eg_records_release(back);
    eg_buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_records *records = NULL;
    uint32_t n_rejected;
    if (size == 0) return 0;
    struct eg_text text = {(const char *)data + 1, size - 1};
    unsigned format = data[0] % 5;
    bool good = format < 2 ? read_records(text, format, &records, &n_rejected)
                           : read_flat(text, (enum eg_flat_format)(format - 2), &records);
    if (good) write_and_read(records);
    eg_records_release(records);
    return 0;
}
