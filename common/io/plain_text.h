/* What a person wrote, in the one form that patterns can rely on. The only file that knows ICU.
 *
 * People break lines, write full-width letters, traditional characters, or put characters that nobody sees between those that
 * count: by habit, by keyboard, by copying, or so that a filter finds nothing. The plain form takes all that away:
 *
 *   compatibility forms  full-width and half-width letters and punctuation, ligatures, circled and squared forms: NFKC
 *   the invisible        zero-width characters, soft hyphens, variation selectors, bidi controls, other controls: removed
 *   piles of marks       more than 30 on one character: removed
 *   strokes and frames   laid over a character (combining overlays, enclosing marks): removed
 *   Chinese              traditional characters as simplified ones
 *   white space          any run of it (line breaks, tabs, no-break and ideographic spaces) is one blank; between two Chinese
 *                        characters, where it separates nothing, and at both ends it is none
 *
 * Case is kept: a pattern says (?i). The plain form is for looking only; what is stored and told is what was written.
 */
#ifndef OMBUD_IO_PLAIN_TEXT_H
#define OMBUD_IO_PLAIN_TEXT_H

#include "common/base/arena.h"

/* text is valid UTF-8, the result too: NUL-terminated, of the arena or text itself. Costs about
 * 0.2 us a character, next to nothing for ASCII; the first call 11 ms and 6 MB. */
const char *plain_text(struct arena *arena, const char *text);

/* The same for what an operator wrote as a pattern: its white space stays. What differs from it can match nothing plain. */
const char *plain_text_of_pattern(struct arena *arena, const char *pattern);

#endif
