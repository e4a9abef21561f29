/* Whose a row is: the one service that it hangs on. Rows that several services share, and topics, are nobody's. */
#ifndef EG_DATA_RECORD_OWNER_H
#define EG_DATA_RECORD_OWNER_H

#include "data/records.h"

/* The id of the service, of the records; empty for a row that is nobody's. The row need not be among the records, what it refers to has to be. An
 * organisation or programme with one service is that one's. */
struct eg_text eg_record_owner(const struct eg_records *records, const struct eg_record *row);

#endif
