/* Files on which trust hangs: whoever may write a file of tokens or secrets decides who comes in. */
#ifndef OMBUD_BASE_FILE_MODE_H
#define OMBUD_BASE_FILE_MODE_H

/* NULL: only its owner and its group may write it; else what is wrong, for a person. Containers mount secrets readable by everybody
 * and writable by nobody, so reading is not asked here. */
const char *file_mode_fault(int fd);

#endif
