/* traveller_arguments.h: what must be said of the traveller: by options, or asked at a terminal as an officer would be asked. */
#ifndef KORDON_TOOLS_KORDONCTL_TRAVELLER_ARGUMENTS_H
#define KORDON_TOOLS_KORDONCTL_TRAVELLER_ARGUMENTS_H

#include <stdbool.h>

#include "json/writer.h"
#include "tools/kordonctl/kordonctl.h"

/* Adds group, age band, company, missing fingers, exception, document and case number to the body that opens a transaction. A demonstration presumes what is not
 * said (adult: whether the routine check is one of adults only); elsewhere it is asked for where standard input is a terminal, and
 * where it is none BAD_ARGUMENT names the option. FILE_NOT_FOUND, BAD_FORMAT of the document's file. The document goes into body
 * alone, and is wiped here. */
enum reason traveller_arguments_write(
    const struct session *session, bool adult, struct json_writer *body, struct failure *failure);

/* Adds the document alone: that of --document, or what he is asked for. Reasons as above. */
enum reason traveller_document_write(
    const struct session *session, struct json_writer *body, struct failure *failure);

#endif
