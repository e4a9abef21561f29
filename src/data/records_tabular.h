/* HSDS's tabular data package: a file of CSV for each table ("services.csv"), and datapackage.json, which says what is in them
 * (Frictionless Data's specification). */
#ifndef EG_DATA_RECORDS_TABULAR_H
#define EG_DATA_RECORDS_TABULAR_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "data/record_intake.h"
#include "data/records.h"

/* The name of a table's file by the standard: "services.csv". Never NULL. */
const char *eg_records_tabular_file(enum eg_record_table table);
/* The table of a file, by the standard's name or the table's own ("service.csv"); EG_N_RECORD_TABLES for any other. */
enum eg_record_table eg_records_tabular_table(struct eg_text file);

/* Whether there is anything to write of a table: rows, or for `metadata` services that were checked (data/record_review.h). */
bool eg_records_tabular_has(const struct eg_records *records, enum eg_record_table table);
/* One table as CSV with CR LF, a header of all fields first. What is private is left out unless asked for. */
EG_MUST_CHECK enum eg_status eg_records_tabular_write(const struct eg_records *records,
                                                      enum eg_record_table table, bool with_private,
                                                      struct eg_buffer *out, struct eg_error *err);
/* datapackage.json for the tables of which there is something. */
EG_MUST_CHECK enum eg_status eg_records_tabular_describe(const struct eg_records *records,
                                                         struct eg_text title, struct eg_buffer *out,
                                                         struct eg_error *err);

/* Reads one file of a package. Columns that the table does not have are left out, a doubt each. EG_INVALID for a file without a header or
 * without the column id, or with a column twice. */
EG_MUST_CHECK enum eg_status eg_records_tabular_read(struct eg_text csv, struct eg_text file,
                                                     enum eg_record_table table, struct eg_intake *intake,
                                                     struct eg_error *err);

#endif
