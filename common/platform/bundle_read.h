/* A platform's folder into a bundle, and YAML out of one. */
#ifndef OMBUD_PLATFORM_BUNDLE_READ_H
#define OMBUD_PLATFORM_BUNDLE_READ_H

#include <stdbool.h>

#include "common/base/problems.h"
#include "common/io/yaml.h"
#include "common/model/bundle.h"

enum { BUNDLE_FILES_MAX = 2000, BUNDLE_SIZE_MAX = 8 * 1024 * 1024 };

/* Puts all files of a folder over what is in the bundle: *.yaml and *.mustache; README.md is for people. false: what is wrong is in
 * problems: a file that is none of these, one that cannot be read, too many of them. */
bool bundle_read_folder(struct bundle *bundle, const char *folder, struct problems *problems);

/* NULL: there is no such file, or it is no YAML: told. What else is wrong in it, a key that stands twice, is told as well: whoever
 * reads looks at problems->count at the end. The caller frees the tree. */
struct yaml_tree *bundle_yaml(const struct bundle *bundle, const char *path, struct problems *problems);

#endif
