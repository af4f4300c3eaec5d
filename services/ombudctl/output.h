/* Tables for people and JSON for programs, from the same rows. */
#ifndef OMBUD_OMBUDCTL_OUTPUT_H
#define OMBUD_OMBUDCTL_OUTPUT_H

#include <stdbool.h>

#include "common/store/views.h"
#include "services/ombudctl/ctl.h"
#include "services/ombudctl/words.h"

/* A table in memory. Cells are copied. What somebody wrote can neither move the cursor nor turn the line around: what nobody sees
 * (utf8_is_unseen) becomes a blank. */
struct table;
struct table *table_new(int columns, const char *const *headings); /* headings NULL: none */
void table_cell(struct table *table, const char *text);            /* row by row, left to right */
void table_print(const struct table *table, const char *indent);   /* to stdout; numbers to the right */
void table_print_fields(const struct table *table);                /* its first row, one field a line; empty ones are left out */
void table_free(struct table *table);

/* What somebody wrote, outside of a table: the same. */
void output_text(const char *text);

/* Runs a view and prints it; none is the message when there are no rows (tables only). *rows, when asked for, is their count. */
enum exit_code output_view(struct ctl *ctl, const struct view *view, struct pg_args *args, const char *none, int *rows);
/* The rows of a view, its terms in that language: *table, NULL when there are none. false: an error, which has been printed. */
bool output_read(struct ctl *ctl, const struct view *view, struct pg_args *args, enum language language, struct table **table);

/* Escape sequences when stdout is a terminal and NO_COLOR is not set; else "". */
const char *output_bold(void);
const char *output_red(void);
const char *output_plain(void);

#endif
